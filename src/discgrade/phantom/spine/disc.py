"""Paint a disc: outer annulus, nucleus with its clefts, and the soft border between them."""

import numpy as np

from discgrade.phantom.spine.anatomy import Disc, rotate
from discgrade.phantom.spine.vertebra import front_wall
from discgrade.phantom.spine.view import Image, View, bell

ANNULUS = 0.075
"""Signal of the outer annulus, CSF being 1."""
NUCLEUS_DEPTH, NUCLEUS_HEIGHT = 0.35, 0.84
"""Radii of the nucleus: share of the disc's depth, and of half its height."""


def paint_disc(view: View, disc: Disc, rng: np.random.Generator) -> None:
    """Paint a disc between its endplates."""
    window = around(view, disc)
    if window.empty:
        return
    signs = disc.signs
    along, across, thickness, distance = outline(window, disc)
    window.paint(window.inside(distance), ANNULUS * (1 + 0.15 * window.fine))

    width = np.sqrt(np.clip(1 - (window.lateral / 24) ** 2, 0.1, 1))
    radius = _squared_off((along - 0.04 * disc.depth) / (NUCLEUS_DEPTH * disc.depth * width), across / NUCLEUS_HEIGHT)
    core = 1 / (1 + np.exp(np.clip((radius - 1) / (1.2 * signs.border), -20, 20)))
    window.paint(core * window.inside(distance + 0.7), _nucleus(window, disc, along, across * thickness / 2, rng))
    if signs.fissure:
        spot = bell(along - 0.44 * disc.depth, 2.0) * bell(across - 0.2, 0.35) * bell(window.lateral, 6)
        window.paint(spot * window.inside(distance + 0.5), signs.fissure)


def around(view: View, disc: Disc) -> View:
    """Return the part of the slices that a disc lies in."""
    return view.around(disc.centre, disc.depth + 2 * disc.signs.bulge + 4, disc.tilt, height=26)


def outline(window: View, disc: Disc) -> tuple[Image, Image, Image, Image]:
    """Return where each pixel lies in a disc.

    Returns:
        Offset to the back along its axis in mm; place between the endplates, -1 to 1; their distance and the distance
        from the disc's border, negative inside, in mm.
    """
    along, _ = rotate(window.y - disc.centre[0], window.z - disc.centre[1], disc.tilt)
    below = disc.upper.lower.into_disc(window.y, window.z)
    above = disc.lower.upper.into_disc(window.y, window.z)
    thickness = np.maximum(below + above, 0.5)
    across = np.clip((below - above) / thickness, -1.2, 1.2)
    walls = np.maximum(-along - front_wall(disc.depth, window.lateral), along - disc.depth / 2)
    distance = np.maximum(walls - disc.signs.bulge * (1 - across**4), -np.minimum(below, above))
    return along, across, thickness, distance


def _squared_off(x: Image, y: Image) -> Image:
    """Return |x|^2.5 + |y|^2.5, which is 1 on a superellipse between an ellipse and a box."""
    x, y = np.abs(x), np.abs(y)
    return x * x * np.sqrt(x) + y * y * np.sqrt(y)


def _nucleus(window: View, disc: Disc, along: Image, off: Image, rng: np.random.Generator) -> Image:
    """Return the signal of the nucleus: mottled, and darker along a wavy cleft half-way between the endplates.

    Args:
        window: Where it is painted.
        disc: The disc.
        along: Position from front to back in mm.
        off: Distance from the disc's middle plane in mm, to the feet.
        rng: Places the cleft and its waves.
    """
    signs = disc.signs
    phase, shift = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.4)
    wave = shift + 0.5 * np.sin(along / 4 + phase)
    cleft = signs.cleft * bell(off - wave, 1.1)
    mottle = 0.7 * (window.medium + window.fine)
    return np.maximum(signs.nucleus * (1 + signs.mottle * mottle) * (1 - cleft), 0.02)
