"""The slices being painted: signal intensities with cerebrospinal fluid as 1, on a grid in mm."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.phantom.keyed import generator

Image = NDArray[np.float32]

_ATLAS = 1024


@dataclass(frozen=True, eq=False)
class View:
    """A stack of slices or a window of it.

    Attributes:
        y: Positions of the columns in mm, to the back; shape (1, columns).
        z: Positions of the rows in mm, to the feet; shape (rows, 1).
        lateral: Distance from the spine's middle in mm, to the left; shape (slices, rows, 1).
        signal: Signal intensity; shape (slices, rows, columns).
    """

    y: Image
    z: Image
    lateral: Image
    signal: Image

    @property
    def spacing(self) -> float:
        """Side of a pixel in mm."""
        return float(self.y[0, 1] - self.y[0, 0])

    def window(self, y: tuple[float, float], z: tuple[float, float]) -> "View":
        """Return the part between two positions along y and along z, in mm; it shares the memory."""
        columns = slice(*np.searchsorted(self.y[0], y))
        rows = slice(*np.searchsorted(self.z[:, 0], z))
        return View(self.y[:, columns], self.z[rows], self.lateral[:, rows], self.signal[:, rows, columns])

    @property
    def empty(self) -> bool:
        """Whether the window lies outside the slices."""
        return self.signal.size == 0

    def paint(self, coverage: Image, signal: Image | float) -> None:
        """Lay a tissue over what is there.

        Args:
            coverage: Share of each pixel that the tissue fills, 0 to 1.
            signal: The tissue's signal.
        """
        self.signal[...] += coverage * (signal - self.signal)


def inside(distance: Image, softness: float) -> Image:
    """Return how much of a pixel lies within a border.

    Args:
        distance: Distance from the border in mm, negative inside.
        softness: Width of the transition in mm: a pixel, and what the slice's thickness adds.
    """
    return np.clip(0.5 - distance / softness, 0, 1)


@cache
def _atlas(grain: float) -> Image:
    noise = generator("texture", int(10 * grain)).standard_normal((_ATLAS, _ATLAS), dtype=np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), grain)
    smooth /= smooth.std()
    return smooth


def texture(shape: tuple[int, ...], grain: float, rng: np.random.Generator) -> Image:
    """Return a random texture with mean 0 and deviation 1; neighbouring slices look alike.

    Args:
        shape: Slices, rows, columns; at most 512 rows and columns.
        grain: Size of its grains in pixels.
        rng: Chooses the place in a fixed field of noise.
    """
    slices, rows, columns = shape
    atlas = _atlas(grain)
    step = max(1, round(grain))
    top, left = rng.integers(0, [_ATLAS - rows + 1, _ATLAS - columns - slices * step + 1])
    return np.stack([atlas[top : top + rows, left + k * step : left + k * step + columns] for k in range(slices)])
