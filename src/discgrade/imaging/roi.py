"""Cut the region of interest of each disc out of its slice: native resolution, square pixels, 16 bits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice, obliquity
from discgrade.imaging.upright import upright
from discgrade.settings.model import Region

_NUMBERS = ("spacing", "offset", "scale", "outside", "obliquity")


def crop(pixels: NDArray[np.float32], box: Box) -> tuple[NDArray[np.float32], float]:
    """Cut a box out of a slice without interpolation; what lies outside repeats the slice's nearest pixel.

    Args:
        pixels: Slice of shape (rows, columns).
        box: Region of interest; its edges go to the nearest pixel borders.

    Returns:
        The region and the share of it that lay outside the slice, from 0 to 1.

    Raises:
        ValueError: if the box has no extent or lies wholly outside the slice.
    """
    left, upper, right, lower = box.edges()
    rows, columns = pixels.shape
    inside = max(0, min(lower, rows) - max(upper, 0)) * max(0, min(right, columns) - max(left, 0))
    if not inside:
        raise ValueError(f"The ROI should overlap its slice of {columns} x {rows} px. Received: {box}")
    down = np.clip(np.arange(upper, lower), 0, rows - 1)
    along = np.clip(np.arange(left, right), 0, columns - 1)
    return pixels[np.ix_(down, along)], 1 - inside / (down.size * along.size)


def square_pixels(
    pixels: NDArray[np.float32], row_spacing: float | None, column_spacing: float | None
) -> tuple[NDArray[np.float32], float | None]:
    """Resample bilinearly to square pixels of the finer spacing.

    Args:
        pixels: Image of shape (rows, columns).
        row_spacing: Distance between rows in mm, None if unknown: then pixels are taken to be square.
        column_spacing: Distance between columns in mm.

    Returns:
        The image and its spacing in mm.
    """
    if row_spacing is None or column_spacing is None:
        return pixels, None
    spacing = min(row_spacing, column_spacing)
    rows, columns = pixels.shape
    size = round(columns * column_spacing / spacing), round(rows * row_spacing / spacing)
    if size == (columns, rows):
        return pixels, spacing
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False), spacing


def to_uint16(pixels: NDArray[np.float32]) -> tuple[NDArray[np.uint16], float, float]:
    """Map an image's range to 0 ... 65,535.

    Returns:
        The image, and offset and scale such that grey = offset + scale * pixel; the scale of a constant image is 0.
    """
    offset = float(pixels.min())
    scale = (float(pixels.max()) - offset) / 65535
    if scale == 0:
        return np.zeros(pixels.shape, np.uint16), offset, scale
    return np.rint((pixels.astype(np.float64) - offset) / scale).astype(np.uint16), offset, scale


@dataclass(frozen=True, eq=False)
class Roi:
    """A region of interest at native resolution.

    Attributes:
        pixels: uint16 of shape (rows, columns), square pixels; 0 is the darkest grey value, 65,535 the brightest.
        spacing: Side of a pixel in mm; None if unknown.
        offset: Grey value of pixel 0.
        scale: Grey value per pixel unit: grey = offset + scale * pixel; 0 where all are equal.
        outside: Share of the region that lay outside its slice, from 0 to 1.
        obliquity: Angle between the slice and the sagittal plane in degrees, from 0 to 90; None if unknown.
    """

    pixels: NDArray[np.uint16]
    spacing: float | None
    offset: float
    scale: float
    outside: float
    obliquity: float | None

    def to_row(self, disc: str) -> dict[str, Any]:
        """Return the region of a disc as a row of `regions.ROIS`."""
        rows, columns = self.pixels.shape
        pixels = self.pixels.astype("<u2", copy=False).tobytes()
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {"disc": disc, "pixels": pixels, "rows": rows, "columns": columns} | numbers

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Roi":
        """Return the region that a row of `regions.ROIS` holds; the pixels are a view of its bytes."""
        pixels = np.frombuffer(row["pixels"], "<u2").reshape(row["rows"], row["columns"])
        return cls(pixels, **{name: row[name] for name in _NUMBERS})


def contrast(roi: Roi) -> float:
    """Return how evenly a region uses its range of greys, from 0 to 1: whatever scanner and scale, and robustly.

    It is the share of the range from the darkest to the brightest pixel that nine tenths of the pixels lie in, from the
    5th to the 95th percentile; 0 of a region with a single grey value, near 0 where single pixels outshine all others.
    """
    low, high = np.percentile(roi.pixels, [5, 95])
    return float(high - low) / 65535


def extract(image: Slice, box: Box, region: Region = "drawn") -> Roi:
    """Cut one region of interest out of a slice, and turn it upright by the slice's orientation (`upright`).

    Args:
        image: Slice with its spacing and orientation.
        box: Region of interest on the slice as it is stored.
        region: "drawn" cuts the box itself, "square" the square around it.
    """
    if region == "square":
        box = box.squared(image.row_spacing, image.column_spacing)
    native, outside = crop(image.pixels, box)
    turn = upright(image.orientation)
    shown = np.ascontiguousarray(turn.pixels(native))
    square, spacing = square_pixels(shown, *turn.shape(image.row_spacing, image.column_spacing))
    pixels, offset, scale = to_uint16(square)
    return Roi(pixels, spacing, offset, scale, outside, obliquity(image.orientation))
