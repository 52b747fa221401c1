"""The slices of a volume, put upright: which voxel lies where in the patient, whatever the order of the array.

The patient's axes run to the left, the back and the head in mm (PS3.3 C.7.6.2.1.1), which is ITK's frame as well. A
volume that was scanned in slices is cut as it was scanned, along its widest spacing; one of nearly even spacing is cut
into sagittal slices. Slices run from the right to the left, from front to back, from feet to head; each is upright
(`imaging.upright`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.stacks import Stack
from discgrade.imaging.upright import upright
from discgrade.imaging.volumes.errors import VolumeError

THICK = 1.5
"""How many times wider than the other two a volume's widest spacing is where it was scanned in slices."""

_UPRIGHT = {0: ((0, 1, 0), (0, 0, -1)), 1: ((1, 0, 0), (0, 0, -1)), 2: ((1, 0, 0), (0, 1, 0))}
"""For slices across each of the patient's axes: where a row and where a column runs."""
_SAME_DIRECTION = 0.999
_SAME_SPACING = 0.01
_SAME_PLACE = 0.2

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxels of a volume as stored.

    Attributes:
        shape: Number of voxels along each of the three axes of the array.
        spacing: Distance of neighbours along each, mm.
        direction: Where each axis runs in the patient, as the columns of a matrix of shape (3, 3).
        origin: Centre of the first voxel in the patient, mm.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    direction: Array
    origin: Array


@dataclass(frozen=True, eq=False)
class Planes:
    """Upright slices of one stack.

    Attributes:
        rows: Height of a slice in px.
        columns: Width of a slice in px.
        row_spacing: Distance between rows in mm.
        column_spacing: Distance between columns in mm.
        orientation: Direction cosines of a row, then of a column.
        positions: Centre of the first voxel of each slice, mm, shape (slices, 3).
    """

    rows: int
    columns: int
    row_spacing: float
    column_spacing: float
    orientation: tuple[float, ...]
    positions: Array

    @property
    def gap(self) -> float:
        """Distance between neighbouring slices in mm; 0 of a single one."""
        return float(np.linalg.norm(self.positions[1] - self.positions[0])) if len(self.positions) > 1 else 0.0


