"""Paint a vertebral arch: spinous process in the midline, pedicles, joints and foramina to both sides."""

from collections.abc import Callable

import numpy as np

from discgrade.imaging.phantom.anatomy import Vertebra, rotate
from discgrade.imaging.phantom.view import Image, View

MARROW, CORTEX, FAT, ROOT = 0.36, 0.1, 0.8, 0.3
"""Signals, cerebrospinal fluid being 1."""

Point = tuple[float, float]
Share = Callable[[Image], Image]


def paint_arch(view: View, vertebra: Vertebra, scale: float, rng: np.random.Generator) -> None:
    """Paint what lies behind a vertebral body.

    Args:
        view: Slices to paint on.
        vertebra: The body.
        scale: Size of the patient relative to the mean.
        rng: Draws textures.
    """
    back, sacral = vertebra.depth / 2, vertebra.name.startswith("S")
    process = scale * (0.55 if sacral else 1.0)
    _paint_fat(view, vertebra.at(back + 19.5 * scale, 15 * scale), vertebra.tilt)
    spinous = vertebra.at(back + 33 * process, 9 * scale)
    _paint_bone(view, spinous, vertebra.tilt, (13.5 * process, 8.5 * process), _in_midline, rng)
    if not sacral:
        _paint_root(view, vertebra.at(back + 4, 0.3 * vertebra.height))
        joint, pedicle = vertebra.at(back + 19 * scale, 4), vertebra.at(back + 6, -0.2 * vertebra.height)
        _paint_bone(view, joint, vertebra.tilt, (6.5 * scale, 15 * scale), _beside, rng)
        _paint_bone(view, pedicle, vertebra.tilt + 0.25, (12, 6.5 * scale), _beside, rng)


def _in_midline(lateral: Image) -> Image:
    return np.clip(1.6 - np.abs(lateral) / 3.5, 0, 1)


def _beside(lateral: Image) -> Image:
    return np.clip((np.abs(lateral) - 9.5) / 2.5, 0, 1)


def _paint_bone(
    view: View, centre: Point, tilt: float, size: tuple[float, float], share: Share, rng: np.random.Generator
) -> None:
    """Paint a rounded bone; `size` is half its length and half its height in mm."""
    length, height = size
    window = view.around(centre, 2 * length + 8, tilt, 2 * height + 8)
    if not window.signal.size:
        return
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt - 0.25)
    radius = np.sqrt(np.sqrt((along / length) ** 4 + (down / (height - 0.12 * along)) ** 4))
    distance = (radius - 1) * min(size) + 0.5 * window.texture(4, rng)
    window.paint(share(window.lateral) * window.inside(distance - 0.3), CORTEX)
    marrow = MARROW * (1 + 0.15 * window.texture(2.5, rng))
    window.paint(share(window.lateral) * window.inside(distance + 0.7), marrow)


def _paint_fat(view: View, centre: Point, tilt: float) -> None:
    """Paint the fat between the dural sac and the arch."""
    window = view.around(centre, 10, tilt, 20)
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt)
    window.paint(_in_midline(window.lateral) * window.inside(3 * (np.hypot(along / 3.2, down / 8.5) - 1)), FAT)


def _paint_root(view: View, centre: Point) -> None:
    """Paint a nerve root in its foramen."""
    window = view.around(centre, 8, 0, 8)
    distance = np.hypot(window.y - centre[0], window.z - centre[1]) - 2.6
    window.paint(_beside(window.lateral) * window.inside(distance), ROOT)
