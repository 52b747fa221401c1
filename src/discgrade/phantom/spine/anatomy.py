"""The parts of a lumbar spine in its midsagittal plane, in mm: y runs to the back, z to the feet."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from discgrade.phantom.spine.signs import Signs
from discgrade.phantom.spine.view import Image, bell

NAMES = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4")
FIRST_LUMBAR = NAMES.index("L1")
# Of the dural sac behind each vertebra: distance from its back wall, and half the sac's depth.
SAC_GAP = np.array([2, 2, 2, 2.2, 2.4, 2.4, 2.8, 4.0, 6, 7, 7, 7])
SAC_RADIUS = np.array([6.8, 6.8, 7, 7.6, 7.4, 7.1, 6.8, 6.4, 5.2, 2.6, 0, 0])

Point = tuple[float, float]
Line = NDArray[np.float64]


def rotate(y: Image, z: Image, tilt: float) -> tuple[Image, Image]:
    """Turn offsets (y, z) into those along a tilted axis: towards the back, and towards the feet."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    return y * cos - z * sin, y * sin + z * cos


@dataclass(frozen=True)
class Endplate:
    """The curve between a vertebra and a disc.

    Attributes:
        centre: Middle (y, z) of its chord in mm.
        tilt: Angle of its chord in radians, positive where the front lies lower than the back.
        depth: Length of its chord from front to back in mm.
        hollow: How far its middle is hollowed into the vertebra, in mm.
        outward: +1 if the disc lies below (towards the feet), -1 if above.
        phase: Where along the chord irregularities lie, in radians.
        signs: Signs of the disc beside it.
    """

    centre: Point
    tilt: float
    depth: float
    hollow: float
    outward: int
    phase: float
    signs: Signs

    def into_disc(self, y: Image, z: Image) -> Image:
        """Return the distance from the endplate into the disc in mm; negative within the vertebra."""
        along, down = rotate(y - self.centre[0], z - self.centre[1], self.tilt)
        place = np.clip(2 * along / self.depth, -1.1, 1.1)
        distance: Image = self.outward * down + self.hollow * (1 - place * place)
        if self.signs.roughness > 0.02:
            waves = np.sin(4.3 * place + self.phase) + 0.6 * np.sin(11 * place + 3 * self.phase)
            distance = distance + self.signs.roughness * waves
        if self.signs.node and self.outward > 0:
            distance = distance + self.signs.node * bell(place - 0.5 * math.cos(self.phase), 0.2)
        return distance


@dataclass(frozen=True)
class Vertebra:
    """A vertebral body.

    Attributes:
        name: For example L4.
        centre: Its middle (y, z) in mm.
        tilt: Angle of its middle in radians, positive where the front lies lower than the back.
        wedge: Angle by which it opens to the front, in radians.
        height: Height in its middle, mm.
        depth: Length from front to back, mm.
        phase: Where its endplates' irregularities lie, in radians.
        above: Signs of the disc above it.
        below: Signs of the disc below it.
    """

    name: str
    centre: Point
    tilt: float
    wedge: float
    height: float
    depth: float
    phase: float
    above: Signs
    below: Signs

    @property
    def sacral(self) -> bool:
        """Whether it is a part of the sacrum."""
        return self.name.startswith("S")

    @cached_property
    def upper(self) -> Endplate:
        """The endplate towards the head."""
        return self._endplate(-1, self.above)

    @cached_property
    def lower(self) -> Endplate:
        """The endplate towards the feet."""
        return self._endplate(+1, self.below)

    def at(self, along: float, down: float) -> Point:
        """Return the point (y, z) that lies `along` to the back of and `down` to the feet from the centre, in mm."""
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        return self.centre[0] + along * cos + down * sin, self.centre[1] - along * sin + down * cos

    def _endplate(self, outward: int, signs: Signs) -> Endplate:
        return Endplate(
            centre=self.at(0, outward * self.height / 2),
            tilt=self.tilt + outward * self.wedge / 2,
            depth=self.depth,
            hollow=0.4 if self.sacral else 1.5,
            outward=outward,
            phase=self.phase + outward,
            signs=signs,
        )


@dataclass(frozen=True)
class Disc:
    """A disc between two vertebrae."""

    upper: Vertebra
    lower: Vertebra

    @property
    def signs(self) -> Signs:
        """Signs of its degeneration."""
        return self.upper.below

    @property
    def centre(self) -> Point:
        """Its middle (y, z) in mm."""
        (y, z), (other_y, other_z) = self.upper.lower.centre, self.lower.upper.centre
        return (y + other_y) / 2, (z + other_z) / 2

    @property
    def tilt(self) -> float:
        """Mean tilt of its endplates in radians."""
        return (self.upper.lower.tilt + self.lower.upper.tilt) / 2

    @property
    def depth(self) -> float:
        """Length from front to back in mm."""
        return max(self.upper.depth, self.lower.depth)


@dataclass(frozen=True, eq=False)
class Canal:
    """The dural sac, at heights z: position y of its middle, and half its depth; in mm, shape (heights,)."""

    z: Line
    y: Line
    radius: Line

    def middle(self, z: Image | Line) -> Line:
        """Return where the sac's middle lies at a height."""
        return np.interp(z, self.z, self.y)

    def coordinates(self, y: Image, z: Image) -> tuple[Image, Image]:
        """Return the distance from the sac's middle line, to the back, and the sac's radius; in mm."""
        slope = np.interp(z, self.z, np.gradient(self.y, self.z))
        distance: Image = (y - self.middle(z)) / np.hypot(1, slope)
        return distance.astype(np.float32), np.interp(z, self.z, self.radius).astype(np.float32)


@dataclass(frozen=True)
class Spine:
    """A spine from T10 to S4.

    Attributes:
        vertebrae: From head to feet.
        scale: Size of the patient relative to the mean.
    """

    vertebrae: tuple[Vertebra, ...]
    scale: float

    @property
    def discs(self) -> tuple[Disc, ...]:
        """All discs; disc i lies below vertebra i."""
        return tuple(map(Disc, self.vertebrae[:-1], self.vertebrae[1:]))

    @property
    def lumbar_discs(self) -> tuple[Disc, ...]:
        """The discs L1/L2 to L5/S1."""
        return self.discs[FIRST_LUMBAR : FIRST_LUMBAR + 5]

    @cached_property
    def canal(self) -> Canal:
        """The dural sac."""
        back = SAC_GAP + SAC_RADIUS * self.scale + np.array([vertebra.depth / 2 for vertebra in self.vertebrae])
        y, z = np.transpose([vertebra.at(along, 0) for vertebra, along in zip(self.vertebrae, back, strict=True)])
        heights = np.arange(z[0], z[-1])
        line = _smooth(np.interp(heights, z, y), width=10)
        return Canal(heights, line, np.interp(heights, z, SAC_RADIUS * self.scale))


def _smooth(line: Line, width: int) -> Line:
    """Return the running mean of a line under a bell; its ends keep their slope."""
    weights = bell(np.arange(-2.0 * width, 2 * width + 1), width)
    extended = np.pad(line, 2 * width, mode="reflect", reflect_type="odd")
    return np.convolve(extended, weights / weights.sum(), mode="valid")
