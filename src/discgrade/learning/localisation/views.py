"""What a locator sees of a slice in training: turned, moved, zoomed, cut off, in other greys; some of it no spine.

What a view differs in from its slice is a function of seed, slice and view, and of nothing else: views are made when
they are asked for, and none is kept.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade import keyed
from discgrade.learning.localisation.slices import FINER, Slices

NOWHERE = -1000.0
"""What stands in a target for the box of a level that a view does not show."""
ANGLE = 12.0
"""Largest rotation, degrees."""
ZOOM = 1.22
"""Largest magnification, and its inverse."""
SHIFT = 0.12
"""Largest shift of most views, as a share of the side."""
CUT = (0.2, 0.25, 0.6)
"""Share of the views that are cut off above or below, and the least and largest part of the side that is lost."""
NEGATIVE = 0.06
"""Share of the views that show no upright spine: upside down, mirrored or lying."""

NOT_UPRIGHT: tuple[Callable[[NDArray[np.uint8]], NDArray[np.uint8]], ...] = (
    np.flipud, np.fliplr, np.rot90, partial(np.rot90, k=2), partial(np.rot90, k=3), np.transpose,
)  # fmt: skip
"""Ways in which a slice does not stand upright."""

Matrix = NDArray[np.float64]


class View(NamedTuple):
    """A view: (side, side) uint16 pixels, and (levels, 4) boxes: centre and size, NaN unknown, NOWHERE not shown."""

    pixels: NDArray[np.uint16]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Views:
    """All views of all slices by row number: row r is view r % (copies + 1) of slice r // (copies + 1), 0 as read.

    Attributes:
        slices: The slices.
        copies: Number of changed views of each.
        seed: Seed of what they differ in.
    """

    slices: Slices
    copies: int
    seed: int

    def rows(self, chosen: NDArray[np.integer[Any]], changed: bool) -> NDArray[np.int64]:
        """Return the rows of the changed views of some slices, or of these slices as read."""
        first = np.asarray(chosen, np.int64) * (self.copies + 1)
        return (first[:, None] + np.arange(1, self.copies + 1)).ravel() if changed else first

    def view(self, row: int) -> View:
        """Make the view of a row."""
        number, copy = divmod(int(row), self.copies + 1)
        if copy == 0:
            return View(self.slices.pixels[number], self.slices.boxes[number])
        key = self.slices.keys[number]
        drawn = keyed.generator("locator", self.seed, key.sop_instance_uid, key.frame, copy)
        return changed_view(self.slices.fine[number], self.slices.boxes[number], drawn)


@dataclass(frozen=True, eq=False)
class Part:
    """One half of all views, as the training loop takes it: the pixels, or the boxes that are its targets."""

    views: Views
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of views, and the shape of each."""
        values = getattr(self.views.slices, self.name)
        return (len(values) * (self.views.copies + 1), *values.shape[1:])

    def __getitem__(self, rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """Return the values of (B,) rows."""
        return np.stack([getattr(_kept(self.views, int(row)), self.name) for row in rows])


@lru_cache(maxsize=256)
def _kept(views: Views, row: int) -> View:
    """Make a view once for both of its halves."""
    return views.view(row)


def changed_view(fine: NDArray[np.uint8], boxes: NDArray[np.float32], drawn: np.random.Generator) -> View:
    """Change a slice.

    Args:
        fine: (2 side, 2 side) uint8.
        boxes: (levels, 4) centre and size on the input in pixels; NaN where none was drawn.
        drawn: Draws how.
    """
    side = fine.shape[0] // FINER
    angle, size = math.radians(drawn.uniform(-ANGLE, ANGLE)), math.pow(ZOOM, drawn.uniform(-1, 1))
    right, down = side * drawn.uniform(-SHIFT, SHIFT, 2)
    kind = drawn.random()
    if kind < CUT[0]:
        fine, boxes, moved = _cut_off(fine, boxes, drawn)
        down += moved
    negative = CUT[0] <= kind < CUT[0] + NEGATIVE
    if negative:
        fine = np.ascontiguousarray(NOT_UPRIGHT[drawn.integers(len(NOT_UPRIGHT))](fine))
    back = _to_input(side, angle, size, (right, down))
    grey = _greys(_warped(fine, back, side), drawn)
    shown = np.full_like(boxes, NOWHERE) if negative else _moved(boxes, back, size, side)
    return View(np.rint(grey * 65535).astype(np.uint16), shown)


def _cut_off(
    fine: NDArray[np.uint8], boxes: NDArray[np.float32], drawn: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32], float]:
    """Lose the lower or the upper part of a slice, as on one of a smaller field of view; the rest comes to the middle.

    Returns:
        The rest, the boxes of what is left of it, and by how much it should be moved down in pixels of the input.
    """
    _, least, most = CUT
    side = len(fine) / FINER
    lost, below = side * drawn.uniform(least, most), drawn.random() < 0.5
    rest, kept = fine.copy(), boxes.copy()
    line = side - lost if below else lost
    rest[slice(round(FINER * line), None) if below else slice(0, round(FINER * line))] = 0
    kept[(boxes[:, 1] > line) if below else (boxes[:, 1] < line)] = NOWHERE
    return rest, kept, lost / 2 if below else -lost / 2