@dataclass(frozen=True)
class Order:
    """How a stored array becomes slices: which axis is which, and which of them run backwards.

    Attributes:
        axes: Axes of the array that become slices, rows and columns.
        backwards: Whether each of them is reversed.
    """

    axes: tuple[int, int, int]
    backwards: tuple[bool, bool, bool]

    def apply(self, stored: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return a view of shape (slices, rows, columns) of an array whose axes are those of the grid."""
        return np.transpose(stored, self.axes)[tuple(slice(None, None, -1 if one else 1) for one in self.backwards)]


def cut(grid: Grid) -> tuple[Planes, Order]:
    """Return the upright slices of a volume, and how its array becomes them.

    Raises:
        VolumeError: if the grid describes no place in a patient.
    """
    _check(grid)
    widest = int(np.argmax(grid.spacing))
    others = [spacing for axis, spacing in enumerate(grid.spacing) if axis != widest]
    across = _nearest(grid.direction[:, widest]) if grid.spacing[widest] > THICK * max(others) else 0
    slices = widest if grid.spacing[widest] > THICK * max(others) else _along(grid.direction, 0)
    row, down = _UPRIGHT[across]
    rest = [axis for axis in range(3) if axis != slices]
    rows, columns = max(
        permutations(rest, 2),
        key=lambda pair: abs(grid.direction[:, pair[0]] @ down) + abs(grid.direction[:, pair[1]] @ row),
    )
    wanted = (np.eye(3)[across], down, row)
    order = Order(
        (slices, rows, columns),
        tuple(
            bool(grid.direction[:, axis] @ way < 0) for axis, way in zip((slices, rows, columns), wanted, strict=True)
        ),  # type: ignore[arg-type]
    )
    return _planes(grid, order), order


def _check(grid: Grid) -> None:
    numbers = np.concatenate([grid.spacing, grid.direction.ravel(), grid.origin])
    if not np.isfinite(numbers).all() or min(grid.spacing) <= 0 or min(grid.shape) < 1:
        raise VolumeError("its header gives no size or place: spacing and affine should be numbers, spacing above 0")
    if abs(abs(float(np.linalg.det(grid.direction))) - 1) > 0.01:
        raise VolumeError("its affine is sheared or mixes axes: the directions of its axes should be at right angles")


def _nearest(direction: Array) -> int:
    return int(np.abs(direction).argmax())


def _along(direction: Array, axis: int) -> int:
    """Return the axis of the array that runs most along an axis of the patient."""
    return int(np.abs(direction[axis]).argmax())


def _planes(grid: Grid, order: Order) -> Planes:
    signs = np.where(order.backwards, -1.0, 1.0)
    steps = [grid.direction[:, axis] * grid.spacing[axis] for axis in order.axes]
    first = grid.origin + sum(
        (grid.shape[axis] - 1) * step
        for axis, step, back in zip(order.axes, steps, order.backwards, strict=True)
        if back
    )
    slices, rows, columns = order.axes
    row, column = signs[2] * grid.direction[:, columns], signs[1] * grid.direction[:, rows]
    return Planes(
        rows=grid.shape[rows],
        columns=grid.shape[columns],
        row_spacing=grid.spacing[rows],
        column_spacing=grid.spacing[columns],
        orientation=tuple(round(float(value), 9) + 0.0 for value in (*row, *column)),
        positions=first + np.arange(grid.shape[slices])[:, None] * signs[0] * steps[0],
    )


def planes_of(stack: Stack) -> Planes:
    """Return the slices of a stack of DICOM images as they are when put upright, in the order of the stack.

    Raises:
        VolumeError: if an image does not say where it lies.
    """
    first = stack.first
    if first.orientation is None or first.row_spacing is None or first.column_spacing is None:
        raise VolumeError("the image does not say where it lies: orientation or spacing is missing")
    turn = upright(first.orientation)
    row, column = np.reshape(np.asarray(first.orientation, float), (2, 3))
    right, down = (column, row) if turn.transpose else (row, column)
    shown_rows, shown_columns = turn.shape(first.rows, first.columns)
    row_spacing, column_spacing = turn.shape(first.row_spacing, first.column_spacing)
    shift = np.zeros(3)
    if turn.mirror:
        shift = shift + right * column_spacing * (shown_columns - 1)
    if turn.flip:
        shift = shift + down * row_spacing * (shown_rows - 1)
    places = [one.position for one in stack.slices]
    if any(place is None for place in places):
        raise VolumeError("the image does not say where it lies: Image Position (0020,0032) is missing")
    return Planes(
        rows=shown_rows,
        columns=shown_columns,
        row_spacing=row_spacing,
        column_spacing=column_spacing,
        orientation=tuple(float(one) for one in (*(-right if turn.mirror else right), *(-down if turn.flip else down))),
        positions=np.array(places, float) + shift,
    )


def difference(image: Planes, mask: Planes) -> str:
    """Return in what a mask's grid differs from its image's, in words; empty if it does not."""
    shapes = [(len(one.positions), one.rows, one.columns) for one in (image, mask)]
    cosines = [
        float(np.dot(here, there))
        for here, there in zip(np.reshape(image.orientation, (2, 3)), np.reshape(mask.orientation, (2, 3)), strict=True)
    ]
    if min(cosines) < _SAME_DIRECTION:
        return "the mask lies in another direction than its image, by their affines"
    if shapes[0] != shapes[1]:
        return f"the mask has another grid than its image: {_words(shapes[1])} voxels for {_words(shapes[0])}"
    spacings = [(one.gap, one.row_spacing, one.column_spacing) for one in (image, mask)]
    if not np.allclose(spacings[0], spacings[1], rtol=_SAME_SPACING, atol=1e-4):
        return f"the mask has another spacing than its image: {_words(spacings[1])} mm for {_words(spacings[0])}"
    apart = float(np.abs(image.positions - mask.positions).max())
    if apart > _SAME_PLACE * max(image.row_spacing, image.column_spacing):
        return f"the mask lies elsewhere than its image, {apart:.2g} mm apart by their affines"
    return ""


def _words(numbers: Sequence[float]) -> str:
    return " x ".join(f"{number:.4g}" for number in numbers)
