"""Coefficients of agreement on the integral grades, and how much each patient moves them.

All are functions of one confusion matrix M that do not change with its scale. So their derivative, summed over the
cells that a patient's discs lie in, is that patient's influence, and the sum of its squares over patients the variance
of the coefficient when patients are drawn anew: the delta method, with the patient as the unit (Efron and Tibshirani,
An Introduction to the Bootstrap, 1993, chapter 21).
"""

import numpy as np
from numpy.typing import ArrayLike

from discgrade.reliability.scores.confusion import Confusion, Floats, confusion_of, distances_of, ratio
from discgrade.reliability.scores.metrics import accuracy, kappa

GRADES = 5
METRICS = ("kappa_linear", "kappa_quadratic", "kappa_unweighted", "ac2", "accuracy", "within_one")
"""What is shown of every group, besides exact agreement (`accuracy`) that of grades at most one apart."""

_STEP = 1e-6


def gwet_ac(confusion: ArrayLike | Confusion, power: int = 1) -> Floats:
    """Gwet's agreement coefficient: AC1 without weights, AC2 with.

    It takes chance to be what raters do who are unsure, so that unlike kappa it does not fall where one grade prevails.

    Args:
        confusion: Shape (..., K, K), counts or weights >= 0; rows the reference, columns the prediction.
        power: 0 for AC1; 1 for AC2 with linear, 2 with quadratic weights.

    Returns:
        Shape (...): 1 for perfect agreement; NaN without samples.

    Source: Gwet, Br J Math Stat Psychol 2008;61:29-48; Handbook of Inter-Rater Reliability, 4th edition, 2014.
    """
    matrix = confusion_of(confusion)
    grades = matrix.rows.shape[-1]
    _, distances = distances_of(None, grades)
    weights = 1.0 - np.where(distances > 0, (distances / (grades - 1)) ** power, 0.0)
    observed = ratio(matrix.flat @ weights.ravel(), matrix.total, np.nan)
    share = ratio((matrix.rows + matrix.columns) / 2, matrix.total[..., None], np.nan)
    chance = weights.sum() / (grades * (grades - 1)) * (share * (1.0 - share)).sum(-1)
    return np.asarray((observed - chance) / (1.0 - chance))


def within_one(confusion: ArrayLike | Confusion) -> Floats:
    """Share of samples at most one integral grade apart, of shape (...); NaN without samples."""
    matrix = confusion_of(confusion)
    _, distances = distances_of(None, matrix.rows.shape[-1])
    return ratio(matrix.flat @ (distances <= 1).astype(np.float64).ravel(), matrix.total, np.nan)


def coefficients(confusion: ArrayLike) -> dict[str, Floats]:
    """Return every coefficient of confusion matrices (..., 5, 5) of the integral grades, of shape (...), by metric."""
    matrix = confusion_of(confusion)
    return {
        "kappa_linear": kappa(matrix, 1),
        "kappa_quadratic": kappa(matrix, 2),
        "kappa_unweighted": kappa(matrix, 0),
        "ac2": gwet_ac(matrix),
        "accuracy": accuracy(matrix),
        "within_one": within_one(matrix),
    }


def gradients(matrices: Floats, metric: str) -> Floats:
    """Return the derivative of a coefficient by each cell, (..., 25), of confusion matrices (..., 5, 5)."""
    cells = GRADES * GRADES
    totals = matrices.sum((-2, -1))[..., None]
    steps = np.eye(cells).reshape(cells, GRADES, GRADES)
    moved = matrices[..., None, :, :] + _STEP * totals[..., None, None] * steps
    here = coefficients(matrices)[metric][..., None]
    return np.asarray(ratio(coefficients(moved)[metric] - here, _STEP * totals, np.nan))
