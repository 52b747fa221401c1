"""What a locator expects of boxes: sizes, and ways from level to level, of the patients that it learns from."""

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.facts import Expected

Floats = NDArray[np.floating]

_LEAST = 2.0
"""Least deviation in mm: of a handful of patients it may be 0."""


def expected_boxes(boxes: Floats, spacing_mm: float) -> tuple[Expected, ...]:
    """Return what to expect of each level.

    Args:
        boxes: (N, levels, 4) centre and size on the input in pixels; NaN where none was drawn.
        spacing_mm: Side of an input pixel in mm.

    Raises:
        ValueError: if a level was never drawn, or never together with the next one.
    """
    lengths = spacing_mm * boxes.astype(np.float64)
    step = lengths[:, 1:] - lengths[:, :-1]
    levels = boxes.shape[1]
    return tuple(
        Expected(
            width=_normal(lengths[:, level, 2]),
            height=_normal(lengths[:, level, 3]),
            right=_normal(step[:, level, 0]) if level + 1 < levels else None,
            up=_normal(-step[:, level, 1]) if level + 1 < levels else None,
        )
        for level in range(levels)
    )


def _normal(values: Floats) -> tuple[float, float]:
    """Return mean and deviation of the values that are there."""
    there = values[np.isfinite(values)]
    if not len(there):
        raise ValueError(
            "A locator should learn from each level, and from each two that follow each other on a slice. There is "
            "none of at least one of them. Set `locator.train: false`, or add readings"
        )
    return float(there.mean()), max(float(there.std()), _LEAST)
