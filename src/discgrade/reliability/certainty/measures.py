"""What map and sets of grades are worth: coverage, sizes, scores and errors, each disc by what other folds taught."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import INTEGRAL, integral, rank
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.certainty.calibration import (
    Calibration,
    Floats,
    exceeding,
)
from discgrade.reliability.certainty.conformal import fewest_patients
from discgrade.reliability.certainty.mapping import Outputs, ranked_score
from discgrade.reliability.certainty.means import Measure, drawn, draws_of, mean_rows
from discgrade.settings.model import Intervals

BINS = 10
"""Bins of equal width in which probabilities are compared with what came true."""
KEPT = tuple(number / 20 for number in range(1, 21))
"""Shares of the discs, the most confident first, that are left when the others are set aside."""


@dataclass(frozen=True)
class OutOfFold:
    """What the models of a variant said of the discs that they were not trained on.

    Attributes:
        outputs: Their probabilities, with grade and patient of each disc.
        folds: Fold of each disc, (N,).
        reference: Reference grade, (N,).
        predicted: Decoded grade, (N,).
    """

    outputs: Outputs
    folds: NDArray[np.object_]
    reference: Floats
    predicted: Floats


@dataclass(frozen=True)
class CrossFitted:
    """What each disc gets by a map and thresholds that were learned in other folds.

    Attributes:
        before: Integral probabilities without a map, (N, 5).
        after: Integral probabilities, (N, 5).
        sets: Which grades are in the set, (N, 5).
        unbounded: Which grades had no threshold, for want of patients, (N, 5).
    """

    before: Floats
    after: Floats
    sets: NDArray[np.bool_]
    unbounded: NDArray[np.bool_]


def certainty_rows(
    found: OutOfFold, crossed: CrossFitted, learned: Calibration, intervals: Intervals
) -> Iterator[dict[str, Any]]:
    """Yield every measure, as columns of `certainty.CERTAINTY` but the run's."""
    patients = found.outputs.patients
    measures = [
        *_set_measures(found.outputs, crossed),
        *_score_measures(found.outputs, crossed),
        *_kept_measures(found, crossed),
        *_forecast_measures(found.outputs, crossed),
    ]
    yield from mean_rows(measures, patients, intervals)
    plain = {"scope": "all", "group": "", "lower": float("nan"), "upper": float("nan")}
    plain |= drawn(intervals, len(set(patients)))
    for row in (*_calibration_errors(found, crossed, intervals), *_threshold_rows(found.outputs, learned)):
        yield plain | row


def _calibration_errors(found: OutOfFold, crossed: CrossFitted, intervals: Intervals) -> Iterator[dict[str, Any]]:
    """Yield the expected calibration errors, with the intervals of a bootstrap of patients."""
    names, owner = np.unique(found.outputs.patients.astype(str), return_inverse=True)
    size = {"n": len(owner), "patients": len(names), "grade": None, "reason": None}
    for metric, probabilities in (("ece_before", crossed.before), ("ece_after", crossed.after)):
        confidence, right = _confidence(found, probabilities), _right(found)
        error = calibration_error(confidence, right)
        lower, upper = _error_interval(confidence, right, owner, intervals)
        yield size | {"metric": metric, "value": error, "lower": lower, "upper": upper}


def _error_interval(
    confidence: Floats, right: NDArray[np.bool_], owner: NDArray[np.int64], intervals: Intervals
) -> tuple[float, float]:
    """Return the highest-density interval of a calibration error; `owner` is each disc's patient, (N,)."""
    patients = int(owner.max()) + 1
    apart = np.bincount(owner * BINS + bin_of(confidence), right - confidence, patients * BINS).reshape(-1, BINS)
    counts = np.bincount(owner)
    draws = draws_of(
        lambda weights: (np.abs(weights @ apart).sum(1) / (weights @ counts))[:, None], patients, intervals
    )
    lower, upper = highest_density(draws, intervals.probability)[0]
    return float(lower), float(upper)


def _threshold_rows(outputs: Outputs, learned: Calibration) -> Iterator[dict[str, Any]]:
    least = fewest_patients(learned.coverage)
    for place, (grade, threshold) in enumerate(zip(INTEGRAL, learned.thresholds, strict=True)):
        chosen = outputs.grades == place
        few = len(set(outputs.patients[chosen]))
        row = {"metric": "threshold", "grade": float(grade), "n": int(chosen.sum()), "patients": few}
        have = "1 patient has" if few == 1 else f"{few} patients have"
        short = f"{have} a disc of this grade, and {least} are needed: it is in every set"
        yield row | {
            "value": np.nan if threshold is None else threshold,
            "reason": short if threshold is None else None,
        }


