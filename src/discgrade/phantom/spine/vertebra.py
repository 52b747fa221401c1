"""Paint a vertebral body: cortex, marrow, its vein and the marrow's changes beside degenerated discs."""

import numpy as np

from discgrade.phantom.spine.anatomy import Endplate, Vertebra, rotate
from discgrade.phantom.spine.view import Image, View, bell

CORTEX = 0.04
"""Signal of cortical bone, CSF being 1."""
HALF_WIDTH = 26.0
"""Distance from the midline in mm at which a body ends."""
CORNER = 2.5
"""Radius of its corners in mm."""


def front_wall(depth: float, lateral: Image) -> Image:
    """Return how far a body reaches to the front of its middle, in mm: the less, the further from the midline."""
    width: Image = np.sqrt(np.clip(1 - (lateral / HALF_WIDTH) ** 2, 0.05, 1))
    return depth * (width - 0.5)


def paint_vertebra(view: View, vertebra: Vertebra, marrow: float) -> None:
    """Paint a vertebral body.

    Args:
        view: Slices to paint on.
        vertebra: The body.
        marrow: Signal of its marrow, CSF being 1.
    """
    window = around(view, vertebra)
    if window.empty:
        return
    along, down, ends, distance = outline(window, vertebra)
    window.paint(window.inside(distance - 0.5), CORTEX)

    signal = marrow * (1 + 0.07 * window.coarse + 0.08 * window.fine)
    signal += 0.2 * bell(along - vertebra.depth / 2 + 4, 5) * bell(down, 1.6) * bell(window.lateral, 6)
    for endplate, depth in ends.items():
        if endplate.signs.marrow:
            signal += endplate.signs.marrow * bell(depth, 6) * np.clip(0.6 + 0.6 * window.coarse, 0, 1.3)
    window.paint(window.inside(distance + 0.6), np.maximum(signal, 0.08))


def around(view: View, vertebra: Vertebra) -> View:
    """Return the part of the slices that a vertebral body lies in."""
    return view.around(vertebra.centre, vertebra.depth + 6, vertebra.tilt, vertebra.height + 8)


def outline(window: View, vertebra: Vertebra) -> tuple[Image, Image, dict[Endplate, Image], Image]:
    """Return where each pixel lies in a body.

    Returns:
        Offsets to the back and to the feet along its axis, the distance from each endplate into its disc, and the
        distance from its border, negative inside; in mm.
    """
    y, z = vertebra.centre
    along, down = rotate(window.y - y, window.z - z, vertebra.tilt)
    ends = {endplate: endplate.into_disc(window.y, window.z) for endplate in (vertebra.upper, vertebra.lower)}
    spurs = np.sum([_spur(endplate.signs.bulge) * bell(depth, 4) for endplate, depth in ends.items()], axis=0)
    hollow = 1.6 * (1 - (2 * down / vertebra.height) ** 2)
    front = -along - front_wall(vertebra.depth, window.lateral) - spurs
    back = along - vertebra.depth / 2 - 0.4 * spurs
    distance = _rounded(np.maximum(front, back) + hollow, np.maximum(*ends.values()))
    return along, down, ends, distance


def _spur(bulge: float) -> float:
    """Return the length in mm of the spurs beside a disc that bulges."""
    return float(np.clip(bulge - 1, 0, 3))


def _rounded(first: Image, second: Image) -> Image:
    """Return the distance from the border of two overlapping half-planes with a rounded corner."""
    first, second = first + CORNER, second + CORNER
    outside: Image = np.maximum(first, 0) ** 2 + np.maximum(second, 0) ** 2
    return np.sqrt(outside) + np.minimum(np.maximum(first, second), 0) - CORNER
