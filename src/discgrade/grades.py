"""The two Pfirrmann grading scales: 13 fractional grades and 5 integral ones.

The fractional scale (Niemeyer et al. 2021) adds x.3 and x.7 between the integral grades of Pfirrmann et al. 2001:
x.3 is closer to x, x.7 closer to x + 1. A *rank* is a grade's index on its scale, from 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from discgrade.settings.model import Scale

INTEGRAL: NDArray[np.float64] = np.arange(1.0, 6.0)
FRACTIONAL: NDArray[np.float64] = np.array([1.0, 1.3, 1.7, 2.0, 2.3, 2.7, 3.0, 3.3, 3.7, 4.0, 4.3, 4.7, 5.0])
LEVELS: tuple[str, ...] = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")

_TOLERANCE = 1e-6


def grades_of(scale: Scale) -> NDArray[np.float64]:
    """Return the valid grades of a scale, ascending; a continuous value is decoded on the fractional ones."""
    return INTEGRAL if scale == "integral" else FRACTIONAL


def nearest(values: ArrayLike, grades: Sequence[float] | NDArray[np.float64] = FRACTIONAL) -> NDArray[np.float64]:
    """Round values to the nearest valid grade, clipped to the scale; a tie goes to the more degenerated grade.

    Args:
        values: Grades in grade units, any shape.
        grades: Valid grades, ascending.

    Returns:
        float64 of the shape of `values`, each one of `grades`. A NaN stays NaN.
    """
    grades = np.asarray(grades, float)
    values = np.asarray(values, float)
    borders = (grades[:-1] + grades[1:]) / 2
    rounded = grades[np.searchsorted(borders - _TOLERANCE, values, side="right")]
    return np.where(np.isnan(values), np.nan, rounded)


def integral(values: ArrayLike) -> NDArray[np.float64]:
    """Round grades to the five integral ones: x.3 to x, x.7 to x + 1, x.5 (no valid grade) to x + 1."""
    return nearest(values, INTEGRAL)


def rank(values: ArrayLike, scale: Scale = "fractional") -> NDArray[np.int64]:
    """Return the index of each grade on its scale, from 0.

    Raises:
        ValueError: if a value is not a grade of the scale.
    """
    grades = grades_of(scale)
    values = np.asarray(values, float)
    ranks: NDArray[np.int64] = np.abs(values[..., None] - grades).argmin(axis=-1)
    wrong = ~(np.abs(grades[ranks] - values) < _TOLERANCE)
    if wrong.any():
        raise ValueError(
            f"Invalid grade on the {scale} scale. It should be one of {grades.tolist()}. "
            f"Received: {np.unique(values[wrong]).tolist()[:10]}"
        )
    return ranks


def is_grade(values: ArrayLike, scale: Scale = "fractional") -> NDArray[np.bool_]:
    """Return which values are valid grades of the scale."""
    grades = grades_of(scale)
    values = np.asarray(values, float)
    return np.abs(values - nearest(values, grades)) < _TOLERANCE


def one_hot_levels(levels: Sequence[str] | NDArray[np.object_]) -> NDArray[np.float32]:
    """Return which of `LEVELS` each disc is, (N, 5) of 0 and 1: what a network may take next to the image.

    Raises:
        ValueError: if a level is none of these.
    """
    unknown = sorted(set(levels) - set(LEVELS))
    if unknown:
        raise ValueError(f"Invalid level. It should be one of {', '.join(LEVELS)}. Received: {', '.join(unknown)}")
    ranks = [LEVELS.index(level) for level in levels]
    return np.eye(len(LEVELS), dtype=np.float32)[ranks].reshape(-1, len(LEVELS))
