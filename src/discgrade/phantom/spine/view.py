"""The slices being painted: signal intensities with cerebrospinal fluid as 1, on a grid in mm."""

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from discgrade.keyed import generator

Image = NDArray[np.floating[Any]]
"""Signals, distances or shares, float32; dimensions of length 1 are broadcast."""
Reach = tuple[float, float]
"""From where to where, in mm."""

GRAINS = {"fine": 0.9, "medium": 2.0, "coarse": 5.0}
"""Size of the textures' grains in mm."""
_ATLAS = 1024
_STEP = 1.25


@dataclass(frozen=True, eq=False)
class View:
    """A stack of slices or a window of it.

    Attributes:
        y: Positions of the columns in mm, to the back; shape (1, columns).
        z: Positions of the rows in mm, to the feet; shape (rows, 1).
        lateral: Distance from the spine's middle in mm, to the left; shape (slices, rows, 1).
        signal: Signal intensity; shape (slices, rows, columns).
        fine, medium, coarse: Textures with mean 0 and deviation 1, of the signal's shape.
        spacing: Side of a pixel in mm.
        bent: Whether the spine bends out of the slices, so that one shows its middle and its side.
    """

    y: Image
    z: Image
    lateral: Image
    signal: Image
    fine: Image
    medium: Image
    coarse: Image
    spacing: float
    bent: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to paint on."""
        return self.signal.size == 0

    def window(self, y: Reach, z: Reach | None = None) -> "View":
        """Return the part between two positions along y, and along z if given, in mm; it shares the memory."""
        columns = self._between(self.y[0], *y)
        rows = self._between(self.z[:, 0], *z) if z else slice(None)
        return View(
            y=self.y[:, columns],
            z=self.z[rows],
            lateral=self.lateral[:, rows],
            signal=self.signal[:, rows, columns],
            fine=self.fine[:, rows, columns],
            medium=self.medium[:, rows, columns],
            coarse=self.coarse[:, rows, columns],
            spacing=self.spacing,
            bent=self.bent,
        )

    def _between(self, positions: Image, low: float, high: float) -> slice:
        start, stop = (math.ceil((limit - float(positions[0])) / self.spacing) for limit in (low, high))
        return slice(max(start, 0), max(stop, 0))

    def around(self, point: tuple[float, float], length: float, tilt: float, height: float) -> "View":
        """Return the part that holds a tilted rectangle.

        Args:
            point: Its centre (y, z), mm.
            length: Its length from front to back, mm.
            tilt: Angle of its length in radians.
            height: Its height, mm.
        """
        cos, sin = abs(math.cos(tilt)) / 2, abs(math.sin(tilt)) / 2
        reach_y, reach_z = length * cos + height * sin, length * sin + height * cos
        y, z = point
        return self.window((y - reach_y, y + reach_y), (z - reach_z, z + reach_z))

    def between(self, right: float, left: float) -> "View":
        """Return the slices that somewhere lie between two distances from the spine's middle, in mm."""
        reached = (self.lateral.max(axis=(1, 2)) > right) & (self.lateral.min(axis=(1, 2)) < left)
        numbers = np.flatnonzero(reached)
        return self._slices(slice(numbers[0], numbers[-1] + 1) if numbers.size else slice(0))

    def flat(self) -> "View":
        """Return the first slice alone, with signals of its own."""
        first = self._slices(slice(1))
        return replace(first, signal=np.zeros_like(first.signal))

    def _slices(self, part: slice) -> "View":
        return replace(self, **{name: getattr(self, name)[part] for name in ("lateral", "signal", *GRAINS)})

    def paint(self, coverage: Image, signal: Image | float) -> None:
        """Lay a tissue over what is there.

        Args:
            coverage: Share of each pixel that the tissue fills, 0 to 1.
            signal: The tissue's signal.
        """
        self.signal[...] += coverage * (signal - self.signal)

    def inside(self, distance: Image, softness: float = 0.0) -> Image:
        """Return how much of each pixel lies within a border.

        Args:
            distance: Distance from the border in mm, negative inside.
            softness: Width of the border in mm, in addition to a pixel.
        """
        share: Image = np.clip(0.5 - distance / (self.spacing + softness), 0, 1)
        return share


def empty_view(y: Image, z: Image, lateral: Image, spacing: float, rng: np.random.Generator) -> View:
    """Return slices without signal; arguments as the attributes of `View`, `rng` draws the textures."""
    shape = (len(lateral), len(z), y.shape[1])
    fine, medium, coarse = (_texture(shape, grain / spacing, rng) for grain in GRAINS.values())
    return View(y, z, lateral, np.zeros(shape, np.float32), fine, medium, coarse, spacing)


def _texture(shape: tuple[int, int, int], grain: float, rng: np.random.Generator) -> Image:
    """Return a texture cut from a fixed field of noise; each slice is shifted by a pixel, so neighbours look alike."""
    slices, rows, columns = shape
    top, left = rng.integers(0, [_ATLAS - rows, _ATLAS - columns - slices])
    part = _atlas(round(math.log(grain, _STEP)))[top : top + rows, left : left + columns + slices - 1]
    return np.moveaxis(sliding_window_view(part, columns, axis=1), 1, 0)


@cache
def _atlas(size: int) -> Image:
    """Return a field of noise whose grains are 1.25^size pixels large."""
    noise = generator("texture", size).standard_normal((_ATLAS, _ATLAS), dtype=np.float32)
    smooth: Image = cv2.GaussianBlur(noise, (0, 0), _STEP**size).astype(np.float32)
    smooth /= smooth.std()
    return smooth


def bell(distance: Image, width: float | Image) -> Image:
    """Return exp(-(distance / width)^2)."""
    scaled = distance / width
    height: Image = np.exp(-scaled * scaled)
    return height