def _set_measures(outputs: Outputs, crossed: CrossFitted) -> Iterator[Measure]:
    """Yield coverage and size of the sets, over all discs and for each reference grade."""
    own = np.arange(len(outputs)), outputs.grades
    size = crossed.sets.sum(axis=1)
    for grade in (None, *INTEGRAL):
        chosen = _of_grade(outputs, grade)
        values = {
            "coverage": crossed.sets[own],
            "set_size": size,
            "singletons": size == 1,
            "unbounded": crossed.unbounded[own],
        }
        of_grade = None if grade is None else float(grade)
        for metric, column in values.items():
            yield Measure(metric, column.astype(float), chosen.astype(float), grade=of_grade)
        alike = _alike(outputs.patients, chosen)
        yield Measure("coverage_by_patient", crossed.sets[own].astype(float), alike, grade=of_grade)
        for number in range(1, len(INTEGRAL) + 1):
            weights = chosen.astype(float)
            yield Measure("share", (size == number).astype(float), weights, "set_size", str(number), of_grade)


def _alike(patients: NDArray[np.object_], chosen: NDArray[np.bool_]) -> Floats:
    """Return weights (N,) of the chosen discs, of each patient 1 in all."""
    _, owner = np.unique(patients.astype(str), return_inverse=True)
    counts = np.bincount(owner, chosen)
    return np.asarray(np.where(chosen, 1.0 / np.maximum(counts[owner], 1.0), 0.0))


def _score_measures(outputs: Outputs, crossed: CrossFitted) -> Iterator[Measure]:
    """Yield the ranked probability score without and with the map, and what it gains."""
    before, after = (ranked_score(values, outputs.grades) for values in (crossed.before, crossed.after))
    for grade in (None, *INTEGRAL):
        weights = _of_grade(outputs, grade).astype(float)
        of_grade = None if grade is None else float(grade)
        for metric, values in (("rps_before", before), ("rps_after", after), ("rps_gain", before - after)):
            yield Measure(metric, values, weights, grade=of_grade)


def _of_grade(outputs: Outputs, grade: float | None) -> NDArray[np.bool_]:
    """Return which discs have a reference grade, (N,); all for None."""
    return np.ones(len(outputs), bool) if grade is None else np.asarray(INTEGRAL[outputs.grades] == grade)


def _kept_measures(found: OutOfFold, crossed: CrossFitted) -> Iterator[Measure]:
    """Yield the errors that are left when the discs with the least confidence are set aside."""
    order = np.argsort(-_confidence(found, crossed.after), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    off = np.abs(found.predicted - found.reference)
    for share in KEPT:
        kept = (place < np.ceil(share * len(order) - 1e-9)).astype(float)
        yield Measure("error", (~_right(found)).astype(float), kept, "kept", f"{share:g}")
        yield Measure("mae", off, kept, "kept", f"{share:g}")


def _confidence(found: OutOfFold, probabilities: Floats) -> Floats:
    """Return the probability of each disc's decoded grade, (N,)."""
    return probabilities[np.arange(len(probabilities)), rank(integral(found.predicted), "integral")]


def _right(found: OutOfFold) -> NDArray[np.bool_]:
    """Return which discs have the integral grade of their reference."""
    return np.asarray(rank(integral(found.predicted), "integral") == found.outputs.grades)


def _forecast_measures(outputs: Outputs, crossed: CrossFitted) -> Iterator[Measure]:
    """Yield how often a higher grade was forecast and came true, in each tenth of its probability."""
    for when, probabilities in (("before", crossed.before), ("after", crossed.after)):
        for place, forecast in enumerate(exceeding(probabilities).T):
            bins = bin_of(forecast)
            for number in np.unique(bins):
                weights = (bins == number).astype(float)
                where = f"exceeds_{place + 1}", f"{number / BINS:g}"
                yield Measure(f"forecast_{when}", forecast, weights, *where)
                yield Measure(f"observed_{when}", (outputs.grades > place).astype(float), weights, *where)


def bin_of(probabilities: Floats) -> NDArray[np.int64]:
    """Return the tenth that each probability lies in, from 0; 1 belongs to the last."""
    return np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error (Naeini et al., AAAI 2015): how far confidence is from the share right.

    Args:
        confidence: Probability of the grade that was given, (N,).
        right: Whether it is the reference grade, (N,).
    """
    bins = bin_of(confidence)
    apart = np.bincount(bins, right - confidence, BINS)
    return float(np.abs(apart).sum() / len(confidence))
