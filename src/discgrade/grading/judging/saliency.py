"""Which parts of a region a grade rests on: each is covered in turn, and the expected grade is looked at again.

Occlusion (Zeiler and Fergus, ECCV 2014) asks nothing of a network but its outputs.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.grading.judging.grader import Grader
from discgrade.imaging.sampling import sample, to_roi

PARTS = 7
"""Covers along a side of the square; neighbouring ones overlap by half."""
_SIDE = 96
"""Most pixels along the longer side of a map."""


def saliency(roi: NDArray[np.uint16], level: str, grader: Grader) -> NDArray[np.float32]:
    """Return how far the expected grade falls where a part is covered by the region's mean grey.

    Args:
        roi: Region of interest (rows, columns).
        level: The disc.
        grader: The networks.

    Returns:
        float32 (rows, columns) of at most 96 px, over the region as `imaging.roi.extract` shows it; grades. Positive
        where what is seen there makes the grade higher.
    """
    made = grader.facts.preprocessing
    square = sample(roi, made.resolution, made.views[0], made.border)
    covers = list(_covers(made.resolution))
    covered = np.repeat(square[None], len(covers) + 1, axis=0)
    for number, (rows, columns) in enumerate(covers, 1):
        covered[number][rows, columns] = np.rint(square.mean())
    expected = grader.expected(covered, level)
    changes, counts = np.zeros(square.shape), np.zeros(square.shape)
    for (rows, columns), after in zip(covers, expected[1:], strict=True):
        changes[rows, columns] += expected[0] - after
        counts[rows, columns] += 1
    return _over_region(changes / counts, roi.shape)


def _covers(side: int) -> list[tuple[slice, slice]]:
    edges = np.rint(np.linspace(0, side, PARTS + 2)).astype(int)
    spans = [slice(edges[number], edges[number + 2]) for number in range(PARTS)]
    return [(rows, columns) for rows in spans for columns in spans]


def _over_region(square: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Take the padding of the square away again."""
    zoom = min(1.0, _SIDE / max(shape))
    rows, columns = (max(1, round(side * zoom)) for side in shape)
    to_region = to_roi((rows, columns), len(square))
    return np.asarray(
        cv2.warpAffine(square.astype(np.float32), to_region, (columns, rows), flags=cv2.INTER_LINEAR,
                       borderMode=cv2.BORDER_REPLICATE)
    )  # fmt: skip
