"""The slices being painted: signal intensities with cerebrospinal fluid as 1, on a grid in mm."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.phantom.keyed import generator

Image = NDArray[np.float32]

_ATLAS = 1024
_GRAINS = (0.6, 0.9, 1.4, 2.1, 3.1, 4.7, 7.0)


@dataclass(frozen=True, eq=False)
class View:
    """A stack of slices or a window of it.

    Attributes:
        y: Positions of the columns in mm, to the back; shape (1, columns).
        z: Positions of the rows in mm, to the feet; shape (rows, 1).
        lateral: Distance from the spine's middle in mm, to the left; shape (slices, rows, 1).
        signal: Signal intensity; shape (slices, rows, columns).
        spacing: Side of a pixel in mm.
    """

    y: Image
    z: Image
    lateral: Image
    signal: Image
    spacing: float

    def window(self, y: tuple[float, float], z: tuple[float, float]) -> "View":
        """Return the part between two positions along y and along z, in mm; it shares the memory."""
        columns = slice(*np.searchsorted(self.y[0], y))
        rows = slice(*np.searchsorted(self.z[:, 0], z))
        return View(
            self.y[:, columns], self.z[rows], self.lateral[:, rows], self.signal[:, rows, columns], self.spacing
        )

    def flat(self) -> "View":
        """Return one empty slice of this size."""
        return View(self.y, self.z, self.lateral[:1], np.zeros_like(self.signal[:1]), self.spacing)

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
        return np.clip(0.5 - distance / (self.spacing + softness), 0, 1, dtype=np.float32)

    def texture(self, grain: float, rng: np.random.Generator) -> Image:
        """Return a random texture with mean 0 and deviation 1 on this view; neighbouring slices look alike.

        Args:
            grain: Size of its grains in mm.
            rng: Chooses the place in a fixed field of noise.
        """
        slices, rows, columns = self.signal.shape
        atlas = _atlas(min(_GRAINS, key=lambda known: abs(known - grain / self.spacing)))
        top, left = rng.integers(0, [_ATLAS - rows, _ATLAS - columns - slices])
        return np.stack([atlas[top : top + rows, left + k : left + k + columns] for k in range(slices)])


@cache
def _atlas(grain: float) -> Image:
    noise = generator("texture", int(10 * grain)).standard_normal((_ATLAS, _ATLAS), dtype=np.float32)
    smooth: Image = cv2.GaussianBlur(noise, (0, 0), grain).astype(np.float32)
    return smooth / smooth.std()


def bell(distance: Image, width: float | Image) -> Image:
    """Return exp(-(distance / width)^2)."""
    scaled = distance / width
    return np.exp(-scaled * scaled)
