"""Readings against readings: agreement of a rater with himself and with others, and what it leaves a model to reach."""

from pathlib import Path

import numpy as np
import pandas as pd

from discgrade import records
from discgrade.grades import rank
from discgrade.records.cohort.readings import RATINGS
from discgrade.reliability.graded import named
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.pairs import Pairs, detail_of, join
from discgrade.reliability.scores.tabulation import Scope
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.run import ALL_SEEDS, READINGS, Run

Reading = tuple[str, int]

INTRA_RATER = "intra_rater"
INTER_RATER = "inter_rater"
NOISE_CEILING = "noise_ceiling"

# Rounds of the fit of the noise ceiling.
_ITERATIONS = 25


def rater_run(name: str) -> Run:
    """Return the run under which a pair of readings stands in the tables of scores."""
    return Run(variant=name, resolution=0, share=1, split=READINGS, seed=ALL_SEEDS)


def main_reading(reference: Reference) -> Reading:
    """Return the reading that the others are compared with, also where the reference grade is a median."""
    return reference.rater, reference.reading


def reading_name(reading: Reading) -> str:
    """Name a reading: R1.2 is rater 1's second."""
    return f"{reading[0]}.{reading[1]}"


def read_readings(path: Path, discs: pd.DataFrame, main: Reading) -> pd.DataFrame:
    """Return the readings of the study's discs: one row a disc, one column a reading.

    Args:
        path: `ratings.parquet`; readings of excluded discs are left out. So are those of origin `reviewed` where the
            main one is not: they were given with it in view, and would show an agreement that is none.
        discs: As `graded.read_discs` returns.
        main: The reading that the others are compared with.

    Returns:
        Grades in grade units, NaN where a disc was not read; index disc, columns (rater, reading).

    Raises:
        ValueError: if one reading of a disc has two grades.
    """
    ratings: pd.DataFrame = records.read(path, RATINGS, ["disc", "grade", "rater", "reading", "origin"]).to_pandas()
    reviewed = ratings["origin"] == "reviewed"
    is_main = (ratings["rater"] == main[0]) & (ratings["reading"] == main[1])
    blind = ~reviewed | ratings["disc"].isin(ratings["disc"][is_main & reviewed])
    ratings = ratings[ratings["disc"].isin(discs.index) & blind].drop(columns="origin").drop_duplicates()
    twice = ratings[ratings.duplicated(["disc", "rater", "reading"])]
    if len(twice):
        raise ValueError(f"{path}: a reading of a disc should have one grade. Have more: {named(twice['disc'])}")
    return ratings.pivot(index="disc", columns=["rater", "reading"], values="grade").sort_index(axis=1)


def _columns(readings: pd.DataFrame) -> list[Reading]:
    columns = readings.columns
    return list(zip(columns.get_level_values("rater"), columns.get_level_values("reading"), strict=True))


def pair_readings(readings: pd.DataFrame, first: Reading, second: Reading, discs: pd.DataFrame) -> Pairs:
    """Pair two readings on the discs that have both; the first is the reference."""
    both = readings[[first, second]].dropna().sort_index()
    grades = readings.to_numpy()
    return Pairs(
        reference=rank(both[first]),
        predicted=rank(both[second]),
        disc=both.index.to_numpy(object),
        patient=discs["patient"][both.index].to_numpy(object),
        detail=detail_of(grades[~np.isnan(grades)], "fractional"),
    )


def repeated_reading(readings: pd.DataFrame, main: Reading) -> Reading | None:
    """Return the main rater's next reading, None if there is none."""
    return next((reading for reading in _columns(readings) if reading[0] == main[0] and reading != main), None)


def other_readings(readings: pd.DataFrame, main: Reading) -> list[Reading]:
    """Return the first reading of every other rater."""
    firsts: dict[str, Reading] = {}
    for reading in _columns(readings):
        firsts.setdefault(reading[0], reading)
    return [reading for rater, reading in firsts.items() if rater != main[0]]


