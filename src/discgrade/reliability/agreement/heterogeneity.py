"""Does the model agree as well in every group? A Wald test of equal scores, its null distribution by permutation.

What belongs to a patient (the scanner, the sex, the age) is permuted among patients, what belongs to a disc (the
level, the reference grade) among the discs of each patient, so that discs of one patient stay together. The statistic
is studentized, d' V^-1 d of the differences d of the groups' coefficients to the first one's, V their covariance by the
influence of each patient: so the test holds for large groups even where groups differ in how often grades occur (Chung
and Romano, Ann Stat 2013;41:484-507).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.reliability.agreement.coefficients import GRADES, coefficients, gradients
from discgrade.reliability.agreement.samples import GRADE, LEVEL, Integers, Samples, groups_of
from discgrade.reliability.scores.confusion import Floats

PERMUTATIONS = 1_999
FEWEST = 10
"""Fewest patients of a group that is compared."""
METRIC = "kappa_linear"
SENSITIVITY = "accuracy"
"""What is compared between reference grades, within which no kappa is defined: exact agreement with the grade."""

_CHUNK = 100
_CELLS = GRADES * GRADES
_SAME = 1e-9
_APART = 1e-6
"""Difference of two scores that is no rounding."""


@dataclass(frozen=True)
class Compared:
    """A test of a factor.

    Attributes:
        groups: The groups that were compared.
        statistic: The Wald statistic; NaN where there is none.
        p: Share of permutations with one as large; NaN where there is none.
        reason: Why there is none.
    """

    groups: tuple[str, ...]
    statistic: float
    p: float
    reason: str = ""


def compare_groups(samples: Samples, factor: str, seed: int) -> Compared:
    """Test whether kappa is the same in every group of a factor with at least `FEWEST` patients.

    Args:
        samples: The samples.
        factor: One of `samples.FACTORS`, or `samples.GRADE`, whose groups are compared by their exact agreement.
        seed: Seed of the permutations.
    """
    metric, grades = (SENSITIVITY, 1) if factor == GRADE else (METRIC, 2)
    kept = [(name, mask) for name, mask in groups_of(samples, factor) if _is_enough(samples, mask, grades)]
    names = tuple(name for name, _ in kept)
    if len(kept) < 2:
        more = "" if grades == 1 else " and two grades"
        return Compared(names, np.nan, np.nan, f"fewer than two groups with at least {FEWEST} patients{more}")
    chosen = np.asarray(np.any([mask for _, mask in kept], axis=0))
    compared = samples.of(chosen)
    labels = np.argmax([mask[chosen] for _, mask in kept], axis=0)
    observed = float(wald(compared, labels[None], len(kept), metric)[0])
    if np.isnan(observed):
        return Compared(
            names, np.nan, np.nan, f"{'exact agreement' if factor == GRADE else 'kappa'} varies in no group"
        )
    larger = 0
    for some in permuted(labels, compared.patient, seed, within=factor in (LEVEL, GRADE)):
        smaller = wald(compared, some, len(kept), metric) < (observed - _SAME)
        larger += len(some) - int(smaller.sum())
    return Compared(names, observed, (1 + larger) / (1 + PERMUTATIONS))


def _is_enough(samples: Samples, mask: NDArray[np.bool_], grades: int) -> bool:
    """Return whether a group has enough patients and so many reference grades at least."""
    group = samples.of(mask)
    return group.discs["patient"].nunique() >= FEWEST and len(set(group.cells // GRADES)) >= grades


def permuted(labels: Integers, patient: Integers, seed: int, *, within: bool) -> Iterator[Integers]:
    """Yield labels of discs (n, discs) in chunks, permuted within patients, or among patients who have one each.

    Args:
        labels: Of each disc.
        patient: Of each disc.
        seed: Seed of the permutations.
        within: Whether the labels are those of a patient's discs.
    """
    generator = np.random.default_rng(seed)
    order = np.argsort(patient, kind="stable")
    for start in range(0, PERMUTATIONS, _CHUNK):
        rows = min(_CHUNK, PERMUTATIONS - start)
        if within:
            keys = patient + generator.random((rows, len(patient)))
            shuffled = np.empty((rows, len(patient)), np.int64)
            shuffled[:, order] = labels[np.argsort(keys, axis=1)]
            yield shuffled
        else:
            _, first = np.unique(patient, return_index=True)
            mixed = generator.permuted(np.tile(labels[first], (rows, 1)), axis=1)
            yield mixed[:, patient]


def wald(samples: Samples, labels: Integers, groups: int, metric: str = METRIC) -> Floats:
    """Return the Wald statistic for each labelling (n, discs) of the discs, (n,); NaN where a score is undefined.

    It is infinite where groups differ that do not vary: a model that names one grade meets that grade always.
    """
    many, cells, patient = len(labels), samples.cells, samples.patient
    patients = int(patient.max()) + 1
    of_sample = labels[:, samples.disc] + groups * np.arange(many)[:, None]
    counts = np.bincount((of_sample * _CELLS + cells).ravel(), minlength=many * groups * _CELLS)
    matrices = counts.reshape(many, groups, GRADES, GRADES).astype(np.float64)
    values = coefficients(matrices)[metric]
    slopes = gradients(matrices, metric).reshape(many * groups, _CELLS)
    weights = slopes[of_sample, cells]
    place = of_sample * patients + patient[samples.disc]
    moved = np.bincount(place.ravel(), weights.ravel(), many * groups * patients).reshape(many, groups, patients)
    covariance = moved @ np.swapaxes(moved, 1, 2)
    contrast = np.hstack([-np.ones((groups - 1, 1)), np.eye(groups - 1)])
    apart, spread = values @ contrast.T, contrast @ covariance @ contrast.T
    valid = np.asarray(np.isfinite(apart).all(-1) & np.isfinite(spread).all((-2, -1)))
    inverse = np.linalg.pinv(np.where(valid[:, None, None], spread, 0.0), hermitian=True)
    unexplained = np.abs(apart - np.einsum("nij,njk,nk->ni", spread, inverse, apart)).max(-1, initial=0.0)
    found = np.einsum("ni,nij,nj->n", apart, inverse, apart)
    return np.where(valid, np.where(unexplained > _APART, np.inf, found), np.nan)


def holm(values: Sequence[float]) -> list[float]:
    """Adjust p values for their number (Holm, Scand J Stat 1979;6:65-70); NaN stays, and counts for none."""
    p = np.asarray(values, np.float64)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return [float(one) for one in adjusted]
