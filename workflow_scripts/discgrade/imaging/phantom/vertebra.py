"""Paint a vertebral body: cortex, marrow, its vein and the marrow's changes beside degenerated discs."""

import numpy as np

from discgrade.imaging.phantom.anatomy import Vertebra, rotate
from discgrade.imaging.phantom.view import Image, View, bell

CORTEX = 0.04
"""Signal of cortical bone, CSF being 1."""
HALF_WIDTH = 26.0
"""Distance in mm at which a body ends sideways."""


def front_wall(depth: float, lateral: Image) -> Image:
    """Return how far a body reaches to the front of its middle, in mm: the less, the further from the midline."""
    return depth / 2 * (2 * np.sqrt(np.clip(1 - (lateral / HALF_WIDTH) ** 2, 0.05, 1)) - 1)


def paint_vertebra(view: View, vertebra: Vertebra, marrow: float, rng: np.random.Generator) -> None:
    """Paint a vertebral body.

    Args:
        view: Slices to paint on.
        vertebra: The body.
        marrow: Signal of its marrow, CSF being 1.
        rng: Draws its texture.
    """
    window = view.around((vertebra.y, vertebra.z), vertebra.depth + 6, vertebra.tilt, vertebra.height + 8)
    if not window.signal.size:
        return
    along, down = rotate(window.y - vertebra.y, window.z - vertebra.z, vertebra.tilt)
    upper, lower = vertebra.upper.into_disc(window.y, window.z), vertebra.lower.into_disc(window.y, window.z)
    distance = _rounded(_walls(vertebra, along, down, upper, lower, window.lateral), np.maximum(upper, lower), 2.5)
    window.paint(window.inside(distance - 0.5), CORTEX)
    signal = marrow * (1 + 0.07 * window.texture(3.5, rng) + 0.08 * window.texture(0.9, rng))
    vein = bell(along - vertebra.depth / 2 + 4, 5) * bell(down, 1.6) * bell(window.lateral, 6)
    signal += 0.2 * vein
    for endplate, depth in ((vertebra.upper, upper), (vertebra.lower, lower)):
        if endplate.marrow:
            signal += endplate.marrow * bell(depth, 6) * np.clip(0.6 + 0.6 * window.texture(4, rng), 0, 1.3)
    window.paint(window.inside(distance + 0.6), np.maximum(signal, 0.08))


def _walls(vertebra: Vertebra, along: Image, down: Image, upper: Image, lower: Image, lateral: Image) -> Image:
    """Return the distance from the front and back walls: hollow in the middle, with spurs beside bulging discs."""
    hollow = 1.6 * (1 - (2 * down / vertebra.height) ** 2)
    spurs = vertebra.upper.spur * bell(upper, 4) + vertebra.lower.spur * bell(lower, 4)
    front, back = -along - front_wall(vertebra.depth, lateral) - spurs, along - vertebra.depth / 2 - 0.4 * spurs
    return np.maximum(front, back) + hollow


def _rounded(first: Image, second: Image, radius: float) -> Image:
    """Return the distance from the intersection of two half-planes, its corner rounded."""
    first, second = first + radius, second + radius
    outside = np.hypot(np.maximum(first, 0), np.maximum(second, 0))
    return np.minimum(np.maximum(first, second), 0) + outside - radius
