"""Turn regions of interest into square samples, as read and augmented, with one interpolation each.

Every sample is one affine map from its pixels to the native ROI: resampling to the resolution, flip, rotation, zoom and
shift together. Where the native pixels are finer than the sample's, the map is sampled on a grid at least as fine as
they are and averaged over each sample pixel, so that nothing aliases.
"""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade.learning.grading.transforms import AS_READ, Augmentation, Change
from discgrade.records import ROIS, batches, samples, writer

BORDERS: dict[str, int] = {
    "edge": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT_101,
    "zero": cv2.BORDER_CONSTANT,
}

_BYTES_PER_GROUP = 8 * 2**20
_CHANGED = [field.name for field in fields(Change)]


def augment_shard(*, rois: Path, destination: Path, resolution: int, border: str, augmentation: Augmentation) -> None:
    """Write every disc of a shard as square samples: copy 0 as read, copies 1 ... n augmented.

    Args:
        rois: The shard's regions of interest, `records.ROIS`.
        destination: Parquet file to write, `records.samples(resolution)`, by disc and copy.
        resolution: Side of a sample in pixels.
        border: What fills the padding to a square and what a change uncovers: "edge", "reflect" or "zero", the ROI's
            smallest grey value.
        augmentation: Number of copies, and how far they may differ.

    Raises:
        ValueError: if the border is unknown.
    """
    if border not in BORDERS:
        raise ValueError(f"Invalid images.border. It should be one of {list(BORDERS)}. Received: {border!r}")
    cv2.setNumThreads(1)  # shards run side by side
    schema = samples(resolution)
    group = min(1024, max(128, _BYTES_PER_GROUP // (2 * resolution**2)))
    with writer(destination, schema) as sink:
        for batch in batches(rois, ROIS, max(1, group // (augmentation.copies + 1))):
            rows = batch.to_pylist()
            changes = [list(augmentation.changes(row["disc"])) for row in rows]
            sink.write_batch(_samples(rows, changes, resolution, border, schema))


def sample(
    roi: NDArray[np.uint16], resolution: int, change: Change = AS_READ, border: str = "edge"
) -> NDArray[np.uint16]:
    """Pad a region of interest to a square, change it and resample it.

    Args:
        roi: Image of shape (rows, columns).
        resolution: Side of the sample in pixels.
        change: What the sample differs in from the region as read.
        border: Key of `BORDERS`.

    Returns:
        Image of shape (resolution, resolution).
    """
    finer = max(1, math.ceil(max(roi.shape) / resolution / change.zoom))
    side = finer * resolution
    grid = cv2.warpAffine(
        roi,
        to_roi(roi.shape, side, change),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=BORDERS[border],
    )
    square = grid if finer == 1 else cv2.resize(grid, (resolution, resolution), interpolation=cv2.INTER_AREA)
    return _with_gamma(square, change.gamma).astype(np.uint16, copy=False)


def _with_gamma(pixels: NDArray[Any], gamma: float) -> NDArray[Any]:
    if gamma == 1:
        return pixels
    return np.rint(65535 * (pixels.astype(np.float32) / 65535) ** np.float32(gamma))


def to_roi(shape: tuple[int, ...], side: int, change: Change = AS_READ) -> NDArray[np.float64]:
    """Return the affine map from the pixels of a square sample to those of its region of interest.

    With pixel centres at whole numbers, c the centre of the padded square and s native pixels per sample pixel,

        (column, row) = c + s / zoom F R (i - (side - 1) / 2 - right side, j - (side - 1) / 2 - down side),

    where R turns back by the angle and F mirrors columns. The square is padded as evenly as whole pixels allow, with
    the odd one at the right or at the bottom.

    Args:
        shape: Rows and columns of the region.
        side: Side of the sample in pixels.
        change: Flip, rotation, zoom and shift.

    Returns:
        Matrix of shape (2, 3), as `cv2.warpAffine` takes it with `WARP_INVERSE_MAP`.
    """
    rows, columns = shape
    square = max(rows, columns)
    centre = np.array([(square - 1) / 2 - (square - columns) // 2, (square - 1) / 2 - (square - rows) // 2])
    cosine, sine = math.cos(math.radians(change.angle)), math.sin(math.radians(change.angle))
    linear = square / side / change.zoom * np.array([[cosine, -sine], [sine, cosine]])
    if change.flip:
        linear[0] *= -1
    middle = (side - 1) / 2 + side * np.array([change.right, change.down])
    return np.column_stack([linear, centre - linear @ middle])


def _samples(
    rois: list[dict[str, Any]],
    changes: list[list[Change]],
    resolution: int,
    border: str,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Resample regions of interest, each as often as it has changes."""
    dealt = [(roi, copy, change) for roi, row in zip(rois, changes, strict=True) for copy, change in enumerate(row)]
    pixels = np.empty((len(dealt), resolution, resolution), "<u2")
    for number, (roi, _, change) in enumerate(dealt):
        native = np.frombuffer(roi["pixels"], "<u2").reshape(roi["rows"], roi["columns"])
        pixels[number] = sample(native, resolution, change, border)
    kind = schema.field("pixels").type
    columns = {
        "disc": [roi["disc"] for roi, *_ in dealt],
        "copy": [copy for _, copy, _ in dealt],
        "pixels": pa.FixedSizeBinaryArray.from_buffers(kind, len(dealt), [None, pa.py_buffer(pixels)]),
        **{name: [getattr(change, name) for *_, change in dealt] for name in _CHANGED},
        "offset": [roi["offset"] for roi, *_ in dealt],
        "scale": [roi["scale"] for roi, *_ in dealt],
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)
