"""Slices and discs as people see them: upright, with square pixels, in 8 bits through one window a slice."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.grading.discs import Source
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice
from discgrade.imaging.roi import square_pixels
from discgrade.imaging.upright import Letters, Turn, letters, upright

Grey = NDArray[np.uint8]
Colours = NDArray[np.uint8]

DISC_WIDTH, DISC_HEIGHT = 360, 240
"""Size of an enlarged disc in pixels."""

_DARKEST, _BRIGHTEST = 1.0, 99.7  # percentiles between which the window lies
_SAMPLED = 20_000  # pixels that the window is found from
_MARGIN = 1.35  # an enlarged disc shows the region with this much around it
_MOST = 1024  # px: a longer side is made smaller
_LEAST_WIDTH = 1e-6
_HOW = (
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_UP,
)  # a third of the time of the default, and smaller
_HIGHER, _LOWER, _STRONGEST = (255, 140, 0), (60, 150, 255), 0.75


@dataclass(frozen=True, eq=False)
class Shown:
    """A slice as it is shown.

    Attributes:
        grey: uint8 of shape (rows, columns).
        spacing: Side of a pixel in mm; None if unknown.
        letters: What lies beyond each side of it.
        turn: How it was turned.
        stored: Rows and columns of the slice as stored.
    """

    grey: Grey
    spacing: float | None
    letters: Letters
    turn: Turn
    stored: tuple[int, int]

    def box(self, stored: Box) -> Box:
        """Return where a box on the stored slice lies in pixels as shown."""
        turned = self.turn.box(stored, *self.stored)
        rows, columns = self.turn.shape(*self.stored)
        down, along = self.grey.shape[0] / rows, self.grey.shape[1] / columns
        return Box(turned.x * along, turned.y * down, turned.width * along, turned.height * down)


@lru_cache(4)
def shown_once(source: Source) -> Shown:
    """Return the slice of a source as it is shown: made once for the overlay and the pages of a study."""
    return shown(source.slice)


def shown(image: Slice) -> Shown:
    """Return a slice as it is shown."""
    turn = upright(image.orientation)
    turned = np.ascontiguousarray(turn.pixels(image.pixels))
    spacings = turn.shape(image.row_spacing, image.column_spacing)
    square, spacing = square_pixels(turned, *spacings)
    smaller = min(1.0, _MOST / max(square.shape))
    if smaller < 1:
        square = cv2.resize(square, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA).astype(np.float32)
    rows, columns = image.pixels.shape
    return Shown(
        _windowed(square),
        None if spacing is None else spacing / smaller,
        letters(image.orientation, turn),
        turn,
        (rows, columns),
    )


def _windowed(grey: NDArray[np.float32]) -> Grey:
    flat = grey.ravel()
    low, high = np.percentile(flat[:: max(1, flat.size // _SAMPLED)], (_DARKEST, _BRIGHTEST))
    share = np.clip((grey - low) / max(high - low, _LEAST_WIDTH), 0, 1)
    return np.asarray(np.rint(255 * share), np.uint8)


@dataclass(frozen=True, eq=False)
class Disc:
    """An enlarged disc.

    Attributes:
        grey: uint8 of shape (DISC_HEIGHT, DISC_WIDTH).
        box: Its region in pixels of that picture.
    """

    grey: Grey
    box: Box


def enlarged(image: Shown, region: Box) -> Disc:
    """Return the surroundings of a region, enlarged so that it fills most of the picture.

    Args:
        image: The slice.
        region: In pixels of the slice as stored.
    """
    box = image.box(region)
    scale = min(DISC_WIDTH / box.width, DISC_HEIGHT / box.height) / _MARGIN
    left = DISC_WIDTH / 2 - scale * (box.x + box.width / 2)
    top = DISC_HEIGHT / 2 - scale * (box.y + box.height / 2)
    # Pixel edges lie at whole numbers; OpenCV counts from the centres.
    half = (scale - 1) / 2
    move = np.array([[scale, 0, left + half], [0, scale, top + half]])
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    grey = cv2.warpAffine(image.grey, move, (DISC_WIDTH, DISC_HEIGHT), flags=how, borderMode=cv2.BORDER_CONSTANT)
    placed = Box(left + scale * box.x, top + scale * box.y, scale * box.width, scale * box.height)
    return Disc(np.asarray(grey, np.uint8), placed)


def with_saliency(disc: Disc, saliency: NDArray[np.float32]) -> Colours:
    """Return an enlarged disc with what its grade rests on, the more the stronger, in RGB.

    Orange is what makes the grade higher, blue what makes it lower.

    Args:
        disc: The picture.
        saliency: Of shape (rows, columns) over the region, upright (`grading.saliency`).
    """
    picture = np.repeat(disc.grey[..., None], 3, axis=2).astype(np.float32)
    left, top, right, bottom = disc.box.edges()
    strength = saliency / max(float(np.abs(saliency).max()), _LEAST_WIDTH)
    wide = cv2.resize(strength.astype(np.float32), (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    rows, columns = slice(max(top, 0), min(bottom, DISC_HEIGHT)), slice(max(left, 0), min(right, DISC_WIDTH))
    inside = wide[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    share = _STRONGEST * np.abs(inside)
    colours = np.where(inside > 0, np.array(_HIGHER), np.array(_LOWER))
    picture[rows, columns] = (1 - share) * picture[rows, columns] + share * colours
    return np.asarray(np.rint(picture), np.uint8)


def png(picture: Grey | Colours) -> bytes:
    """Return a picture, grey or RGB, as PNG."""
    channels = picture if picture.ndim == 2 else picture[..., ::-1]
    encoded = cv2.imencode(".png", channels, _HOW)[1]
    return encoded.tobytes()
