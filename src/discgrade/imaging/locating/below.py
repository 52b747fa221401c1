"""Whether a further disc lies below L5/S1: six lumbar vertebrae, or levels that were counted one too high.

What usually lies there is the remnant between S1 and S2, a few mm thick; below a lumbarised first sacral vertebra, and
below L4/L5 taken for L5/S1, it is a disc (O'Driscoll et al., Skeletal Radiol 1996;25:225). So the gap below is looked
for: straight strips of the slice lie across all places and tilts that a next gap may have; of those that begin and end
in even marrow as bright as around L5/S1, the one whose rows are most alike within themselves lies along the gap.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.grades import LEVELS
from discgrade.imaging.box import Box
from discgrade.imaging.locating.found import FoundDisc
from discgrade.imaging.locating.input import Spacing

Grey = NDArray[np.float32]
Floats = NDArray[np.float64]

FURTHER = "a further disc is seen below L5/S1: six lumbar vertebrae, or all levels are one lower than they are named"
"""Flag of a slice with a disc below the lowest named one."""
THICK = (9.0, 16.0)
"""Least and largest thickness in mm of what is taken for a disc, with its end plates."""
ALIGNED = 0.6
"""Least share of a strip's variance that lies between its rows."""

_LONG, _WIDE, _ENDS = 13, 10, 5  # mm: half a strip along the spine, half across it, its ends that lie in marrow
_BLUR = 0.8  # mm: noise is smoothed, a remnant is not
_EDGE = 2  # mm at each end of a strip that are not looked at for a gap
_OTHER = 0.2  # of the marrow's brightness: by which a gap differs from it, and by which even marrow does not
_ALIKE = (0.65, 1.5)  # brightness of marrow as a multiple of that around L5/S1
_OWN = np.radians(np.arange(-5, 46, 4))  # tilts of L5/S1 against the way from the disc above it
_WAYS = np.radians(np.arange(-5, 36, 5))  # ways to the next gap against that tilt
_TILTS = np.radians(np.arange(-5, 26, 5))  # tilts of the next gap against its way
_STEPS = np.arange(24.0, 45.0, 2.0)  # lengths of that way in mm


class _Strips(NamedTuple):
    """What each of N strips shows; of those that reach over the slice, NaN.

    Attributes:
        aligned: Share of its variance that lies between its rows.
        thick: From the first to the last row that is no marrow, in mm.
        marrow: Brightness of its ends.
        uneven: Mean deviation from it at its ends, as a share of it.
        other: Largest deviation of a row from it, as a share of it.
    """

    aligned: Floats
    thick: Floats
    marrow: Floats
    uneven: Floats
    other: Floats


def further_disc(pixels: Grey, spacing: Spacing, discs: Sequence[FoundDisc]) -> bool:
    """Return whether a disc lies below L5/S1.

    Args:
        pixels: The upright slice.
        spacing: Row and column spacing in mm; where one is unknown, nothing is said.
        discs: The discs on it, from the sacrum up; without L5/S1 and another one nothing is said.
    """
    return THICK[0] <= thickness_below(pixels, spacing, discs) <= THICK[1]


def thickness_below(pixels: Grey, spacing: Spacing, discs: Sequence[FoundDisc]) -> float:
    """Return how thick the gap below L5/S1 is in mm, its end plates included; 0 where none is seen.

    Args:
        pixels: As `further_disc` takes them.
        spacing: As `further_disc` takes it.
        discs: As `further_disc` takes them.
    """
    down, right = spacing
    if not (down and right) or len(discs) < 2 or discs[0].level != LEVELS[-1]:
        return 0.0
    scale = np.array([right, down])
    low, high = (scale * _centre(disc.box) for disc in discs[:2])
    tilts = np.arctan2(*(low - high)) + _OWN
    own = _strips(pixels, scale, np.tile(low, (len(tilts), 1)), tilts)
    if np.isnan(own.aligned).all():
        return 0.0
    chosen = int(np.nanargmax(own.aligned))
    centres, tilts = _places(low, float(tilts[chosen]))
    below = _strips(pixels, scale, centres, tilts)
    return _thickness(below, float(own.marrow[chosen]))


