"""Stack a patient's vertebrae and discs; sizes and wedge angles are round figures for adults lying on their back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import LEVELS
from discgrade.phantom.population import Patient
from discgrade.phantom.spine.anatomy import FIRST_LUMBAR, NAMES, Spine, Vertebra
from discgrade.phantom.spine.signs import Signs, signs_of

# Of the vertebrae T10 to S4: height and depth in mm, opening towards the front.
HEIGHT = np.array([23, 24, 25.5, 27, 27.5, 28, 28, 27.5, 29, 24, 20, 17])
DEPTH = np.array([30, 31, 32, 33, 34, 35, 36, 36, 33, 25, 19, 15])
WEDGE = np.radians([-3, -3, -4, -3, -1.5, 0, 3, 8, -4, -6, -8, -8])
# Of the space below each of them: height in mm and opening towards the front, while the disc is healthy.
SPACE = np.array([5.5, 6.5, 7.5, 8.8, 10.2, 11.3, 12, 11, 3.2, 2, 1.5])
OPENING = np.radians([0, 1, 2, 5, 6.5, 8.5, 11, 13, -4, -6, -8])
ORIGIN = NAMES.index("L3")
LUMBAR = slice(FIRST_LUMBAR, FIRST_LUMBAR + len(LEVELS))
SACRUM = NAMES.index("S1")

SIXTH = "L6"
"""Name of a first sacral vertebra that has the shape of a lumbar one."""

Array = NDArray[np.float64]


class _Shape(NamedTuple):
    """Of all vertebrae and the spaces below them: height, depth, opening, height and opening of the space."""

    height: Array
    depth: Array
    wedge: Array
    space: Array
    opening: Array


_USUAL = _Shape(HEIGHT, DEPTH, WEDGE, SPACE, OPENING)


def _with_a_sixth() -> _Shape:
    """Return the shapes where S1 is like L5, the space below it like L5/S1, and S2 like S1."""
    shapes = [values.copy() for values in _USUAL]
    for values in shapes:
        values[SACRUM : SACRUM + 2] = values[SACRUM - 1 : SACRUM + 1]
    return _Shape(*shapes)


_SIXTH = _with_a_sixth()


def build_spine(patient: Patient, lumbarised: bool = False) -> Spine:
    """Build a patient's spine; L3 lies at (0, 0).

    Args:
        patient: Whose.
        lumbarised: Whether S1 has the shape of a sixth lumbar vertebra, with a disc below it: the spine is then the
            same down to L5, and counted from below each disc is taken for the next higher one.
    """
    rng = patient.generator("spine")
    signs = _signs(patient, rng)
    scale = (1.03 if patient.sex == "M" else 0.95) * (1 + 0.035 * float(rng.standard_normal()))
    lordosis = float(np.clip(rng.normal(0.9, 0.2), 0.4, 1.4))
    return stack(signs, scale=scale, lordosis=lordosis, rng=rng, lumbarised=lumbarised)


def _signs(patient: Patient, rng: np.random.Generator) -> list[Signs]:
    """Return the signs of all discs; those beyond the lumbar ones are a little healthier than the patient's mean."""
    count = len(NAMES) - 1
    degeneration = np.clip(patient.degeneration.mean() - 0.4 + 0.5 * rng.standard_normal(count), 1, 4.5)
    degeneration[LUMBAR] = patient.degeneration
    contradictory = np.zeros(count, bool)
    contradictory[LUMBAR] = patient.contradictory
    return [signs_of(float(d), rng, bool(c)) for d, c in zip(degeneration, contradictory, strict=True)]


def stack(
    signs: list[Signs], *, scale: float, lordosis: float, rng: np.random.Generator, lumbarised: bool = False
) -> Spine:
    """Stack vertebrae from T10 to S4.

    Args:
        signs: Signs of the eleven discs between them; a lower disc also opens less to the front.
        scale: Size relative to the mean.
        lordosis: Curvature of the lumbar spine relative to the mean.
        rng: Draws the small differences between vertebrae.
        lumbarised: Whether S1 has the shape of a sixth lumbar vertebra.
    """
    count = len(NAMES)
    shape = _SIXTH if lumbarised else _USUAL
    remaining = np.array([sign.height for sign in signs])
    curvature = np.where(np.arange(count) < SACRUM + lumbarised, lordosis, 1)
    height = shape.height * scale * (1 + 0.03 * rng.standard_normal(count))
    depth = shape.depth * scale * (1 + 0.02 * rng.standard_normal(count))
    wedge = shape.wedge * curvature
    opening = shape.opening * curvature[:-1] * (0.35 + 0.65 * remaining)
    tilt = _tilts(wedge, opening) + np.radians(3 * rng.standard_normal() - 6 * lordosis)
    centre = _centres(tilt, wedge, height, depth, space=shape.space * scale * remaining)
    phase = rng.uniform(0, 2 * np.pi, count)
    vertebrae = [
        Vertebra(
            name=SIXTH if lumbarised and number == SACRUM else name,
            centre=(float(centre[number, 0]), float(centre[number, 1])),
            tilt=float(tilt[number]),
            wedge=float(wedge[number]),
            height=float(height[number]),
            depth=float(depth[number]),
            phase=float(phase[number]),
            above=signs[max(number - 1, 0)],
            below=signs[min(number, count - 2)],
        )
        for number, name in enumerate(NAMES)
    ]
    return Spine(tuple(vertebrae), scale)


def _tilts(wedge: Array, opening: Array) -> Array:
    """Return the vertebrae's tilts relative to L3, in radians."""
    tilt = np.concatenate([[0.0], np.cumsum(wedge[:-1] / 2 + opening + wedge[1:] / 2)])
    tilt -= tilt[ORIGIN]
    return tilt


def _centres(tilt: Array, wedge: Array, height: Array, depth: Array, space: Array) -> Array:
    """Return the vertebrae's centres (y, z), each stacked below the one before, their back walls in line."""
    between = (tilt[:-1] + wedge[:-1] / 2 + tilt[1:] - wedge[1:] / 2) / 2
    steps = (
        _downward(tilt[:-1]) * height[:-1, None] / 2
        + _downward(between) * space[:, None]
        + _downward(tilt[1:]) * height[1:, None] / 2
        + _backward(between) * (depth[:-1] - depth[1:])[:, None] / 2
    )
    centre = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    centre -= centre[ORIGIN]
    return centre


def _downward(tilt: Array) -> Array:
    return np.stack([np.sin(tilt), np.cos(tilt)], axis=-1)


def _backward(tilt: Array) -> Array:
    return np.stack([np.cos(tilt), -np.sin(tilt)], axis=-1)
