"""Bayesian bootstrap of scores (Rubin, Ann Stat 1981;9:130-134).

A draw weighs every resampled unit anew; a patient's weight goes to all samples of the patient. All scores of a draw
follow from one weighted confusion matrix, so that a draw costs one row of a matrix product instead of a pass over the
samples.

A unit has the same weights whatever was predicted for it: the scores of several runs on the same discs are paired draw
by draw. Products run on one thread: more change the order of sums, and with it the last digits. So does a column's
place in a product on some processors: columns that repeat are computed once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discgrade.reliability.bootstrap.summaries import SAME
from discgrade.reliability.bootstrap.weights import Integers, one_thread, unit_weights
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.pairs import CELLS, GRADES, Column, Detail, Pairs, all_scores
from discgrade.settings.model import Unit


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


def _settled(draws: Draws) -> Draws:
    """Let every draw be the score itself where no weights change it, so that draws differ by rounding alone."""
    constant = np.ptp(draws.values, axis=0) < SAME
    draws.values[:, constant] = draws.observed[constant]
    return draws


def owners(pairs: Pairs, unit: Unit) -> NDArray[np.object_]:
    """Return the unit that each sample belongs to, (n,)."""
    return pairs.disc if unit == "disc" else pairs.patient
