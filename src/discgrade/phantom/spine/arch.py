"""Paint vertebral arches: spinous processes in the midline, pedicles, joints and foramina to both sides."""

import numpy as np

from discgrade.phantom.spine.anatomy import Point, Spine, Vertebra, rotate
from discgrade.phantom.spine.view import Image, View

MARROW, CORTEX, FAT, ROOT = 0.36, 0.1, 0.8, 0.3
"""Signals, cerebrospinal fluid being 1."""


def paint_arches(view: View, spine: Spine) -> None:
    """Paint what lies behind the vertebral bodies of a spine."""
    middle, left, right = view.between(-6, 6), view.between(9.5, np.inf), view.between(-np.inf, -9.5)
    for vertebra in spine.vertebrae:
        _paint_process(middle, vertebra, spine.scale)
        if not vertebra.sacral:
            _paint_side(left, vertebra, spine.scale)
            _paint_side(right, vertebra, spine.scale)


def _paint_process(view: View, vertebra: Vertebra, scale: float) -> None:
    """Paint a spinous process, and the fat between the dural sac and the lamina's lower edge."""
    size = scale * (0.55 if vertebra.sacral else 1.0)
    if not vertebra.sacral:
        _paint_fat(view, vertebra.at(vertebra.depth / 2 + 19.5 * scale, 15 * scale), vertebra.tilt)
    centre = vertebra.at(vertebra.depth / 2 + 33 * size, 9 * scale)
    _paint_bone(view, centre, vertebra.tilt, (13.5 * size, 8.5 * size), aside=False)


def _paint_side(view: View, vertebra: Vertebra, scale: float) -> None:
    """Paint a nerve root, the joint and the pedicle of one side."""
    back = vertebra.depth / 2
    _paint_root(view, vertebra.at(back + 4, 0.3 * vertebra.height))
    _paint_bone(view, vertebra.at(back + 19 * scale, 4), vertebra.tilt, (6.5 * scale, 15 * scale), aside=True)
    _paint_bone(
        view, vertebra.at(back + 6, -0.2 * vertebra.height), vertebra.tilt + 0.25, (12, 6.5 * scale), aside=True
    )


def _share(view: View, aside: bool) -> Image:
    """Return how much of a slice bone fills: in the midline the thin process, from 9.5 mm on pedicles and joints.

    Where the spine bends out of the slices, one shows both: each is then painted in its own part alone.
    """
    off = np.abs(view.lateral)
    middle, beyond = 1.6 - off / 3.5, (off - 9.5) / 2.5
    if view.bent:
        return np.clip(beyond if aside else middle, 0, 1)
    return np.clip(np.maximum(middle, beyond), 0, 1)


def _paint_bone(view: View, centre: Point, tilt: float, size: tuple[float, float], *, aside: bool) -> None:
    """Paint a rounded bone; `size` is half its length and half its height in mm."""
    length, height = size
    window = view.around(centre, 2 * length + 8, tilt, 2 * height + 8)
    if window.empty:
        return
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt - 0.25)
    x, y = (along / length) ** 2, (down / (height - 0.12 * along)) ** 2
    radius = np.sqrt(np.sqrt(x * x + y * y))
    distance = (radius - 1) * min(size) + 0.5 * window.coarse
    share = _share(window, aside)
    window.paint(share * window.inside(distance - 0.3), CORTEX)
    window.paint(share * window.inside(distance + 0.7), MARROW * (1 + 0.15 * window.medium))


def _paint_fat(view: View, centre: Point, tilt: float) -> None:
    """Paint the fat between the dural sac and the arch."""
    window = view.around(centre, 10, tilt, 20)
    along, down = rotate(window.y - centre[0], window.z - centre[1], tilt)
    window.paint(_share(window, aside=False) * window.inside(3 * (np.hypot(along / 3.2, down / 8.5) - 1)), FAT)


def _paint_root(view: View, centre: Point) -> None:
    """Paint a nerve root in its foramen."""
    window = view.around(centre, 8, 0, 8)
    distance = np.hypot(window.y - centre[0], window.z - centre[1]) - 2.6
    window.paint(_share(window, aside=True) * window.inside(distance), ROOT)
