"""Agreement scores of confusion matrices, one matrix or many at a time.

Every function takes confusion matrices of shape (..., K, K): counts or weights, rows the reference grade, columns the
predicted one, both ascending; and returns arrays of the leading shape (...). The definitions are those that reproduce
the printed rows of Niemeyer et al. 2021: macro averages run over all K grades, 0/0 counting as 0, and the average F1
is the mean of the per-grade F1. A score that is 0/0 as a whole (one grade only, no variance) is NaN; `why_undefined`
says why.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from discgrade.grades import FRACTIONAL

Floats = NDArray[np.float64]
Scores = dict[str, Floats]

MACRO: tuple[str, ...] = ("specificity", "sensitivity", "precision", "f1", "jaccard")
GLOBAL: tuple[str, ...] = (
    "kappa_unweighted",
    "kappa_linear",
    "kappa_quadratic",
    "accuracy",
    "mcc",
    *MACRO,
    "lin_ccc",
)
PER_GRADE: tuple[str, ...] = ("precision", "sensitivity", "specificity", "f1", "jaccard")
ERRORS: tuple[str, ...] = ("mae", "bias", "pearson_r", "within_one")

_TOLERANCE = 1e-6


def _checked(confusion: ArrayLike) -> Floats:
    matrix = np.asarray(confusion, np.float64)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.shape[-1] < 2:
        raise ValueError(f"Invalid `confusion`. Its shape should be (..., K, K), K >= 2. Received: {matrix.shape}")
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise ValueError("Invalid `confusion`. Counts should be finite and not negative")
    return matrix


def _checked_values(values: Sequence[float] | Floats | None, grades: int) -> Floats:
    if values is None:
        return np.arange(grades, dtype=np.float64)
    array = np.asarray(values, np.float64)
    if array.shape != (grades,) or not (np.diff(array) > 0).all():
        raise ValueError(f"Invalid `values`. They should be {grades} ascending grades. Received: {array.tolist()}")
    return array


def _ratio(numerator: Floats, denominator: Floats, undefined: float) -> Floats:
    """Divide, giving `undefined` where the denominator is 0."""
    filled = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), undefined)
    return np.asarray(np.divide(numerator, denominator, out=filled, where=denominator > 0))


def _dot(matrix: Floats, weights: Floats) -> Floats:
    """Sum a (..., K, K) matrix under (K, K) weights: one product of the flattened matrices."""
    flat = matrix.reshape(*matrix.shape[:-2], -1)
    return np.asarray(flat @ weights.ravel())


def kappa(confusion: ArrayLike, power: int = 1, values: Sequence[float] | Floats | None = None) -> Floats:
    """Cohen's weighted kappa, 1 - sum(w o) / sum(w e), with e the product of the margins and w the distance.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.
        power: 0 for no weights, 1 for linear, 2 for quadratic ones.
        values: The K grades, ascending; by default their ranks.

    Returns:
        Shape (...): 1 for perfect agreement, 0 for that of chance; NaN if both sides hold the same one grade.

    Source: Cohen, Psychol Bull 1968;70:213-220.
    """
    matrix = _checked(confusion)
    values = _checked_values(values, matrix.shape[-1])
    distance = np.abs(values[:, None] - values)
    weights = np.where(distance > 0, distance**power, 0.0)
    rows, columns = matrix.sum(-1), matrix.sum(-2)
    chance = ((rows @ weights) * columns).sum(-1)
    return np.asarray(1.0 - _ratio(_dot(matrix, weights) * rows.sum(-1), chance, np.nan))


def accuracy(confusion: ArrayLike) -> Floats:
    """Share of samples on the diagonal, of shape (...); NaN without samples."""
    matrix = _checked(confusion)
    return _ratio(np.trace(matrix, axis1=-2, axis2=-1), matrix.sum((-2, -1)), np.nan)


def _mcc(matrix: Floats) -> Floats:
    """Multiclass Matthews correlation R_K (Gorodkin, Comput Biol Chem 2004;28:367-374); NaN without variance."""
    rows, columns = matrix.sum(-1), matrix.sum(-2)
    total = rows.sum(-1)
    agreed = np.trace(matrix, axis1=-2, axis2=-1)
    covariance = total * agreed - (rows * columns).sum(-1)
    variances = _unevenness(rows) * _unevenness(columns)
    return _ratio(covariance, np.sqrt(variances), np.nan)


def _unevenness(margin: Floats) -> Floats:
    """Return total^2 - sum(margin^2), as the sum of the products of different grades: exactly 0 for one grade only."""
    return np.asarray((margin * (margin.sum(-1, keepdims=True) - margin)).sum(-1) * _varies(margin))


def _varies(margin: Floats) -> NDArray[np.bool_]:
    return np.asarray((margin > 0).sum(-1) > 1)


def _moments(matrix: Floats, values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return bias (predicted minus reference), both population variances and the covariance."""
    rows, columns = matrix.sum(-1), matrix.sum(-2)
    total = rows.sum(-1)
    centred = values - values.mean()
    mean_row = _ratio(rows @ centred, total, np.nan)
    mean_column = _ratio(columns @ centred, total, np.nan)
    variance_row = np.maximum(_ratio(rows @ centred**2, total, np.nan) - mean_row**2, 0.0) * _varies(rows)
    variance_column = np.maximum(_ratio(columns @ centred**2, total, np.nan) - mean_column**2, 0.0) * _varies(columns)
    product = _ratio(_dot(matrix, np.outer(centred, centred)), total, np.nan)
    covariance = (product - mean_row * mean_column) * (_varies(rows) & _varies(columns))
    return mean_column - mean_row, variance_row, variance_column, covariance


