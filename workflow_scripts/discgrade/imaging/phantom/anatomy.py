"""The shape of a lumbar spine in its midsagittal plane, in mm: y runs to the back, z to the feet, L3 lies at (0, 0).

Sizes and wedge angles are round figures for adults lying on their back; each patient varies them.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from discgrade.imaging.phantom.signs import Signs
from discgrade.imaging.phantom.view import Image

Array = NDArray[np.float64]

NAMES = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4")
HEIGHT = np.array([23, 24, 25.5, 27, 27.5, 28, 28, 27.5, 29, 24, 20, 17])
DEPTH = np.array([30, 31, 32, 33, 34, 35, 36, 36, 33, 25, 19, 15])
WEDGE = np.radians([-3, -3, -4, -3, -1.5, 0, 3, 8, -4, -6, -8, -8])
# Of the space below each vertebra: height of the healthy disc and its opening towards the front.
DISC_HEIGHT = np.array([5.5, 6.5, 7.5, 8.8, 10.2, 11.3, 12, 11, 3.2, 2, 1.5])
DISC_WEDGE = np.radians([0, 1, 2, 5, 6.5, 8.5, 11, 13, -4, -6, -8])
# Of the dural sac behind each vertebra: distance from its back wall, and half the sac's depth.
SAC_GAP = np.array([2, 2, 2, 2.2, 2.4, 2.4, 2.8, 4.0, 6, 7, 7, 7])
SAC_RADIUS = np.array([6.8, 6.8, 7, 7.6, 7.4, 7.1, 6.8, 6.4, 5.2, 2.6, 0, 0])
FIRST_LUMBAR = NAMES.index("L1")
ORIGIN = NAMES.index("L3")


@dataclass(frozen=True)
class Endplate:
    """An endplate: the curve between a vertebra and a disc.

    Attributes:
        y, z: Centre of its chord in mm.
        tilt: Angle of its chord in radians, positive where the front lies lower than the back.
        depth: Length of its chord from front to back in mm.
        concavity: How far its middle is hollowed into the vertebra, in mm, along `outward`.
        outward: +1 if the disc lies below (towards the feet), -1 if above.
        roughness: Height of its irregularities in mm.
        node: Depth of a Schmorl node in mm.
        spur: Length of the spurs at its ends in mm.
        marrow: Change of the marrow's signal beside it, CSF being 1.
        phase: Where along the chord irregularities and node lie, in radians.
    """

    y: float
    z: float
    tilt: float
    depth: float
    concavity: float
    outward: int
    roughness: float = 0.0
    node: float = 0.0
    spur: float = 0.0
    marrow: float = 0.0
    phase: float = 0.0

    def into_disc(self, y: Image, z: Image) -> Image:
        """Return the distance from the endplate into the disc in mm; negative within the vertebra."""
        along, down = rotate(y - self.y, z - self.z, self.tilt)
        position = np.clip(2 * along / self.depth, -1.1, 1.1)
        hollow = self.concavity * (1 - position**2)
        if self.roughness:
            waves = np.sin(4.3 * position + self.phase) + 0.6 * np.sin(11 * position + 3 * self.phase)
            hollow = hollow + self.roughness * waves
        if self.node:
            hollow = hollow + self.node * np.exp(-(((position - 0.5 * np.cos(self.phase)) / 0.2) ** 2))
        return self.outward * down + hollow


@dataclass(frozen=True)
class Vertebra:
    """A vertebral body: centre, tilt of its middle, size in mm, and its two endplates."""

    name: str
    y: float
    z: float
    tilt: float
    height: float
    depth: float
    upper: Endplate
    lower: Endplate

    def at(self, along: float, down: float) -> tuple[float, float]:
        """Return the point (y, z) that lies `along` to the back of and `down` to the feet from the centre."""
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        return float(self.y + along * cos + down * sin), float(self.z - along * sin + down * cos)


@dataclass(frozen=True)
class Disc:
    """A disc between two endplates, with the signs of its degeneration."""

    above: Endplate
    below: Endplate
    signs: Signs

    @property
    def centre(self) -> tuple[float, float]:
        """The disc's centre (y, z)."""
        return (self.above.y + self.below.y) / 2, (self.above.z + self.below.z) / 2

    @property
    def tilt(self) -> float:
        """Mean tilt of its endplates in radians."""
        return (self.above.tilt + self.below.tilt) / 2

    @property
    def depth(self) -> float:
        """Length from front to back in mm."""
        return max(self.above.depth, self.below.depth)


@dataclass(frozen=True, eq=False)
class Canal:
    """The dural sac: position of its middle and half its depth, in mm, as functions of the height z."""

    middle: PchipInterpolator
    radius: PchipInterpolator

    def coordinates(self, y: Image, z: Image) -> tuple[Image, Image]:
        """Return the distance from the sac's middle line, to the back, and the sac's radius; in mm."""
        slope = self.middle(z, 1)
        distance = (y - self.middle(z)) / np.hypot(1, slope)
        return distance.astype(np.float32), np.maximum(self.radius(z), 0).astype(np.float32)


