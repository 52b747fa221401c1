"""Which way up a slice lies in the patient, and how it is turned so that everybody sees it the same way.

The patient's axes run to the left, the back and the head (PS3.3 C.7.6.2.1.1). Upright means: a sagittal slice has the
front on the left and the head above; a coronal one the patient's left on the right and the head above; an axial one
the patient's left on the right and the front above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box

Plane = Literal["sagittal", "coronal", "axial"]
T = TypeVar("T")
Pixel = TypeVar("Pixel", bound=np.generic)
Vector = NDArray[np.float64]

_PLANES: tuple[Plane, ...] = ("sagittal", "coronal", "axial")
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
# Directions that should run to the right and downwards, for each plane.
_WANTED = {
    "sagittal": ((0, 1, 0), (0, 0, -1)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "axial": ((1, 0, 0), (0, 1, 0)),
}


@dataclass(frozen=True)
class Turn:
    """How stored pixels become those that are shown: first transposed, then mirrored.

    Attributes:
        transpose: Whether rows become columns.
        mirror: Whether left and right change places then.
        flip: Whether top and bottom change places then.
    """

    transpose: bool = False
    mirror: bool = False
    flip: bool = False

    def pixels(self, stored: NDArray[Pixel]) -> NDArray[Pixel]:
        """Turn an image of shape (rows, columns)."""
        shown = stored.T if self.transpose else stored
        return shown[:: -1 if self.flip else 1, :: -1 if self.mirror else 1]

    def shape(self, rows: T, columns: T) -> tuple[T, T]:
        """Return rows and columns as shown; the same for any pair that belongs to them, such as spacings."""
        return (columns, rows) if self.transpose else (rows, columns)

    def box(self, stored: Box, rows: int, columns: int) -> Box:
        """Turn a box on a stored image of so many rows and columns."""
        turned = _transposed(stored) if self.transpose else stored
        return self._mirrored(turned, *self.shape(rows, columns))

    def back(self, shown: Box, rows: int, columns: int) -> Box:
        """Turn a box on the shown image back to the stored one of so many rows and columns: the inverse of `box`."""
        turned = self._mirrored(shown, *self.shape(rows, columns))
        return _transposed(turned) if self.transpose else turned

    def _mirrored(self, box: Box, rows: int, columns: int) -> Box:
        x = columns - box.x - box.width if self.mirror else box.x
        y = rows - box.y - box.height if self.flip else box.y
        return Box(x, y, box.width, box.height)


def _transposed(box: Box) -> Box:
    return Box(box.y, box.x, box.height, box.width)


@dataclass(frozen=True)
class Letters:
    """What lies beyond each side of an image: left, right, anterior, posterior, head, feet by letter; "" if unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


def plane(orientation: Sequence[float] | None) -> Plane | None:
    """Return the plane that a slice is nearest to; None if its orientation is unknown or describes no plane.

    Args:
        orientation: Direction cosines of a row, then of a column.
    """
    if orientation is None:
        return None
    normal = np.abs(np.cross(orientation[:3], orientation[3:]))
    return _PLANES[_axis(normal)] if normal.max() > 0 else None


def upright(orientation: Sequence[float] | None) -> Turn:
    """Return the turn that puts a slice upright; none where its orientation is unknown."""
    return Turn() if orientation is None else _upright(tuple(map(float, orientation)))


@lru_cache(1 << 10)
def _upright(orientation: tuple[float, ...]) -> Turn:
    name = plane(orientation)
    if name is None:
        return Turn()
    wanted = [np.array(one, float) for one in _WANTED[name]]

    def fits(turn: Turn) -> float:
        return float(sum(one @ other for one, other in zip(_directions(orientation, turn), wanted, strict=True)))

    return max((Turn(*one) for one in product((False, True), repeat=3)), key=fits)


def letters(orientation: Sequence[float] | None, turn: Turn) -> Letters:
    """Return what lies beyond each side of a slice once it is turned."""
    if plane(orientation) is None or orientation is None:
        return Letters()
    right, down = _directions(orientation, turn)
    return Letters(_letter(-right), _letter(right), _letter(-down), _letter(down))


def _directions(orientation: Sequence[float], turn: Turn) -> tuple[Vector, Vector]:
    """Return which way right and down point in the patient once a slice is turned."""
    row, column = np.reshape(np.asarray(orientation, float), (2, 3))
    right, down = (column, row) if turn.transpose else (row, column)
    return (-right if turn.mirror else right), (-down if turn.flip else down)


def _letter(direction: Vector) -> str:
    axis = _axis(np.abs(direction))
    return _LETTERS[axis][0 if direction[axis] > 0 else 1]


def _axis(lengths: Vector) -> int:
    return int(lengths.argmax())