def _lin_ccc(matrix: Floats, values: Floats) -> Floats:
    """Lin's concordance correlation, population moments (Lin, Biometrics 1989;45:255-268); NaN for one grade only."""
    bias, variance_row, variance_column, covariance = _moments(matrix, values)
    return _ratio(2 * covariance, variance_row + variance_column + bias**2, np.nan)


def per_grade_scores(confusion: ArrayLike) -> Scores:
    """Score each grade against the rest.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.

    Returns:
        `precision`, `sensitivity`, `specificity`, `f1` and `jaccard`, each of shape (..., K) and in [0, 1]; 0/0 is 0,
        and all are NaN for a matrix without samples.

    Raises:
        ValueError: if `confusion` is not square in its last two axes, or holds negative or non-finite numbers.
    """
    matrix = _checked(confusion)
    rows, columns = matrix.sum(-1), matrix.sum(-2)
    total = rows.sum(-1, keepdims=True)
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    rejected = np.maximum(total - rows - columns + hits, 0.0)
    scores = {
        "precision": _ratio(hits, columns, 0.0),
        "sensitivity": _ratio(hits, rows, 0.0),
        "specificity": _ratio(rejected, total - rows, 0.0),
        "f1": _ratio(2 * hits, rows + columns, 0.0),
        "jaccard": _ratio(hits, rows + columns - hits, 0.0),
    }
    return {name: np.where(total > 0, score, np.nan) for name, score in scores.items()}


def global_scores(confusion: ArrayLike, values: Sequence[float] | Floats | None = None) -> Scores:
    """Score the agreement over all grades.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.
        values: The K grades, ascending, in grade units: kappa's weights are then their distances, and Lin's
            concordance is that of the grades. By default the grades' ranks, as scikit-learn weighs kappa.

    Returns:
        Arrays of shape (...): `kappa_unweighted`, `kappa_linear`, `kappa_quadratic`, `accuracy`, `mcc`; macro over
        the K grades `specificity`, `sensitivity`, `precision`, `f1`, `jaccard`; `lin_ccc`. Kappa, MCC and Lin's
        concordance are NaN where they are 0/0.

    Raises:
        ValueError: if `confusion` is not square in its last two axes or holds negative or non-finite numbers, or
            `values` are not K ascending numbers.
    """
    matrix = _checked(confusion)
    values = _checked_values(values, matrix.shape[-1])
    per_grade = per_grade_scores(matrix)
    return {
        "kappa_unweighted": kappa(matrix, 0, values),
        "kappa_linear": kappa(matrix, 1, values),
        "kappa_quadratic": kappa(matrix, 2, values),
        "accuracy": accuracy(matrix),
        "mcc": _mcc(matrix),
        **{name: per_grade[name].mean(-1) for name in MACRO},
        "lin_ccc": _lin_ccc(matrix, values),
    }


def error_scores(confusion: ArrayLike, values: Sequence[float] | Floats = FRACTIONAL) -> Scores:
    """Score the distances between predicted and reference grades.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.
        values: The K grades, ascending, in grade units.

    Returns:
        Arrays of shape (...): `mae`, mean absolute error, and `bias`, mean of predicted minus reference, in grade
        units; `pearson_r`, NaN if either side has no variance; `within_one`, share of samples at most one grade apart.

    Raises:
        ValueError: as `global_scores`.
    """
    matrix = _checked(confusion)
    values = _checked_values(values, matrix.shape[-1])
    distance = np.abs(values[:, None] - values)
    total = matrix.sum((-2, -1))
    bias, variance_row, variance_column, covariance = _moments(matrix, values)
    return {
        "mae": _ratio(_dot(matrix, distance), total, np.nan),
        "bias": bias,
        "pearson_r": _ratio(covariance, np.sqrt(variance_row * variance_column), np.nan),
        "within_one": _ratio(_dot(matrix, (distance <= 1 + _TOLERANCE).astype(np.float64)), total, np.nan),
    }


def why_undefined(confusion: ArrayLike, grades: Sequence[float] | Floats) -> str:
    """Say why a score of one confusion matrix (K, K) is NaN, naming the only grade that occurs."""
    matrix = _checked(confusion)
    rows, columns = matrix.sum(-1) > 0, matrix.sum(-2) > 0
    if not rows.any():
        return "no samples"
    sides = {"reference": rows, "predicted": columns}
    only = [f"every {side} grade is {grades[np.flatnonzero(s)[0]]:g}" for side, s in sides.items() if s.sum() == 1]
    return "no variance: " + " and ".join(only)
