"""How wide the spinal canal is on each slice of a stack: widest in the middle.

It is followed from the highest disc to the lowest. Next to the midline pedicles interrupt it, so the lower quartile of
its width over the rows tells the middle, however bright fat is.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box
from discgrade.imaging.locating.found import FoundDisc

Grey = NDArray[np.float32]
Floats = NDArray[np.float64]

_CORD = 0.16  # of a box's width: depth of the cord in the canal's fluid
_BRIGHT = 0.55  # of the brightest fluid of a row over all slices


def canal_widths(stack: Sequence[Grey], discs: Sequence[FoundDisc]) -> Floats:
    """Return how wide the fluid behind each disc is on each slice.

    Args:
        stack: Upright slices of one shape.
        discs: Discs from head to feet, as they lie on one of the slices.

    Returns:
        Shares of the width of the disc's box, of shape (discs, slices).
    """
    pairs = zip(_reach(discs), discs, strict=True)
    return np.array([_fluid(stack, one, other, disc.box) for (one, other), disc in pairs])


def _reach(discs: Sequence[FoundDisc]) -> list[tuple[float, float]]:
    """Return the rows that belong to each disc: half-way to its neighbours, but none below the lowest, with its fat."""
    centres = [disc.box.y + disc.box.height / 2 for disc in discs]
    between = [(one + other) / 2 for one, other in pairwise(centres)]
    first = centres[0] - (between[0] - centres[0] if between else discs[0].box.height / 2)
    return list(pairwise([first, *between, centres[-1]]))


def _fluid(stack: Sequence[Grey], top: float, bottom: float, box: Box) -> Floats:
    """Return the lower quartile over rows of the width of what is as bright as fluid, behind one disc."""
    rows, columns = stack[0].shape
    high, low = np.clip([round(top), round(bottom)], 0, rows)
    left, right = np.clip([round(box.x + 0.55 * box.width), round(box.x + 1.35 * box.width)], 0, columns)
    if low - high < 2 or right - left < 2:
        return np.zeros(len(stack))
    patch = np.stack([cv2.GaussianBlur(one[high:low, left:right], (3, 3), 0.8) for one in stack]).astype(np.float64)
    dark, bright = np.percentile(patch, 5), np.percentile(patch, 99)
    brightest = np.maximum(patch.max(axis=(0, 2)), dark + 0.5 * (bright - dark))
    shining = patch > dark + _BRIGHT * (brightest[None, :, None] - dark)
    bridged = _bridged(shining, max(1, round(_CORD * box.width)))
    return np.asarray(np.percentile(_longest(bridged), 25, axis=1) / box.width)


def _bridged(shining: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Fill what is dark between bright pixels of a row that are no further apart than a cord or its roots are deep."""
    kernel = np.ones((1, gap + 1), np.uint8)
    bridged = [cv2.morphologyEx(one.astype(np.uint8), cv2.MORPH_CLOSE, kernel) for one in shining]
    return np.stack(bridged).astype(bool)


def _longest(shining: NDArray[np.bool_]) -> Floats:
    """Return the longest run of bright pixels of each row, of shape (slices, rows)."""
    run = np.zeros(shining.shape[:2])
    longest = run.copy()
    for column in range(shining.shape[2]):
        run = (run + 1) * shining[:, :, column]
        longest = np.maximum(longest, run)
    return longest
