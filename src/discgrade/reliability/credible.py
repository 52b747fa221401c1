"""Bayesian bootstrap of scores (Rubin, Ann Stat 1981;9:130-134) and highest-density intervals.

A draw gives every resampled unit a Dirichlet(1, ..., 1) weight, that is a standard exponential one, since no score
changes with the weights' sum. A patient's weight goes to all samples of the patient. All scores of a draw follow from
one weighted confusion matrix, so that a draw costs one row of a matrix product instead of a pass over the samples.

Draws of one seed give the same units the same weights, whatever was predicted for them: the scores of several runs
on the same discs are paired draw by draw. Products run on one thread: more change the order of sums, and with it the
last digits. So does a column's place in a product on some processors: columns that repeat are computed once.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from discgrade.reliability.confusion import Floats
from discgrade.reliability.pairs import CELLS, GRADES, Column, Detail, Pairs, all_scores
from discgrade.settings.model import Unit

Integers = NDArray[np.int64]

# Draws, and weights, held at a time: they bound the memory of a bootstrap and keep it in the cache; the result is the
# same.
_CHUNK_DRAWS = 2_000
_CHUNK_WEIGHTS = 2_000_000

SAME = 1e-9
"""What scores must differ by to differ at all: less is the rounding of sums."""


@dataclass(frozen=True)
class Draws:
    """Draws from the posterior of several scores.

    Attributes:
        columns: Metric and integral grade of each score; None for a global one.
        values: Shape (draws, scores).
        observed: The scores themselves, all units weighed alike, (scores,).
        detail: On which scale reference and prediction are.
        samples: Number of scored samples.
        units: Number of resampled units.
        unit: What is resampled.
    """

    columns: list[Column]
    values: Floats
    observed: Floats
    detail: Detail
    samples: int
    units: int
    unit: Unit


@dataclass(frozen=True)
class Bootstrap:
    """How the posterior is drawn: what is weighed, how often, from which seed, and how sure the interval is."""

    unit: Unit
    draws: int
    seed: int
    probability: float


def unit_weights(units: int, alike: Integers | None, draws: int, seed: int) -> Iterator[Floats]:
    """Yield weights in chunks of shape (n, units), `draws` rows in all.

    Args:
        units: Number of resampled units.
        alike: Number of units that each column stands for, (units,): the sum of their exponential weights is one
            gamma weight. None if each stands for itself.
        draws: Number of draws.
        seed: Seed of the draws; neither they nor their order depend on the size of the chunks.
    """
    generator = np.random.default_rng(seed)
    size = max(1, min(_CHUNK_DRAWS, _CHUNK_WEIGHTS // units))
    for start in range(0, draws, size):
        shape = (min(size, draws - start), units)
        yield generator.standard_exponential(shape) if alike is None else generator.standard_gamma(alike, shape)


def owners(pairs: Pairs, unit: Unit) -> NDArray[np.object_]:
    """Return the unit that each sample belongs to, (n,)."""
    return pairs.disc if unit == "disc" else pairs.patient


def _cell_counts(pairs: Pairs, unit_of: Integers, units: int) -> tuple[Integers, Floats]:
    """Return the cells that samples lie in, and how many of each unit's lie in each, (units, cells)."""
    occupied, column = np.unique(pairs.cells, return_inverse=True)
    counts = np.bincount(unit_of * len(occupied) + column, minlength=units * len(occupied))
    return occupied, counts.reshape(units, len(occupied)).astype(np.float64)


def _repeats(table: Floats) -> tuple[Integers, Integers]:
    """Return the columns that repeat an earlier one, and the first of each's kind."""
    known: dict[bytes, int] = {}
    firsts = np.array([known.setdefault(column.tobytes(), place) for place, column in enumerate(table.T)])
    repeated = np.flatnonzero(firsts < np.arange(len(firsts)))
    return repeated, firsts[repeated]


def matrix_draws(runs: Sequence[Pairs], unit: Unit, draws: int, seed: int) -> Iterator[list[Floats]]:
    """Yield weighted confusion matrices of several runs over the same discs, paired draw by draw.

    With discs as the unit, discs that all runs graded alike are weighed as one.

    Args:
        runs: Pairs of the same discs; runs may differ in the copies of them that were scored.
        unit: `patient` or `disc`.
        draws: Number of draws.
        seed: Seed of the draws.

    Yields:
        For each chunk of n draws, one array (n, 13, 13) a run.
    """
    owned = [np.unique(owners(run, unit).astype(str), return_inverse=True) for run in runs]
    units = len(owned[0][0])
    occupied, counts = zip(
        *(_cell_counts(run, of, units) for run, (_, of) in zip(runs, owned, strict=True)), strict=True
    )
    widths = np.cumsum([len(cells) for cells in occupied])[:-1]
    table, alike = np.hstack(counts), None
    if unit == "disc":
        table, alike = np.unique(table, axis=0, return_counts=True)
    repeated, firsts = _repeats(table)
    for weights in unit_weights(len(table), alike, draws, seed):
        weighted = weights @ table
        weighted[:, repeated] = weighted[:, firsts]
        chunk = []
        for cells, columns in zip(occupied, np.split(weighted, widths, axis=1), strict=True):
            matrix = np.zeros((len(weights), CELLS))
            matrix[:, cells] = columns
            chunk.append(matrix.reshape(-1, GRADES, GRADES))
        yield chunk


