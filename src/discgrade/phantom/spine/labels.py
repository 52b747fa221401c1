"""What each voxel of a phantom is: vertebral bodies, discs and the canal, numbered from below as SPIDER does."""

import numpy as np
from numpy.typing import NDArray

from discgrade.phantom.spine import canal, disc, vertebra
from discgrade.phantom.spine.anatomy import NAMES, Spine
from discgrade.phantom.spine.view import Image, View

CANAL, FIRST_DISC = 100, 200
"""Value of the canal, and what a disc's number from below is added to; a vertebra's value is its number from below."""
_LOWEST = NAMES.index("L5")


def label(view: View, spine: Spine) -> NDArray[np.int16]:
    """Return the labels of slices, shape (slices, rows, columns): the vertebrae down to L5, the discs below them.

    SPIDER labels no sacrum.
    """
    labels = np.zeros(view.signal.shape, np.int16)
    _mark(view, labels, _sac(view, spine), CANAL)
    for number in range(_LOWEST, -1, -1):
        from_below = _LOWEST - number + 1
        _mark_disc(view, labels, spine, number, FIRST_DISC + from_below)
        window = vertebra.around(view, spine.vertebrae[number])
        if not window.empty:
            outside = vertebra.outline(window, spine.vertebrae[number])[3]
            _mark(window, _part(labels, view, window), outside, from_below)
    return labels


def _sac(view: View, spine: Spine) -> Image:
    """Return the distance from the border of the dural sac in mm, negative inside."""
    distance, radius = spine.canal.coordinates(view.y, view.z)
    inside = np.abs(view.lateral) < canal.HALF_WIDTH
    half: Image = np.where(inside, canal.half_depth(view, radius), -1.0)
    return np.abs(distance) - half


def _mark_disc(view: View, labels: NDArray[np.int16], spine: Spine, number: int, value: int) -> None:
    window = disc.around(view, spine.discs[number])
    if not window.empty:
        outside = disc.outline(window, spine.discs[number])[3]
        _mark(window, _part(labels, view, window), outside, value)


def _mark(view: View, labels: NDArray[np.int16], distance: Image, value: int) -> None:
    labels[np.broadcast_to(distance, view.signal.shape) < 0] = value


def _part(labels: NDArray[np.int16], view: View, window: View) -> NDArray[np.int16]:
    """Return the labels of a window of the slices."""
    rows = np.searchsorted(view.z[:, 0], window.z[[0, -1], 0])
    columns = np.searchsorted(view.y[0], window.y[0, [0, -1]])
    return labels[:, rows[0] : rows[1] + 1, columns[0] : columns[1] + 1]
