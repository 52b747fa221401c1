"""Agreement scores of confusion matrices, one matrix or many at a time.

Every function takes confusion matrices of shape (..., K, K): counts or weights, rows the reference grade, columns the
predicted one, both ascending; and returns arrays of the leading shape (...). The definitions are those that reproduce
the printed rows of Niemeyer et al. 2021: macro averages run over all K grades, 0/0 counting as 0, and the average F1
is the mean of the per-grade F1. A score that is 0/0 as a whole (one grade only, no variance), and that of a single
grade of which there is no reference sample, is NaN; `why_undefined` says why. In place of the matrices they take
`confusion.confusion_of` them, so that several scores share the sums.
"""

import numpy as np
from numpy.typing import ArrayLike

from discgrade.grades import FRACTIONAL
from discgrade.reliability.scores.confusion import (
    Confusion,
    Floats,
    Values,
    confusion_of,
    distances_of,
    moments_of,
    ratio,
    scalar_product,
    varies,
)

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
ERRORS: tuple[str, ...] = ("mae", "bias", "pearson_r", "within_one")

_TOLERANCE = 1e-6


def _kappa(matrix: Confusion, weights: Floats) -> Floats:
    """Return 1 - sum(w o) / sum(w e): o the observed cells, e those of chance, w the weights of disagreement."""
    chance = scalar_product(matrix.rows @ weights, matrix.columns)
    disagreement = ratio((matrix.flat @ weights.ravel()) * matrix.total, chance, np.nan)
    # One grade on either side disagrees as chance does: exactly 0, whatever the rounding of the sums.
    return np.asarray((1.0 - disagreement) * (varies(matrix.rows) & varies(matrix.columns)) + 0.0)


def _mcc(matrix: Confusion) -> Floats:
    """Multiclass Matthews correlation R_K (Gorodkin, Comput Biol Chem 2004;28:367-374)."""

    def unevenness(margin: Floats) -> Floats:
        # total^2 - sum(margin^2), as the products of unlike grades: exactly 0 where one grade holds everything.
        return np.asarray(scalar_product(margin, matrix.total[..., None] - margin) * varies(margin))

    covariance = matrix.total * matrix.agreed - scalar_product(matrix.rows, matrix.columns)
    return ratio(covariance, np.sqrt(unevenness(matrix.rows) * unevenness(matrix.columns)), np.nan)


def _lin_ccc(matrix: Confusion, values: Floats) -> Floats:
    """Lin's concordance correlation with population moments throughout (Lin, Biometrics 1989;45:255-268)."""
    moments = moments_of(matrix, values)
    return ratio(2 * moments.covariance, moments.reference + moments.predicted + moments.bias**2, np.nan)


def _per_grade(matrix: Confusion) -> Scores:
    total = matrix.total[..., None]
    rejected = np.maximum(total - matrix.rows - matrix.columns + matrix.hits, 0.0)
    either = matrix.rows + matrix.columns
    scores = {
        "precision": ratio(matrix.hits, matrix.columns, 0.0),
        "sensitivity": ratio(matrix.hits, matrix.rows, 0.0),
        "specificity": ratio(rejected, total - matrix.rows, 0.0),
        "f1": ratio(2 * matrix.hits, either, 0.0),
        "jaccard": ratio(matrix.hits, either - matrix.hits, 0.0),
    }
    return (
        scores if matrix.total.all() else {name: np.where(total > 0, score, np.nan) for name, score in scores.items()}
    )


def kappa(confusion: ArrayLike | Confusion, power: int = 1, values: Values | None = None) -> Floats:
    """Cohen's kappa, weighed by the distance of grades to a power.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.
        power: 0 for no weights, 1 for linear, 2 for quadratic ones.
        values: The K grades, ascending; by default their ranks.

    Returns:
        Shape (...): 1 for perfect agreement, 0 for that of chance; NaN if both sides hold the same one grade.

    Source: Cohen, Psychol Bull 1968;70:213-220.
    """
    matrix = confusion_of(confusion)
    _, distances = distances_of(values, matrix.rows.shape[-1])
    return _kappa(matrix, np.where(distances > 0, distances**power, 0.0))


def accuracy(confusion: ArrayLike | Confusion) -> Floats:
    """Share of samples on the diagonal of (..., K, K), of shape (...); NaN without samples."""
    matrix = confusion_of(confusion)
    return ratio(matrix.agreed, matrix.total, np.nan)


def per_grade_scores(confusion: ArrayLike | Confusion) -> Scores:
    """Score each grade against the rest.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.

    Returns:
        `precision`, `sensitivity`, `specificity`, `f1` and `jaccard`, each of shape (..., K) and in [0, 1]. All but
        specificity are NaN for a grade without reference samples, and specificity for a grade that all reference
        samples have: any prediction would score the same. Else the precision of a grade that is never predicted is 0.

    Raises:
        ValueError: if `confusion` is not square in its last two axes, or holds negative or non-finite numbers.
    """
    matrix = confusion_of(confusion)
    occurs = matrix.rows > 0
    others = matrix.total[..., None] - matrix.rows > 0
    scores = _per_grade(matrix).items()
    return {name: np.where(others if name == "specificity" else occurs, score, np.nan) for name, score in scores}


def global_scores(confusion: ArrayLike | Confusion, values: Values | None = None) -> Scores:
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
    matrix = confusion_of(confusion)
    grades, distances = distances_of(values, matrix.rows.shape[-1])
    per_grade = _per_grade(matrix)
    return {
        "kappa_unweighted": _kappa(matrix, (distances > 0).astype(np.float64)),
        "kappa_linear": _kappa(matrix, distances),
        "kappa_quadratic": _kappa(matrix, distances**2),
        "accuracy": ratio(matrix.agreed, matrix.total, np.nan),
        "mcc": _mcc(matrix),
        **{name: per_grade[name].mean(-1) for name in MACRO},
        "lin_ccc": _lin_ccc(matrix, grades),
    }


def error_scores(confusion: ArrayLike | Confusion, values: Values = FRACTIONAL) -> Scores:
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
    matrix = confusion_of(confusion)
    grades, distances = distances_of(values, matrix.rows.shape[-1])
    moments = moments_of(matrix, grades)
    near = (distances <= 1 + _TOLERANCE).astype(np.float64)
    return {
        "mae": ratio(matrix.flat @ distances.ravel(), matrix.total, np.nan),
        "bias": moments.bias,
        "pearson_r": ratio(moments.covariance, np.sqrt(moments.reference * moments.predicted), np.nan),
        "within_one": ratio(matrix.flat @ near.ravel(), matrix.total, np.nan),
    }


def why_undefined(confusion: ArrayLike | Confusion, grades: Values, metric: str, grade: float | None = None) -> str:
    """Say why a score of one confusion matrix (K, K) is NaN: of a grade, or of all, naming the only one that occurs."""
    matrix = confusion_of(confusion)
    if not matrix.total:
        return "no samples"
    if grade is not None:
        return f"{'every' if metric == 'specificity' else 'no'} reference grade is {grade:g}"
    sides = {"reference": matrix.rows, "predicted": matrix.columns}
    only = [f"every {side} grade is {grades[int(m.argmax())]:g}" for side, m in sides.items() if not varies(m)]
    return "no variance: " + " and ".join(only)