def score_draws(
    runs: Sequence[Pairs], bootstrap: Bootstrap, scored: Callable[[Floats], Floats] = lambda matrix: matrix
) -> list[Draws]:
    """Draw every score of several runs over the same discs, paired draw by draw.

    Args:
        runs: Pairs of the same discs; runs may differ in the copies of them that were scored.
        bootstrap: Unit, draws and seed; patients are weighed where it asks for folds.
        scored: What to score instead of weighted confusion matrices (n, 13, 13), from them.
    """
    unit: Unit = "disc" if bootstrap.unit == "disc" else "patient"
    observed = [all_scores(scored(run.matrix[None]), run.detail) for run in runs]
    values = [np.empty((bootstrap.draws, len(scores))) for scores in observed]
    start = 0
    with one_thread():
        for chunk in matrix_draws(runs, unit, bootstrap.draws, bootstrap.seed):
            rows = slice(start, start := start + len(chunk[0]))
            for run, matrix, drawn in zip(runs, chunk, values, strict=True):
                for column, scores in enumerate(all_scores(scored(matrix), run.detail).values()):
                    drawn[rows, column] = scores
    units = len(set(owners(runs[0], unit)))
    return [
        _settled(Draws(list(scores), drawn, np.concatenate(list(scores.values())), run.detail, len(run), units, unit))
        for run, drawn, scores in zip(runs, values, observed, strict=True)
    ]


def one_thread() -> threadpool_limits:
    """Return a context in which a product runs on one thread; several that overlap in time need one around them."""
    return threadpool_limits(limits=1, user_api="blas")


def _settled(draws: Draws) -> Draws:
    """Let every draw be the score itself where no weights change it, so that draws differ by rounding alone."""
    constant = np.ptp(draws.values, axis=0) < SAME
    draws.values[:, constant] = draws.observed[constant]
    return draws


def fold_draws(folds: Sequence[Pairs], bootstrap: Bootstrap) -> Draws:
    """Draw the mean of the folds' scores, weighing the folds as Niemeyer et al. did."""
    scores = all_scores(np.stack([fold.matrix for fold in folds]), folds[0].detail)
    by_fold = np.column_stack(list(scores.values()))
    chunks = unit_weights(len(folds), None, bootstrap.draws, bootstrap.seed)
    values = np.concatenate([weights @ by_fold / weights.sum(-1, keepdims=True) for weights in chunks])
    samples = sum(map(len, folds))
    return _settled(Draws(list(scores), values, by_fold.mean(axis=0), folds[0].detail, samples, len(folds), "fold"))


def mean_draws(trainings: Sequence[Draws]) -> Draws:
    """Average the draws of several trainings that differ in their seed."""
    if len(trainings) == 1:
        return trainings[0]
    values = sum((draws.values for draws in trainings[1:]), trainings[0].values) / len(trainings)
    observed = np.mean([draws.observed for draws in trainings], axis=0)
    return _settled(replace(trainings[0], values=values, observed=observed))


def posterior_mean(values: Floats) -> Floats:
    """Return the mean of the draws (draws, scores) of each score; that of a constant one is the constant."""
    return np.asarray(np.where(np.ptp(values, axis=0) == 0, values[0], values.mean(axis=0)))


def difference(one: Floats, other: Floats) -> Floats:
    """Return how far scores are above others, draw by draw; 0 where they differ by rounding alone."""
    apart = one - other
    apart[np.abs(apart) < SAME] = 0.0
    return apart


def larger(apart: Floats) -> Floats:
    """Return the share of draws (draws, scores) in which a difference is positive, a tie counting half; NaN as such."""
    share = (apart > 0).mean(axis=0) + (apart == 0).mean(axis=0) / 2
    return np.where(np.isnan(apart).any(axis=0), np.nan, share)


def highest_density(values: Floats, probability: float) -> Floats:
    """Return the shortest interval that holds the probability, for each score.

    Args:
        values: Draws, (draws, scores).
        probability: In (0, 1).

    Returns:
        Lower and upper bound, (scores, 2); both the same for a constant score, NaN for one with NaN among its draws.
    """
    spread = np.ptp(values, axis=0)
    bounds = np.where(spread == 0, values[0], np.nan).repeat(2).reshape(-1, 2)
    inside = int(np.floor(probability * len(values)))
    for index in np.flatnonzero(spread > 0):
        ordered = np.sort(values[:, index])
        shortest = int((ordered[inside:] - ordered[: len(ordered) - inside]).argmin())
        bounds[index] = ordered[shortest], ordered[shortest + inside]
    return bounds


def density(values: Floats, points: int = 101) -> tuple[Floats, Floats] | None:
    """Return values of a score and the density of its draws (draws,) there, smoothed; None where there is none.

    A constant score has no density, and one that is undefined in a draw has none that could be told.
    """
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    scores, dense = _arviz().kde(values)
    chosen = np.linspace(scores[0], scores[-1], points)
    return chosen, np.interp(chosen, scores, dense)


def _arviz() -> ModuleType:
    """Import arviz, which takes seconds and reads a file of settings of the home folder; none of them counts here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            import arviz  # noqa: PLC0415
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"arviz refuses its file of settings: {error}. Remove or mend that file, arvizrc"
            ) from None
    return arviz
