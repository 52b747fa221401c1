"""Probabilities that mean what they say, and the set of grades that holds the reference grade as often as promised.

What a study learned of its models' certainty, and how it is applied to a new disc. It is fitted in `mapping` and
`conformal`; here is what grading needs, with NumPy alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from discgrade.grades import INTEGRAL, grades_of, integral, rank
from discgrade.settings.model import Scale

Floats = NDArray[np.float64]
Knots = tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
Method = Literal["none", "temperature", "isotonic"]

_LEAST = 1e-12
"""A probability that a float32 network calls 0 has a logarithm all the same."""
_OWN_SHARE = 0.01
"""Share of the network's own probability beside an isotonic map, which alone calls 0 whatever it never saw happen."""


@dataclass(frozen=True)
class Calibration:
    """A map of probabilities, thresholds of the sets of grades, and where both were learned.

    Attributes:
        method: The map: none, `temperature` or `isotonic`.
        temperature: What the logarithms of the probabilities are divided by; 1 where the map is another.
        knots: Of the isotonic map, for each k = 1 ... 4, x and y of P(grade > k), ascending; empty for others.
        thresholds: Of each integral grade the largest 1 - p with which it is in the set; None where too few patients
            have that grade: then it is in every set.
        coverage: Probability with which the set should hold the reference grade.
        cuts: Of decoding by cuts, those on P(grade > k), one fewer than the grades of the scale; None if it is another.
        patients: Number of patients that all this was fitted on.
        discs: Number of their discs.
    """

    method: Method
    temperature: float
    knots: Knots
    thresholds: tuple[float | None, ...]
    coverage: float
    cuts: tuple[float, ...] | None
    patients: int
    discs: int


def integral_probabilities(probabilities: ArrayLike, scale: Scale) -> Floats:
    """Sum the probabilities of the grades that round to each integral one.

    Args:
        probabilities: Of shape (N, K), a column for each grade of the scale.
        scale: The scale, fractional or integral.

    Returns:
        float64 of shape (N, 5); rows sum to 1.

    Raises:
        ValueError: if the scale is continuous, the columns are not the scale's or a row holds no probabilities.
    """
    values = _checked(probabilities, scale)
    sums = np.zeros((len(values), len(INTEGRAL)))
    for column, place in enumerate(rank(integral(grades_of(scale)), "integral")):
        sums[:, place] += values[:, column]
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def _checked(probabilities: ArrayLike, scale: Scale) -> Floats:
    values = np.asarray(probabilities, np.float64)
    if scale == "continuous":
        raise ValueError("A model on the continuous scale gives a grade and no probabilities: nothing to calibrate")
    if values.ndim != 2 or values.shape[1] != len(grades_of(scale)):
        raise ValueError(
            f"Probabilities on the {scale} scale should have shape (N, {len(grades_of(scale))}). "
            f"Received: {values.shape}"
        )
    if not (np.isfinite(values).all() and (values >= 0).all() and (values.sum(axis=1) > 0).all()):
        raise ValueError("Probabilities should be finite, at least 0, and more than 0 for one grade of each disc")
    return values


def calibrated(probabilities: ArrayLike, scale: Scale, calibration: Calibration) -> Floats:
    """Return the calibrated probabilities of the integral grades.

    `temperature` divides the logarithms of the network's probabilities (of softmax outputs that is Guo et al., ICML
    2017); `isotonic` maps each P(grade > k), and keeps them falling in k.

    Args:
        probabilities: Of shape (N, K), a column for each grade of the scale.
        scale: The scale that they are on, fractional or integral.
        calibration: The map.

    Returns:
        float64 of shape (N, 5); rows sum to 1.
    """
    values = _checked(probabilities, scale)
    if calibration.method == "temperature":
        values = tempered(values, calibration.temperature)
    whole = integral_probabilities(values, scale)
    return by_knots(whole, calibration.knots) if calibration.method == "isotonic" else whole


def tempered(probabilities: Floats, temperature: float) -> Floats:
    """Divide the logarithms of probabilities (N, K) by a temperature; rows sum to 1."""
    logs = np.log(np.maximum(probabilities, _LEAST)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def exceeding(probabilities: Floats) -> Floats:
    """Return P(grade > k) of probabilities (N, K), of shape (N, K - 1)."""
    return np.asarray(1.0 - np.cumsum(probabilities[:, :-1], axis=1)).clip(0, 1)


def by_knots(probabilities: Floats, knots: Knots) -> Floats:
    """Map each P(grade > k) of integral probabilities (N, 5) by its knots; what would rise in k is levelled.

    A hundredth of the probabilities stays as it was. Where a map says 0 for many discs, among them some that have the
    grade, the threshold of that grade would be 1, and the grade in every set.
    """
    above = exceeding(probabilities)
    mapped = np.column_stack([np.interp(above[:, k], x, y) for k, (x, y) in enumerate(knots)])
    falling = np.minimum.accumulate(mapped, axis=1)
    edges = np.hstack([np.ones((len(falling), 1)), falling, np.zeros((len(falling), 1))])
    return np.asarray((1 - _OWN_SHARE) * -np.diff(edges, axis=1) + _OWN_SHARE * probabilities)


def prediction_sets(probabilities: ArrayLike, thresholds: Sequence[float | None]) -> NDArray[np.bool_]:
    """Return which integral grades are in the set of each disc.

    Args:
        probabilities: Calibrated, of shape (N, 5).
        thresholds: Of a `Calibration`.

    Returns:
        Of shape (N, 5). The most probable grade (the lower one of a tie) is always in, so that no set is empty. So is
        every grade between two others: grades are in order, and whoever may have 1 or 3 may have 2. A set that grows
        holds the reference grade no less often (contiguous sets: Lu, Angelopoulos and Pomerantz, MICCAI 2022, arXiv
        2207.02238; Dey, Merugu and Kaveri, NeurIPS 2023).
    """
    values = np.asarray(probabilities, np.float64)
    largest = np.array([np.inf if threshold is None else threshold for threshold in thresholds])
    sets: NDArray[np.bool_] = 1.0 - values <= largest
    sets[np.arange(len(values)), values.argmax(axis=1)] = True
    return without_gaps(sets)


def without_gaps(sets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return sets of grades (N, 5) with every grade from their lowest to their highest."""
    at_least = np.logical_or.accumulate(sets, axis=1)
    at_most = np.logical_or.accumulate(sets[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(at_least & at_most)
