"""Pairs of grades, reference and predicted, and every score that the tables show of them.

All scores are functions of one confusion matrix, 13 x 13 over the fractional grades: the integral grades of the paper's
Tables 2 and 3 are sums of its rows and columns. So a weighted confusion matrix is all that a bootstrap draw needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import FRACTIONAL, INTEGRAL, integral
from discgrade.reliability.scores import metrics
from discgrade.reliability.scores.confusion import Confusion, Floats, confusion_of
from discgrade.reliability.scores.metrics import Scores
from discgrade.settings.model import Scale

GRADES = len(FRACTIONAL)
CELLS = GRADES * GRADES

# fractional: reference and prediction are fractional grades; rounded: only the reference is; integral: neither.
Detail = Literal["fractional", "rounded", "integral"]

# A metric and the integral grade that it is of; None for all grades together.
Column = tuple[str, float | None]

# Sums the 13 fractional grades to the 5 integral ones: (13, 5), a single 1 in each row; and the flattened matrix.
_GRADE_TO_INTEGRAL = (integral(FRACTIONAL)[:, None] == INTEGRAL).astype(np.float64)
_TO_INTEGRAL = np.kron(_GRADE_TO_INTEGRAL, _GRADE_TO_INTEGRAL)


@dataclass(frozen=True)
class Pairs:
    """Reference and predicted grade of n scored samples.

    Attributes:
        reference: Rank of the reference grade on the fractional scale, (n,).
        predicted: Rank of the predicted grade on the fractional scale, (n,).
        disc: Disc of each sample, (n,).
        patient: Patient of each sample, (n,).
        detail: On which scale both sides are.
    """

    reference: NDArray[np.int64]
    predicted: NDArray[np.int64]
    disc: NDArray[np.object_]
    patient: NDArray[np.object_]
    detail: Detail

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.reference)

    def subset(self, chosen: NDArray[np.bool_]) -> "Pairs":
        """Return the samples that a mask chooses."""
        return Pairs(
            self.reference[chosen], self.predicted[chosen], self.disc[chosen], self.patient[chosen], self.detail
        )

    @property
    def cells(self) -> NDArray[np.int64]:
        """Cell of each sample in the flattened confusion matrix, (n,)."""
        return self.reference * GRADES + self.predicted

    @property
    def matrix(self) -> Floats:
        """Number of samples of each reference (row) and predicted (column) grade, (13, 13)."""
        return np.bincount(self.cells, minlength=CELLS).reshape(GRADES, GRADES).astype(np.float64)


def join(parts: Sequence[Pairs]) -> Pairs:
    """Join pairs of one detail."""
    sides = ("reference", "predicted", "disc", "patient")
    joined = {side: np.concatenate([getattr(part, side) for part in parts]) for side in sides}
    return Pairs(**joined, detail=parts[0].detail)


def detail_of(references: Floats, scale: Scale) -> Detail:
    """Return on which scale the pairs of a cohort's reference grades and a run's predictions are.

    A cohort was read on the fractional scale if any of its grades is not integral.
    """
    if not (np.asarray(references) != integral(references)).any():
        return "integral"
    return "rounded" if scale == "integral" else "fractional"


def to_integral(matrix: Floats) -> Floats:
    """Sum confusion matrices (..., 13, 13) to integral ones (..., 5, 5)."""
    leading = matrix.shape[:-2]
    return (matrix.reshape(*leading, CELLS) @ _TO_INTEGRAL).reshape(*leading, len(INTEGRAL), len(INTEGRAL))


def all_scores(matrix: Floats, detail: Detail) -> dict[Column, Floats]:
    """Return every score of confusion matrices.

    Args:
        matrix: Shape (..., 13, 13), counts or weights; rows the reference.
        detail: On which scale both sides are.

    Returns:
        Arrays of shape (...), by metric and grade (None: all grades together).
        On integral grades the keys of `metrics.global_scores`, and for each grade those of `metrics.per_grade_scores`.
        `mae`, `bias`, `pearson_r` and `within_one` on fractional grades if both sides have them, else on integral ones.
        If fractional also `accuracy_fractional`, `kappa_linear_fractional` (weighed by rank) and
        `kappa_linear_fractional_values` (weighed by grade value).
        If rounded also the errors against the fractional reference, as `mae_fractional_reference` and so on.
    """
    coarse = confusion_of(to_integral(matrix))
    scores = metrics.global_scores(coarse) | _detailed_scores(matrix, coarse, detail)
    columns: dict[Column, Floats] = {(metric, None): values for metric, values in scores.items()}
    for metric, values in metrics.per_grade_scores(coarse).items():
        columns |= {(metric, float(grade)): values[..., index] for index, grade in enumerate(INTEGRAL)}
    return columns


def _detailed_scores(matrix: Floats, coarse: Confusion, detail: Detail) -> Scores:
    """Return the scores that depend on the scale of both sides."""
    if detail == "integral":
        return metrics.error_scores(coarse, INTEGRAL)
    fine = confusion_of(matrix)
    errors = metrics.error_scores(fine)
    if detail == "rounded":
        named = {f"{name}_fractional_reference": values for name, values in errors.items()}
        return metrics.error_scores(coarse, INTEGRAL) | named
    return errors | {
        "accuracy_fractional": metrics.accuracy(fine),
        "kappa_linear_fractional": metrics.kappa(fine),
        "kappa_linear_fractional_values": metrics.kappa(fine, values=FRACTIONAL),
    }
