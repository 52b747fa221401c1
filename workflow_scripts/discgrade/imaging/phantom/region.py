"""The region of interest that a rater draws around a disc."""

import numpy as np

from discgrade.imaging.phantom.anatomy import Disc, Vertebra

Box = tuple[float, float, float, float]
"""Left edge, upper edge, width and height."""

VERTEBRA_SHARE = 0.3
"""How much of each adjacent vertebra the region holds."""
CANAL = 11.0
"""How far the region reaches beyond the back of the disc, in mm, to hold cerebrospinal fluid."""
MARGIN = 2.5
"""How far it reaches beyond the front of the disc, in mm."""


def region(disc: Disc, upper: Vertebra, lower: Vertebra) -> tuple[float, float, float, float]:
    """Return the region (front, top, back, bottom) around a disc, 30 % of both vertebrae and some canal, in mm."""
    half = disc.depth / 2
    corners = [upper.at(along, upper.height * (0.5 - VERTEBRA_SHARE)) for along in (-half, half)] + [
        lower.at(along, lower.height * (VERTEBRA_SHARE - 0.5)) for along in (-half, half)
    ]
    y, z = np.array(corners).T
    top, bottom = z[:2].mean(), z[2:].mean()
    front, back = y.min() - MARGIN, y.max() + CANAL
    return float(front), float(top), float(back), float(bottom)


def drawn(box: Box, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Return a region as a hand draws it, in whole pixels: each edge is off by a pixel or two."""
    x, y, width, height = box
    left, top, right, bottom = np.array([x, y, x + width, y + height]) + rng.normal(0, 1.3, 4)
    return round(left), round(top), round(right) - round(left), round(bottom) - round(top)