@dataclass(frozen=True)
class Spine:
    """Vertebrae from T10 to S4, the discs between them, and the line of the canal.

    Attributes:
        vertebrae: From head to feet.
        discs: Disc i lies below vertebra i.
        scale: Size of the patient relative to the mean.
    """

    vertebrae: tuple[Vertebra, ...]
    discs: tuple[Disc, ...]
    scale: float

    @cached_property
    def canal(self) -> Canal:
        """The dural sac."""
        back = SAC_GAP + SAC_RADIUS * self.scale + np.array([vertebra.depth / 2 for vertebra in self.vertebrae])
        points = [vertebra.at(along, 0) for vertebra, along in zip(self.vertebrae, back, strict=True)]
        y, z = np.array(points).T
        return Canal(PchipInterpolator(z, y), PchipInterpolator(z, SAC_RADIUS * self.scale))

    @property
    def lumbar_discs(self) -> tuple[Disc, ...]:
        """The discs L1/L2 to L5/S1."""
        return self.discs[FIRST_LUMBAR : FIRST_LUMBAR + 5]


def rotate(y: Image, z: Image, tilt: float) -> tuple[Image, Image]:
    """Turn offsets (y, z) into those along a tilted axis: towards the back, and towards the feet."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    return y * cos - z * sin, y * sin + z * cos


def build_spine(signs: tuple[Signs, ...], scale: float, lordosis: float, rng: np.random.Generator) -> Spine:
    """Stack vertebrae and discs.

    Args:
        signs: Signs of the eleven discs from T10/T11 to S3/S4.
        scale: Size relative to the mean.
        lordosis: Curvature relative to the mean.
        rng: Draws the small differences between vertebrae.
    """
    count = len(NAMES)
    heights = HEIGHT * scale * (1 + 0.03 * rng.standard_normal(count))
    depths = DEPTH * scale * (1 + 0.02 * rng.standard_normal(count))
    wedges = WEDGE * np.where(np.arange(count) < FIRST_LUMBAR + 5, lordosis, 1)
    remaining = np.array([sign.height for sign in signs])
    spaces = DISC_HEIGHT * scale * remaining
    openings = DISC_WEDGE * np.where(np.arange(count - 1) < FIRST_LUMBAR + 5, lordosis * (0.35 + 0.65 * remaining), 1)
    tilts = _tilts(wedges, openings, start=np.radians(-6) * lordosis + np.radians(3) * rng.standard_normal())
    places = _places(tilts, wedges, heights, depths, spaces)
    phases = rng.uniform(0, 2 * np.pi, (count, 2))
    vertebrae = tuple(
        _vertebra(number, places[number], tilts[number], wedges[number], heights[number], depths[number], phases)
        for number in range(count)
    )
    return _join(vertebrae, signs, scale)


def _tilts(wedges: Array, openings: Array, start: float) -> Array:
    steps = wedges[:-1] / 2 + openings + wedges[1:] / 2
    tilts = np.concatenate([[0.0], np.cumsum(steps)])
    return tilts - tilts[ORIGIN] + start


def _places(tilts: Array, wedges: Array, heights: Array, depths: Array, spaces: Array) -> Array:
    """Return the centres (y, z) of the vertebrae, each stacked below the one before, back walls in line."""
    ends = tilts[:-1] + wedges[:-1] / 2
    starts = tilts[1:] - wedges[1:] / 2
    middles = (ends + starts) / 2

    def down(tilt: Array, length: Array) -> Array:
        return np.stack([np.sin(tilt), np.cos(tilt)], axis=-1) * length[:, None]

    backward = np.stack([np.cos(middles), -np.sin(middles)], axis=-1) * ((depths[:-1] - depths[1:]) / 2)[:, None]
    steps = down(tilts[:-1], heights[:-1] / 2) + down(middles, spaces) + down(tilts[1:], heights[1:] / 2) + backward
    places = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return places - places[ORIGIN]


def _vertebra(
    number: int, place: Array, tilt: float, wedge: float, height: float, depth: float, phases: Array
) -> Vertebra:
    def endplate(outward: int, phase: float) -> Endplate:
        return Endplate(
            y=float(place[0] + outward * np.sin(tilt) * height / 2),
            z=float(place[1] + outward * np.cos(tilt) * height / 2),
            tilt=float(tilt + outward * wedge / 2),
            depth=float(depth),
            concavity=1.5 if number < FIRST_LUMBAR + 5 else 0.4,
            outward=outward,
            phase=float(phase),
        )

    return Vertebra(
        name=NAMES[number],
        y=float(place[0]),
        z=float(place[1]),
        tilt=float(tilt),
        height=float(height),
        depth=float(depth),
        upper=endplate(-1, phases[number, 0]),
        lower=endplate(+1, phases[number, 1]),
    )


def _join(vertebrae: tuple[Vertebra, ...], signs: tuple[Signs, ...], scale: float) -> Spine:
    """Give both endplates of a disc the marks of its degeneration, and put the spine together."""

    def mark(endplate: Endplate, sign: Signs) -> Endplate:
        return replace(
            endplate,
            roughness=sign.roughness,
            node=sign.node if endplate.outward > 0 else 0.0,
            spur=float(np.clip(sign.bulge - 1, 0, 3)),
            marrow=sign.marrow,
        )

    marked = [
        replace(
            vertebra,
            upper=mark(vertebra.upper, signs[number - 1]) if number else vertebra.upper,
            lower=mark(vertebra.lower, signs[number]) if number < len(signs) else vertebra.lower,
        )
        for number, vertebra in enumerate(vertebrae)
    ]
    discs = tuple(
        Disc(above=upper.lower, below=lower.upper, signs=sign)
        for upper, lower, sign in zip(marked[:-1], marked[1:], signs, strict=True)
    )
    return Spine(vertebrae=tuple(marked), discs=discs, scale=scale)
