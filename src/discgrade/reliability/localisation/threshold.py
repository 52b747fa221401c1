"""From which probability on a found box is proposed."""

import numpy as np
from numpy.typing import NDArray

from discgrade.reliability.confusion import Floats

WITHIN_MM = 7.0
"""Distance of centres up to which a disc counts as found."""
SAME_MM = 15.0
"""Distance of centres up to which a box is of the disc that its level names: half of the way to the next disc."""
COST = 10.0
"""How many discs that are not proposed a box of another disc is worth."""
LEAST = 0.5
"""Least threshold."""


def choose_threshold(probability: Floats, right: NDArray[np.bool_]) -> float:
    """Return the threshold at which right boxes minus `COST` times wrong ones are most; at least `LEAST`.

    Of several it is the smallest. So it falls as long as of the boxes that are added more than ten in eleven are right.

    Args:
        probability: Of each box of patients that no training had seen.
        right: Whether it lies on the disc of its level.
    """
    order = np.argsort(-probability, kind="stable")
    given = probability[order]
    ends = np.flatnonzero(np.append(given[1:] < given[:-1], True) & (given >= LEAST))
    if not len(ends):
        return LEAST
    worth = np.cumsum(np.where(right[order], 1.0, -COST))[ends]
    end = ends[np.flatnonzero(worth == worth.max())[-1]]
    # Halfway to the next lower one: a box as sure as the last one is proposed whatever the rounding.
    below = given[end + 1] if end + 1 < len(given) else LEAST
    return float((given[end] + max(below, LEAST)) / 2)
