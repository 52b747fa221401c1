"""Confusion matrices with their margins and moments: what every agreement score is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Values = Sequence[float] | Floats


@dataclass(frozen=True)
class Confusion:
    """Confusion matrices with what all scores need of them.

    Attributes:
        flat: The cells, (..., K * K).
        rows: Weight of each reference grade, (..., K).
        columns: Weight of each predicted grade, (..., K).
        hits: Diagonal, (..., K).
        total: Weight of all samples, (...).
    """

    flat: Floats
    rows: Floats
    columns: Floats
    hits: Floats
    total: Floats

    @property
    def agreed(self) -> Floats:
        """Weight of the diagonal, (...)."""
        return np.asarray(self.hits.sum(-1))


@cache
def _margins(grades: int) -> Floats:
    """Return the (K * K, 2 K) matrix that sums flattened cells to row and column margins: one product for many."""
    return np.hstack([np.kron(np.eye(grades), np.ones((grades, 1))), np.kron(np.ones((grades, 1)), np.eye(grades))])


def confusion_of(confusion: "ArrayLike | Confusion") -> Confusion:
    """Check confusion matrices (..., K, K) and sum up their margins; what is summed up already stays as it is.

    Raises:
        ValueError: if they are not square in their last two axes, or hold negative or non-finite numbers.
    """
    if isinstance(confusion, Confusion):
        return confusion
    cells = np.asarray(confusion, np.float64)
    if cells.ndim < 2 or cells.shape[-1] != cells.shape[-2] or cells.shape[-1] < 2:
        raise ValueError(f"Invalid `confusion`. Its shape should be (..., K, K), K >= 2. Received: {cells.shape}")
    if cells.size and not 0 <= cells.min() <= cells.max() < np.inf:
        raise ValueError("Invalid `confusion`. Counts should be finite and not negative")
    grades = cells.shape[-1]
    flat = cells.reshape(*cells.shape[:-2], grades * grades)
    margins = flat @ _margins(grades)
    rows, columns = margins[..., :grades], margins[..., grades:]
    return Confusion(flat, rows, columns, flat[..., :: grades + 1], np.asarray(rows.sum(-1)))


def distances_of(values: Values | None, grades: int) -> tuple[Floats, Floats]:
    """Return the values of the grades, their ranks by default, and the distances between them, (K, K).

    Raises:
        ValueError: if the values are not K ascending numbers.
    """
    array = np.arange(grades, dtype=np.float64) if values is None else np.asarray(values, np.float64)
    if array.shape != (grades,) or not (np.diff(array) > 0).all():
        raise ValueError(f"Invalid `values`. They should be {grades} ascending grades. Received: {array.tolist()}")
    return array, np.abs(array[:, None] - array)


def ratio(numerator: Floats, denominator: Floats, undefined: float) -> Floats:
    """Divide, giving `undefined` where the denominator is 0."""
    filled = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), undefined)
    return np.asarray(np.divide(numerator, denominator, out=filled, where=denominator > 0))


def scalar_product(one: Floats, other: Floats) -> Floats:
    """Return the scalar products along the last axis."""
    return np.asarray(np.einsum("...k,...k->...", one, other))


def varies(margin: Floats) -> NDArray[np.bool_]:
    """Return where more than one grade occurs."""
    return np.asarray(np.count_nonzero(margin, axis=-1) > 1)


@dataclass(frozen=True)
class Moments:
    """Population moments of the grades: predicted minus reference mean, both variances and the covariance."""

    bias: Floats
    reference: Floats
    predicted: Floats
    covariance: Floats


def moments_of(matrix: Confusion, values: Floats) -> Moments:
    """Return the moments of the grades, in the unit of `values`; exactly 0 where a side holds one grade only."""
    centred = values - values.mean()

    def mean(weighted: Floats) -> Floats:
        return ratio(weighted, matrix.total, np.nan)

    def variance(margin: Floats, average: Floats) -> Floats:
        return np.asarray(np.maximum(mean(margin @ centred**2) - average**2, 0.0) * varies(margin))

    reference, predicted = mean(matrix.rows @ centred), mean(matrix.columns @ centred)
    product = mean(matrix.flat @ np.outer(centred, centred).ravel())
    both_vary = varies(matrix.rows) & varies(matrix.columns)
    return Moments(
        bias=predicted - reference,
        reference=variance(matrix.rows, reference),
        predicted=variance(matrix.columns, predicted),
        covariance=(product - reference * predicted) * both_vary + 0.0,
    )
