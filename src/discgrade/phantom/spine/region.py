"""The region of interest that a rater draws around a disc."""

import numpy as np

from discgrade.phantom.spine.anatomy import Disc

Box = tuple[float, float, float, float]
"""Left edge, upper edge, width and height."""

VERTEBRA_SHARE = 0.3
"""How much of each adjacent vertebra the region holds."""
CANAL = 11.0
"""How far the region reaches beyond the back of the disc, in mm, to hold cerebrospinal fluid."""
MARGIN = 2.5
"""How far it reaches beyond the front of the disc, in mm."""


def region(disc: Disc) -> tuple[float, float, float, float]:
    """Return the region (front, top, back, bottom) around a disc, 30 % of both vertebrae and some canal, in mm."""
    half, upper, lower = disc.depth / 2, disc.upper, disc.lower
    ends = [upper.at(along, upper.height / 2) for along in (-half, half)]
    ends += [lower.at(along, -lower.height / 2) for along in (-half, half)]
    _, top = upper.at(0, upper.height * (0.5 - VERTEBRA_SHARE))
    _, bottom = lower.at(0, lower.height * (VERTEBRA_SHARE - 0.5))
    y, z = np.array(ends).T
    return (
        float(y.min() - MARGIN),
        float(min(top, z.min() - MARGIN)),
        float(y.max() + CANAL),
        float(max(bottom, z.max() + MARGIN)),
    )


def drawn(box: Box, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Return a region as a hand draws it, in whole pixels: each edge is off by a pixel or two."""
    x, y, width, height = box
    left, top, right, bottom = np.array([x, y, x + width, y + height]) + rng.normal(0, 1.3, 4)
    return round(left), round(top), round(right) - round(left), round(bottom) - round(top)
