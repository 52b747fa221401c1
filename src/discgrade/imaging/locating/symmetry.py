"""How symmetric a stack is about each of its slices: what lies to the left resembles what lies to the right."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box

Grey = NDArray[np.float32]
Floats = NDArray[np.float64]

_SIDE = 48  # px: what left and right are compared at


def symmetry(stack: Sequence[Grey], boxes: Sequence[Box]) -> Floats:
    """Return how much better slices on both sides of each slice resemble each other than others as far apart.

    Args:
        stack: Slices of one shape.
        boxes: Where the spine lies; it and what is around it is compared.

    Returns:
        A gain in correlation for each slice, 0 or more; 0 everywhere of fewer than five slices.
    """
    count = len(stack)
    gain = np.zeros(count)
    if count < 5:
        return gain
    alike: Floats = np.asarray(np.corrcoef(np.stack([_small(one, boxes) for one in stack])))
    usual = {lag: float(np.diagonal(alike, lag).mean()) for lag in range(2, count, 2)}
    for middle in range(1, count - 1):
        reach = range(1, min(middle, count - 1 - middle) + 1)
        gains = [alike[middle - step, middle + step] - usual[2 * step] for step in reach]
        # Few pairs tell little: near the ends of a stack a chance resemblance counts for less.
        gain[middle] = max(0.0, np.sum(gains) / (len(gains) + 1))
    return gain


def _small(one: Grey, boxes: Sequence[Box]) -> Floats:
    """Return the surroundings of the spine made small, single bright spots dimmed."""
    rows, columns = one.shape
    width = max(box.width for box in boxes)
    left, right = min(box.x for box in boxes) - 0.3 * width, max(box.x + box.width for box in boxes) + 0.8 * width
    top, bottom = min(box.y for box in boxes), max(box.y + box.height for box in boxes)
    left, right = (min(max(place, 0), columns - 1) for place in (left, right))
    top, bottom = (min(max(place, 0), rows - 1) for place in (top, bottom))
    part = np.ascontiguousarray(one[round(top) : round(bottom) + 1, round(left) : round(right) + 1])
    small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    dimmed = np.minimum(small, np.percentile(small, 98))
    # A slice without signal resembles no other.
    return np.asarray(dimmed if np.ptp(dimmed) > 0 else np.arange(small.size) % 7.0)
