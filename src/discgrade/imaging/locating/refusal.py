"""What speaks against boxes that a locator proposes: a picture that is no T2-weighted one, or lies another way up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.found import Found, FoundDisc
from discgrade.imaging.locating.input import Spacing

Grey = NDArray[np.float32]

LEAST_FLUID = 1.2
"""Smallest brightness of the canal's fluid as a multiple of the marrow's: it is 1.4 to 5.5 on public T2 slices."""
SMALLEST, LARGEST = 60.0, 700.0
"""Heights in mm that a slice of a lumbar spine may have: pictures of whole bodies and of many slices are larger."""
STRONGER = 0.3
"""By how much a locator has to see a slice more strongly once it is turned, so that it is taken to lie that way.

Of 81 public slices that a locator had not seen each was stronger upright, by 0.9 or more (`Found.strength`).
"""
TURNS = {
    "upside down": (slice(None, None, -1), slice(None)),
    "turned by half": (slice(None, None, -1), slice(None, None, -1)),
    "mirrored, with the back on the left": (slice(None), slice(None, None, -1)),
}
"""Ways that a slice may lie instead of upright, and what puts it right."""


def refuse_picture(pixels: Grey, spacing: Spacing) -> Found | None:
    """Return what is found on a slice that shows nothing, or too little or too much for a back; None for others.

    Args:
        pixels: The upright slice.
        spacing: Row and column spacing in mm; None where unknown.
    """
    if min(pixels.shape) < 2 or not float(np.ptp(pixels)) > 0:
        return Found((), 0.0, reason="the slice is empty")
    height = pixels.shape[0] * (spacing[0] or 0)
    if height and not SMALLEST <= height <= LARGEST:
        reason = f"the slice is {height:.0f} mm high: one of a lumbar spine has {SMALLEST:.0f} to {LARGEST:.0f}"
        return Found((), 0.0, reason=reason)
    return None


def refuse_lone_discs(found: Found, levels: int) -> Found:
    """Return what was found; nothing, with the reason, where a locator of several levels saw a single one.

    Args:
        found: What was found on a slice.
        levels: Number of levels that the locator knows.
    """
    if len(found.discs) != 1 or levels == 1:
        return found
    return replace(found, discs=(), score=0.0, reason="one disc alone is seen, where a lumbar spine shows several")


def refuse_other_weightings(pixels: Grey, found: Found) -> Found:
    """Return what was found; nothing, with the reason, where the canal behind the discs is not as bright as on T2."""
    if not found.discs:
        return found
    times = fluid(pixels, found.discs)
    if times >= LEAST_FLUID:
        return found
    reason = f"it does not look T2-weighted: behind the discs nothing is brighter than {times:.1f} times the vertebrae"
    return replace(found, discs=(), score=0.0, reason=reason)


def fluid(pixels: Grey, discs: Sequence[FoundDisc]) -> float:
    """Return how bright the fluid behind discs is, as a multiple of the marrow above and below; the median of discs.

    Args:
        pixels: The upright slice.
        discs: Discs on it.
    """
    dark = float(np.percentile(pixels, 2))
    return float(np.median([_times(pixels, disc, dark) for disc in discs]))


def _times(pixels: Grey, disc: FoundDisc, dark: float) -> float:
    box = disc.box
    left, right, behind = box.x + 0.15 * box.width, box.x + 0.55 * box.width, box.x + 0.6 * box.width
    bodies = [
        _part(pixels, left, right, box.y, box.y + 0.2 * box.height),
        _part(pixels, left, right, box.y + 0.8 * box.height, box.y + box.height),
    ]
    canal = _part(pixels, behind, behind + 0.7 * box.width, box.y, box.y + box.height)
    marrow = np.concatenate([one.ravel() for one in bodies])
    if canal.shape[1] < 3 or not canal.size or not marrow.size:
        return 0.0
    bright = float(np.median(np.sort(canal, axis=1)[:, -3])) - dark
    return bright / max(float(np.median(marrow)) - dark, 1e-6)


def _part(pixels: Grey, left: float, right: float, top: float, bottom: float) -> Grey:
    rows, columns = pixels.shape
    (top, bottom), (left, right) = np.clip([top, bottom], 0, rows), np.clip([left, right], 0, columns)
    return pixels[int(top) : int(bottom), int(left) : int(right)]