def _centre(box: Box) -> Floats:
    return np.array([box.x + box.width / 2, box.y + box.height / 2])


def _places(low: Floats, tilt: float) -> tuple[Floats, Floats]:
    """Return centres, (N, 2) in mm, and tilts, (N,), of all strips below a disc of a tilt."""
    ways, steps, turns = (one.ravel() for one in np.meshgrid(tilt + _WAYS, _STEPS, _TILTS, indexing="ij"))
    return low + steps[:, None] * np.column_stack([np.sin(ways), np.cos(ways)]), ways + turns


def _thickness(below: _Strips, marrow: float) -> float:
    """Return the thickness of the best aligned strip that lies between two bodies; 0 if it is not aligned enough."""
    with np.errstate(invalid="ignore"):
        brightness = below.marrow / marrow
        fits = (below.uneven <= _OTHER) & (brightness > _ALIKE[0]) & (brightness < _ALIKE[1]) & (below.other >= _OTHER)
    aligned = np.where(fits, below.aligned, 0.0)
    best = int(aligned.argmax())
    return float(below.thick[best]) if aligned[best] >= ALIGNED else 0.0


def _strips(pixels: Grey, scale: Floats, centres: Floats, tilts: Floats) -> _Strips:
    """Measure strips.

    Args:
        pixels: The upright slice.
        scale: Column and row spacing in mm.
        centres: (N, 2), to the right and down in mm.
        tilts: (N,) how far their lower ends turn to the back, in radians.
    """
    values = _sampled(pixels, scale, centres, tilts)
    ends = np.concatenate([values[:, :_ENDS], values[:, -_ENDS:]], axis=1)
    marrow = (np.median(values[:, :_ENDS], axis=(1, 2)) + np.median(values[:, -_ENDS:], axis=(1, 2))) / 2
    marrow = np.where(marrow > 0, marrow, np.nan)
    rows = values.mean(axis=2)
    differs = np.abs(rows - marrow[:, None]) / marrow[:, None]
    gap = differs[:, _EDGE:-_EDGE] > _OTHER
    first, last = gap.argmax(axis=1), gap.shape[1] - gap[:, ::-1].argmax(axis=1)
    return _Strips(
        aligned=rows.var(axis=1) / np.maximum(values.var(axis=(1, 2)), 1e-9),
        thick=np.where(gap.any(axis=1), last - first, 0).astype(np.float64),
        marrow=marrow,
        uneven=np.abs(ends - marrow[:, None, None]).mean(axis=(1, 2)) / marrow,
        other=differs.max(axis=1),
    )


def _sampled(pixels: Grey, scale: Floats, centres: Floats, tilts: Floats) -> Floats:
    """Return the greys of strips, a value a mm: (N, along the spine, across it); NaN beyond the slice."""
    along, across = np.arange(-_LONG, _LONG + 1.0)[:, None], np.arange(-_WIDE, _WIDE + 1.0)[None]
    sine, cosine = np.sin(tilts)[:, None, None], np.cos(tilts)[:, None, None]
    x = (centres[:, 0, None, None] + along * sine + across * cosine) / scale[0] - 0.5
    y = (centres[:, 1, None, None] + along * cosine - across * sine) / scale[1] - 0.5
    columns, rows = (one.reshape(-1, one.shape[2]).astype(np.float32) for one in (x, y))
    source = cv2.GaussianBlur(np.ascontiguousarray(pixels, np.float32), (0, 0), *(_BLUR / scale))
    grey = cv2.remap(source, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=float("nan"))
    return np.asarray(grey.reshape(x.shape), np.float64)
