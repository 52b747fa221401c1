"""Paint a vertebral arch: spinous process in the midline, pedicles, joints and foramina to both sides."""

import numpy as np

from discgrade.imaging.phantom.anatomy import Point, Vertebra, rotate
from discgrade.imaging.phantom.view import Image, View

MARROW, CORTEX, FAT, ROOT = 0.36, 0.1, 0.8, 0.3
"""Signals, cerebrospinal fluid being 1."""


def paint_arch(view: View, vertebra: Vertebra, scale: float) -> None:
    """Paint what lies behind a vertebral body.

    Args:
        view: Slices to paint on.
        vertebra: The body.
        scale: Size of the patient relative to the mean.
    """
    back = vertebra.depth / 2
    process = scale * (0.55 if vertebra.sacral else 1.0)
    middle = view.between(-6, 6)
    _paint_fat(middle, vertebra.at(back + 19.5 * scale, 15 * scale), vertebra.tilt)
    spinous = vertebra.at(back + 33 * process, 9 * scale)
    _paint_bone(middle, spinous, vertebra.tilt, (13.5 * process, 8.5 * process))
    if vertebra.sacral:
        return
    joint, pedicle = vertebra.at(back + 19 * scale, 4), vertebra.at(back + 6, -0.2 * vertebra.height)
    for side in (view.between(9.5, np.inf), view.between(-np.inf, -9.5)):
        _paint_root(side, vertebra.at(back + 4, 0.3 * vertebra.height))
        _paint_bone(side, joint, vertebra.tilt, (6.5 * scale, 15 * scale))
        _paint_bone(side, pedicle, vertebra.tilt + 0.25, (12, 6.5 * scale))


def _share(lateral: Image) -> Image:
    """Return how much of a slice bone fills: in the midline the thin process, from 9.5 mm on pedicles and joints."""
    off = np.abs(lateral)
    return np.clip(np.maximum(1.6 - off / 3.5, (off - 9.5) / 2.5), 0, 1)


def _paint_bone(view: View, centre: Point, tilt: float, size: tuple[float, float]) -> None:
    """Paint a rounded bone; `size` is half its length and half its height in mm."""
    length, height = size
    window = view.around(centre, 2 * length + 8, tilt, 2 * height + 8)
    if window.empty:
        return
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt - 0.25)
    along, down = along / length, down / (height - 0.12 * along)
    radius = np.sqrt(np.hypot(along * along, down * down))
    distance = (radius - 1) * min(size) + 0.5 * window.coarse
    share = _share(window.lateral)
    window.paint(share * window.inside(distance - 0.3), CORTEX)
    window.paint(share * window.inside(distance + 0.7), MARROW * (1 + 0.15 * window.medium))


def _paint_fat(view: View, centre: Point, tilt: float) -> None:
    """Paint the fat between the dural sac and the arch."""
    window = view.around(centre, 10, tilt, 20)
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt)
    window.paint(_share(window.lateral) * window.inside(3 * (np.hypot(along / 3.2, down / 8.5) - 1)), FAT)


def _paint_root(view: View, centre: Point) -> None:
    """Paint a nerve root in its foramen."""
    window = view.around(centre, 8, 0, 8)
    distance = np.hypot(window.y - centre[0], window.z - centre[1]) - 2.6
    window.paint(_share(window.lateral) * window.inside(distance), ROOT)
