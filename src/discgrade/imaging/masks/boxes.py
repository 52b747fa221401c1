"""The box of a disc from masks on one upright slice, by the rule of Niemeyer et al. 2021.

The box holds the disc, 30 % of each of the two vertebrae, and some of the canal. Lengths are in mm: `y` runs to the
back, `z` to the feet, and (0, 0) is the slice's upper left corner.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box

VERTEBRA_SHARE = 0.3
"""How much of each vertebra's height the box holds."""
CANAL = 11.0
"""How far the box reaches beyond the back of the disc, in mm, where the canal does not say otherwise."""
MARGIN = 2.5
"""How far it reaches at least beyond front, top and bottom of the disc, in mm."""
_ENDS = (2.0, 98.0)

Flags = NDArray[np.bool_]
Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parts:
    """Masks on one slice, each of shape (rows, columns).

    Attributes:
        disc: The disc.
        upper: The body of the vertebra above it; None if it is not labelled.
        lower: That of the one below; None if it is not labelled, or the sacrum, whose parts are one.
        canal: The spinal canal.
        spacing: Distance of rows and of columns in mm.
    """

    disc: Flags
    upper: Flags | None
    lower: Flags | None
    canal: Flags
    spacing: tuple[float, float]

    def points(self, mask: Flags) -> Points:
        """Return the centres (y, z) of a mask's pixels in mm, shape (pixels, 2)."""
        rows, columns = np.nonzero(mask)
        return np.stack([(columns + 0.5) * self.spacing[1], (rows + 0.5) * self.spacing[0]], axis=1)


def box_of(parts: Parts) -> Box:
    """Return the box of a disc in px of the upright slice.

    Where one vertebra is not labelled, as many mm of it are taken as of the other.
    """
    disc = parts.points(parts.disc)
    down = axis_of(disc)
    heights = [_height(parts.points(body), down) for body in (parts.upper, parts.lower) if body is not None]
    usual = VERTEBRA_SHARE * float(np.mean(heights)) if heights else VERTEBRA_SHARE * 27
    top = _reach(parts, parts.upper, -down, usual)
    bottom = _reach(parts, parts.lower, down, usual)
    half = np.array([parts.spacing[1], parts.spacing[0]]) / 2
    (front, head), (back, feet) = disc.min(axis=0) - half, disc.max(axis=0) + half
    left, right = front - MARGIN, back + _behind(parts, back, (head, feet))
    upper, lower = min(top, head - MARGIN), max(bottom, feet + MARGIN)
    across, along = parts.spacing[1], parts.spacing[0]
    sides = left / across, upper / along, (right - left) / across, (lower - upper) / along
    return Box(*map(float, sides))


def axis_of(disc: Points) -> Points:
    """Return the direction (y, z) in which a disc is thin, towards the feet."""
    centred = disc - disc.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    thin: Points = vectors[:, 0]
    return thin if thin[1] >= 0 else -thin


def _height(body: Points, down: Points) -> float:
    low, high = np.percentile(body @ down, _ENDS)
    return float(high - low)


def _reach(parts: Parts, body: Flags | None, outward: Points, usual: float) -> float:
    """Return the height z up to which a vertebra is taken, on the line through its middle along `outward`."""
    if body is None:
        disc = parts.points(parts.disc)
        middle, end = disc.mean(axis=0), float(np.percentile(disc @ outward, _ENDS[1]))
        length = usual
    else:
        points = parts.points(body)
        middle = points.mean(axis=0)
        near, far = np.percentile(points @ outward, _ENDS)
        end, length = float(near), VERTEBRA_SHARE * float(far - near)
    return float((middle + (end + length - middle @ outward) * outward)[1])


def _behind(parts: Parts, back: float, heights: tuple[float, float]) -> float:
    """Return how far the box reaches behind the disc: at least to the canal's middle, at most just beyond its back."""
    canal = parts.points(parts.canal)
    beside = canal[(canal[:, 1] >= heights[0]) & (canal[:, 1] <= heights[1])]
    if not len(beside):
        return CANAL
    middle, end = float(np.median(beside[:, 0])) - back, float(np.percentile(beside[:, 0], _ENDS[1])) - back
    return float(np.clip(CANAL, max(middle, MARGIN), max(end, MARGIN) + MARGIN))