def rater_pairs(readings: pd.DataFrame, main: Reading, discs: pd.DataFrame) -> dict[str, Pairs]:
    """Pair the main reading with the same rater's next one, and with the first of every other rater, pooled.

    Returns:
        `intra_rater` and `inter_rater`, as far as there are discs with both readings.
    """
    if main not in _columns(readings):
        return {}
    again = repeated_reading(readings, main)
    seconds = {INTRA_RATER: [again] if again else [], INTER_RATER: other_readings(readings, main)}
    pairs = {
        name: join([pair_readings(readings, main, other, discs) for other in others])
        for name, others in seconds.items()
        if others
    }
    return {name: pair for name, pair in pairs.items() if len(pair)}


def doubly_read(readings: pd.DataFrame, main: Reading) -> dict[Scope, pd.Series]:
    """Return the discs that the main rater read again, and those that another rater read too, under each reading.

    Returns:
        Grades by disc under `reread` and `second_rater`, one scope a reading, for example ("second_rater", "R2.1").
        The discs of a second rater are those of the first other rater.
    """
    if main not in _columns(readings):
        return {}
    again, others = repeated_reading(readings, main), other_readings(readings, main)
    scopes: dict[Scope, pd.Series] = {}
    for name, other in (("reread", again), ("second_rater", others[0] if others else None)):
        if other:
            both = readings[[main, other]].dropna().sort_index()
            scopes |= {Scope(name, reading_name(reading)): both[reading] for reading in (main, other) if len(both)}
    return scopes


def noise_ceiling(intra: Floats, read: Floats) -> Floats:
    """Return how single readings scatter about the true grade: what a model that knew the truth would score against.

    Assumes that a rater's two readings of a disc err independently given its true grade, with the same probabilities.
    Then P(first, second) = sum over true grades of P(true) P(first | true) P(second | true); the probabilities are
    fitted by expectation maximisation (Dawid and Skene, Appl Stat 1979;28:20-28), begun half-way between error-free
    reading and the observed transitions and stopped early: nearly unbiased at some hundred rereadings, where a
    converged fit, or the square root of the transitions, errs downwards. The true grades of the scored discs follow
    from their readings in the same way; the reread discs may be no random sample.

    Args:
        intra: First reading (rows) against second, (..., K, K), counts or weights; made symmetric, since the order of
            the readings means nothing.
        read: How often each grade was read among the scored discs, (K,).

    Returns:
        Confusion matrix (..., K, K), rows the true grade, columns a single reading, scaled to the sum of `intra`.
        Grades that were never reread are taken to be read without error.
    """
    total = intra.sum((-2, -1))[..., None, None]
    observed = (intra + np.swapaxes(intra, -1, -2)) / (2 * total)
    true = observed.sum(-1)[..., None]
    perfect = np.eye(intra.shape[-1])
    reading = np.where(true > 0, (perfect + _over(observed, true)) / 2, perfect)
    for _ in range(_ITERATIONS):
        expected = np.swapaxes(reading, -1, -2) @ (true * reading)
        together = true * reading * (reading @ _over(observed, expected))
        true = together.sum(-1, keepdims=True)
        reading = np.where(true > 0, _over(together, true), perfect)
    return np.asarray(total * _true_grades(reading, read / read.sum()) * reading)


def _true_grades(reading: Floats, read: Floats) -> Floats:
    """Fit the shares of true grades (..., K, 1) to the shares in which grades were read, (K,)."""
    observed = np.broadcast_to(read, reading.shape[:-1])[..., None, :]
    true = np.swapaxes(observed, -1, -2)
    for _ in range(_ITERATIONS):
        expected = np.swapaxes(true, -1, -2) @ reading
        true = true * (reading @ np.swapaxes(_over(observed, expected), -1, -2))
    return true


def _over(numerator: Floats, denominator: Floats) -> Floats:
    denominator = np.broadcast_to(denominator, numerator.shape)
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
