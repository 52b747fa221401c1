"""Cut the region of interest of each disc out of its slice: native resolution, square pixels, 16 bits."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade.imaging.dicom import Slice, obliquity, read_slice
from discgrade.records import INSTANCES, ROIS, read, writer
from discgrade.settings.model import Region

_ROWS_PER_GROUP = 256


@dataclass(frozen=True)
class Box:
    """A region of interest in pixels of a slice; pixel 0 spans 0 to 1, so that (0, 0) is the image's corner.

    Attributes:
        x: Left edge.
        y: Upper edge.
        width: Extent along a row; larger than 0.
        height: Extent along a column; larger than 0.
    """

    x: float
    y: float
    width: float
    height: float

    def edges(self) -> tuple[int, int, int, int]:
        """Return the left, upper, right and lower edge on the nearest pixel borders, at least one pixel apart.

        Raises:
            ValueError: if width or height is not larger than 0.
        """
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"The ROI's width and height should be > 0. Received: {self.width} x {self.height} px")
        left, upper = _nearest_border(self.x), _nearest_border(self.y)
        right, lower = _nearest_border(self.x + self.width), _nearest_border(self.y + self.height)
        return left, upper, max(right, left + 1), max(lower, upper + 1)

    def squared(self, row_spacing: float | None, column_spacing: float | None) -> "Box":
        """Return the smallest box about the same centre that is as wide as it is high in mm.

        Args:
            row_spacing: Distance between rows in mm, None if unknown: then pixels are taken to be square.
            column_spacing: Distance between columns in mm.
        """
        down, along = (row_spacing, column_spacing) if row_spacing and column_spacing else (1.0, 1.0)
        side = max(self.width * along, self.height * down)
        width, height = side / along, side / down
        return Box(self.x + (self.width - width) / 2, self.y + (self.height - height) / 2, width, height)


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


def extract(image: Slice, box: Box, region: Region = "drawn") -> dict[str, Any]:
    """Cut one region of interest out of a slice.

    Args:
        image: Slice with its spacing and orientation.
        box: Region of interest as a rater drew it.
        region: "drawn" cuts the box itself, "square" the square around it.

    Returns:
        A row of `records.ROIS`, all but the disc's name.
    """
    if region == "square":
        box = box.squared(image.row_spacing, image.column_spacing)
    native, outside = crop(image.pixels, box)
    square, spacing = square_pixels(native, image.row_spacing, image.column_spacing)
    pixels, offset, scale = to_uint16(square)
    return {
        "pixels": pixels.astype("<u2").tobytes(),
        "rows": pixels.shape[0],
        "columns": pixels.shape[1],
        "spacing": spacing,
        "offset": offset,
        "scale": scale,
        "outside": outside,
        "obliquity": obliquity(image.orientation),
    }


def extract_shard(
    *, discs: pa.Table, instances: Path, export: Path, destination: Path, region: Region = "drawn"
) -> None:
    """Write the region of interest of every disc of one shard.

    Args:
        discs: The shard's discs, `records.DISCS`.
        instances: The shard's exported images, `records.INSTANCES`.
        export: Folder of the exported DICOM files.
        destination: Parquet file to write, `records.ROIS`, in the order of `discs`.
        region: What is cut out: "drawn" or "square", as in `extract`.
    """
    images = read(instances, INSTANCES, columns=["sop_instance_uid", "path"])
    paths = dict(zip(*(images[name].to_pylist() for name in images.column_names), strict=True))
    with writer(destination, ROIS) as sink:
        for batch in discs.to_batches(max_chunksize=_ROWS_PER_GROUP):
            sink.write_batch(pa.RecordBatch.from_pylist(list(_rois(batch, paths, export, region)), schema=ROIS))


def _rois(discs: pa.RecordBatch, paths: dict[str, str], export: Path, region: Region) -> Iterator[dict[str, Any]]:
    """Yield the regions of interest; the discs of a patient follow each other and mostly share their slice."""
    slice_of = lru_cache(maxsize=4)(read_slice)
    for disc in discs.to_pylist():
        try:
            image = slice_of(export / paths[disc["sop_instance_uid"]], disc["frame"])
            box = Box(disc["x"], disc["y"], disc["width"], disc["height"])
            yield {"disc": disc["disc"], **extract(image, box, region)}
        except Exception as error:
            error.add_note(f"while cutting out disc {disc['disc']} of image {disc['sop_instance_uid']}")
            raise


def _nearest_border(value: float) -> int:
    return int(np.floor(value + 0.5))