def _to_input(side: int, angle: float, size: float, shift: tuple[float, float]) -> Matrix:
    """Return the affine map (2, 3) from a view to the input, both with pixel 0 spanning 0 to 1."""
    cosine, sine = math.cos(angle), math.sin(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]]) / size
    middle = side / 2
    return np.column_stack([linear, middle - linear @ (middle + np.array(shift))])


def _warped(fine: NDArray[np.uint8], back: Matrix, side: int) -> NDArray[np.float32]:
    """Resample a fine input; greys from 0 to 1."""
    linear, offset = back[:, :2], back[:, 2]
    # In the middles of pixels, which cv2 counts from 0.
    matrix = np.column_stack([FINER * linear, FINER * (offset + linear @ [0.5, 0.5]) - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(fine, matrix, (side, side), flags=flags, borderValue=0)
    return np.asarray(warped, np.float32) / np.float32(255)


def _greys(grey: NDArray[np.float32], drawn: np.random.Generator) -> NDArray[np.float32]:
    """Change contrast, let the coil's sensitivity fall to a side, blur and add noise; greys from 0 to 1."""
    side = len(grey)
    grey = grey ** np.float32(math.exp(drawn.uniform(-0.5, 0.5)))
    along = np.linspace(-1, 1, side, dtype=np.float32)
    right, down = drawn.uniform(-0.35, 0.35, 2).astype(np.float32)
    grey = grey * np.exp(right * along[None, :] + down * along[:, None]) * np.float32(drawn.uniform(0.75, 1.2))
    if drawn.random() < 0.3:
        grey = cv2.GaussianBlur(grey, (0, 0), drawn.uniform(0.4, 1.1)).astype(np.float32)
    if drawn.random() < 0.5:
        grey = grey + np.float32(drawn.uniform(0, 0.05)) * drawn.standard_normal(grey.shape, np.float32)
    return np.asarray(np.clip(grey, 0, 1), np.float32)


def _moved(boxes: NDArray[np.float32], back: Matrix, size: float, side: int) -> NDArray[np.float32]:
    """Return where the boxes lie in a view: of one whose centre is outside, that it is nowhere."""
    centres = (boxes[:, :2] - back[:, 2]) @ np.linalg.inv(back[:, :2]).T
    moved = np.concatenate([centres, boxes[:, 2:] * size], axis=1).astype(np.float32)
    moved[(boxes[:, 0] == NOWHERE) | (centres < 0).any(axis=1) | (centres > side).any(axis=1)] = NOWHERE
    return moved
