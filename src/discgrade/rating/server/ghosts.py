"""Where the box of a disc may belong, from the boxes of its neighbours."""

from collections.abc import Sequence

import numpy as np

from discgrade.imaging.box import Box

# Centres of the discs from L5/S1 up to L1/L2 and the one above, on a sagittal slice with the front on the left, in mm
# from L5/S1: to the right, downwards. Between the means of 407 patients (Sudirman et al., Masood et al.; up to L3/L4)
# and those of the phantom's anatomy.
_SPINE = np.array([0, -8 - 35j, -9 - 71j, -6 - 107j, 0 - 142j, 6 - 174j, 12 - 202j, 17 - 228j, 22 - 253j])
# Centre of L5/S1 as a share of the picture's width and height, and the size of a box, in mm, of the same means.
_LOWEST = (0.58, 0.78)
_SIZE = (52.0, 32.0)
_PICTURE = 280.0  # mm, the usual length of the longer side, where no spacing is known
# How much a step of the spine counts against the typical one: two boxes turn and stretch it by a third.
_INERTIA = 36.0**2


def ghosts(
    boxes: Sequence[Box | None],
    places: Sequence[int],
    shape: tuple[int, int],
    spacing: tuple[float | None, float | None],
) -> list[Box | None]:
    """Propose a box for each disc that has none.

    The typical spine is moved, turned and stretched (a similarity, by least squares, drawn towards the typical one) so
    that it fits the boxes that are there.

    Args:
        boxes: Boxes of the discs on the slice as shown, from below; None where there is none.
        places: Each disc's place above the sacrum, from 0.
        shape: Rows and columns of the slice as shown.
        spacing: Row and column spacing in mm as shown; None where unknown.

    Returns:
        A box for each disc without one, None for the others and for those whose box would leave the slice.
    """
    rows, columns = shape
    down, along = (one or _PICTURE / max(shape) for one in spacing)
    typical = _SPINE[np.clip(places, 0, len(_SPINE) - 1)]
    drawn = [number for number, box in enumerate(boxes) if box is not None]
    centres = np.array([_centre(box, down, along) for box in boxes if box is not None])
    fitted = _fitted(typical, typical[drawn], centres, complex(_LOWEST[0] * columns * along, _LOWEST[1] * rows * down))
    size = _size([box for box in boxes if box is not None], down, along)
    proposed = [_box(centre, size, down, along) for centre in fitted]
    return [
        box if number not in drawn and _is_inside(box, rows, columns) else None for number, box in enumerate(proposed)
    ]


def _centre(box: Box, down: float, along: float) -> complex:
    return complex((box.x + box.width / 2) * along, (box.y + box.height / 2) * down)


def _fitted(typical: np.ndarray, there: np.ndarray, centres: np.ndarray, lowest: complex) -> np.ndarray:
    """Return the centres of all discs: a similarity of the plane is one complex factor and one complex shift."""
    if not len(centres):
        return np.asarray(typical + lowest)
    middle, centre = there.mean(), centres.mean()
    steps, seen = there - middle, centres - centre
    factor = (np.vdot(steps, seen) + _INERTIA) / (np.vdot(steps, steps) + _INERTIA)
    return np.asarray((typical - middle) * factor + centre)


def _size(boxes: Sequence[Box], down: float, along: float) -> tuple[float, float]:
    if not boxes:
        return _SIZE
    return float(np.mean([box.width for box in boxes]) * along), float(np.mean([box.height for box in boxes]) * down)


def _box(centre: complex, size: tuple[float, float], down: float, along: float) -> Box:
    width, height = size[0] / along, size[1] / down
    left, upper = centre.real / along - width / 2, centre.imag / down - height / 2
    return Box(round(left), round(upper), round(width), round(height))


def _is_inside(box: Box, rows: int, columns: int) -> bool:
    """Return whether the centre of a box lies on the slice."""
    return 0 < box.x + box.width / 2 < columns and 0 < box.y + box.height / 2 < rows
