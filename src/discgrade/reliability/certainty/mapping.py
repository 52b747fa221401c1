"""Fit what makes probabilities mean what they say, on discs that no model was trained on, and choose between the maps.

The map with the least ranked probability score (Epstein, J Appl Meteorol 1969;8:985-987) is taken, worked out for each
disc by a map that was fitted without its patient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression

from discgrade import keyed
from discgrade.grades import INTEGRAL
from discgrade.reliability.certainty.calibration import (
    Calibration,
    Floats,
    Method,
    calibrated,
    exceeding,
    integral_probabilities,
    tempered,
)
from discgrade.reliability.certainty.conformal import set_thresholds
from discgrade.settings.model import Scale

GROUPS = 5
"""Groups of patients, each of which is judged by a map that was fitted on the others."""

_UNCALIBRATED = Calibration("none", 1.0, (), (None,) * len(INTEGRAL), 0.0, None, 0, 0)
_TEMPERATURES = (0.1, 10.0)
_LEAST = 1e-12
_SAME = 1e-9


@dataclass(frozen=True)
class Outputs:
    """What models said of discs that they were not trained on.

    Attributes:
        probabilities: Of each grade of the scale, (N, K).
        scale: The scale, fractional or integral.
        grades: Rank of the reference grade on the integral scale, (N,).
        patients: Patient of each disc, (N,).
    """

    probabilities: Floats
    scale: Scale
    grades: NDArray[np.int64]
    patients: NDArray[np.object_]

    def __len__(self) -> int:
        """Return the number of discs."""
        return len(self.grades)

    def subset(self, chosen: NDArray[np.bool_]) -> "Outputs":
        """Return the chosen discs."""
        return Outputs(self.probabilities[chosen], self.scale, self.grades[chosen], self.patients[chosen])


def learn(outputs: Outputs, coverage: float) -> Calibration:
    """Choose and fit a map, and fit the thresholds of the sets of grades.

    The thresholds are those of probabilities that each come from a map fitted without the disc's patient: a map
    flatters the discs that it was fitted on.

    Args:
        outputs: What models said of discs that they were not trained on.
        coverage: Probability with which a set should hold the reference grade, in (0, 1).
    """
    mapped = {method: _cross_fitted(outputs, method) for method in get_args(Method)}
    method = _best({method: ranked_score(values, outputs.grades).mean() for method, values in mapped.items()})
    return replace(
        FITS[method](outputs),
        thresholds=set_thresholds(mapped[method], outputs.grades, outputs.patients, coverage),
        coverage=coverage,
        patients=len(set(outputs.patients)),
        discs=len(outputs),
    )


def _best(scores: dict[Method, float]) -> Method:
    """Return the method of the least score; the simplest, named first, of those that are as good."""
    least = min(scores.values())
    return next(method for method, score in scores.items() if score <= least + _SAME)


def _cross_fitted(outputs: Outputs, method: Method) -> Floats:
    """Return integral probabilities (N, 5), each by a map that was fitted without the disc's patient."""
    values = np.zeros((len(outputs), len(INTEGRAL)))
    for chosen in groups(outputs.patients):
        fitted = FITS[method](outputs.subset(~chosen)) if not chosen.all() else _UNCALIBRATED
        values[chosen] = calibrated(outputs.probabilities[chosen], outputs.scale, fitted)
    return values


def groups(patients: NDArray[np.object_]) -> Iterator[NDArray[np.bool_]]:
    """Yield which discs (N,) are of each group of patients; a patient's group depends on no order of the discs."""
    ordered = sorted(set(patients), key=lambda patient: keyed.digest("certainty", patient))
    group = {patient: number * GROUPS // len(ordered) for number, patient in enumerate(ordered)}
    numbers = np.array([group[patient] for patient in patients])
    yield from (numbers == number for number in np.unique(numbers))


def ranked_score(probabilities: Floats, grades: NDArray[np.int64]) -> Floats:
    """Return the ranked probability score of each disc, from 0 (best) to 1: the mean of (P(grade > k) - outcome)^2.

    Args:
        probabilities: Of the integral grades, (N, 5).
        grades: Rank of each reference grade, (N,).
    """
    outcome = grades[:, None] > np.arange(len(INTEGRAL) - 1)
    return np.asarray(((exceeding(probabilities) - outcome) ** 2).mean(axis=1))


def _temperature(outputs: Outputs) -> Calibration:
    """Fit the temperature with the least logarithmic loss on the integral grades."""

    def loss(logarithm: float) -> float:
        whole = integral_probabilities(tempered(outputs.probabilities, np.exp(logarithm)), outputs.scale)
        return float(-np.log(np.maximum(whole[np.arange(len(outputs)), outputs.grades], _LEAST)).mean())

    bounds = tuple(np.log(_TEMPERATURES))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3})
    return replace(_UNCALIBRATED, method="temperature", temperature=float(np.exp(found.x)))


def _isotonic(outputs: Outputs) -> Calibration:
    """Fit a rising step map for each P(grade > k) (Zadrozny and Elkan, KDD 2002)."""
    above = exceeding(integral_probabilities(outputs.probabilities, outputs.scale))
    knots = []
    for place, forecast in enumerate(above.T):
        fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit(forecast, outputs.grades > place)
        knots.append((tuple(map(float, fitted.X_thresholds_)), tuple(map(float, fitted.y_thresholds_))))
    return replace(_UNCALIBRATED, method="isotonic", knots=tuple(knots))


FITS: dict[Method, Callable[[Outputs], Calibration]] = {
    "none": lambda _: _UNCALIBRATED,
    "temperature": _temperature,
    "isotonic": _isotonic,
}
