"""Cuts on the probability of a grade above each grade, chosen for the agreement that they give.

With r the reference rank and P_k the predicted probability of a rank above k, a cut c_k decides whether a disc is above
k: P_k > c_k. If such decisions are nested, |r - rank| is the number of k at which decision and reference differ, and
the linearly weighted kappa is 1 - sum_k o_k / sum_k e_k: o_k is the share of discs decided wrongly at k, e_k that
expected by chance, a_k (1 - b_k) + (1 - a_k) b_k for shares a_k of references and b_k of decisions above k. Cuts are
chosen to minimise that ratio, which is a minimum for each k alone once its value is known (Dinkelbach): the best cuts
of all. Where decisions are not nested, the rank is the number of cuts passed, no further from r than was counted.

Reference:
    Dinkelbach 1967, doi:10.1287/mnsc.13.7.492
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from discgrade.decoding import exceedances

Floats = NDArray[np.float64]

HALF = 0.5
"""The cut that needs no fitting: with it everywhere, cuts decode as the median does."""
_SAME = 1e-12
_STEPS = 100


class _Candidates(NamedTuple):
    """Possible cuts at one grade: the cuts, (c,), and what each gives, wrong share and share expected, (c,)."""

    cuts: Floats
    observed: Floats
    expected: Floats


def fit_cuts(probabilities: ArrayLike, ranks: ArrayLike) -> tuple[float, ...]:
    """Return the cuts on P(grade > k) that agree best with reference ranks.

    Of cuts that are equally good, the one nearest to one half is taken, so that a few discs move no cut without need; a
    cut lies midway between predictions.

    Args:
        probabilities: Of shape (n, K): probability of each grade of the scale, of discs that were not trained on.
        ranks: Of shape (n,): rank of each disc's reference grade, from 0.

    Returns:
        K - 1 cuts, each from 0 to 1; one half each where no disc, or one grade only, is there to fit on.

    Raises:
        ValueError: if there are not as many ranks as rows, or a rank is outside the scale.
    """
    above, ranks = exceedances(probabilities), np.asarray(ranks)
    if ranks.shape != above.shape[:1] or ((ranks < 0) | (ranks > above.shape[1])).any():
        raise ValueError(f"Invalid `ranks`. They should be {len(above)} ranks from 0 to {above.shape[1]}")
    if len(np.unique(ranks)) < 2:
        return tuple([HALF] * above.shape[1])
    candidates = [_candidates(above[:, k], ranks > k) for k in range(above.shape[1])]
    ratio, chosen = 1.0, [HALF] * above.shape[1]
    for _ in range(_STEPS):
        places = [_best(one, ratio) for one in candidates]
        chosen = [float(one.cuts[place]) for one, place in zip(candidates, places, strict=True)]
        lower = _sum([one.observed for one in candidates], places) / _sum([one.expected for one in candidates], places)
        if lower >= ratio - _SAME:
            break
        ratio = lower
    return tuple(chosen)


def _candidates(above: Floats, truth: NDArray[np.bool_]) -> _Candidates:
    """Return the cuts that tell the predictions at one grade apart."""
    order = np.argsort(above, kind="stable")
    values = above[order]
    distinct = np.unique(values)
    cuts = np.unique(np.concatenate([[0.0, HALF, 1.0], (distinct[:-1] + distinct[1:]) / 2]))
    below = np.searchsorted(values, cuts, side="right")
    missed = np.concatenate([[0], np.cumsum(truth[order])])[below]
    count, positive = len(truth), int(truth.sum())
    decided = count - below
    alarms = decided - (positive - missed)
    expected = positive * (count - decided) + (count - positive) * decided
    return _Candidates(cuts, (missed + alarms) / count, expected / count**2)


def _best(one: _Candidates, ratio: float) -> int:
    """Return the place of the cut with the least `observed - ratio * expected`; of several the nearest to one half."""
    value = one.observed - ratio * one.expected
    good = np.flatnonzero(value <= value.min() + _SAME)
    return int(good[np.abs(one.cuts[good] - HALF).argmin()])


def _sum(values: Sequence[Floats], places: Sequence[int]) -> float:
    return float(sum(value[place] for value, place in zip(values, places, strict=True)))
