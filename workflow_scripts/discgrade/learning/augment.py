"""Turn regions of interest into square samples, as read and augmented, with one interpolation each.

Every sample is one affine map from its pixels to the native ROI: resampling to the resolution, flip and rotation
together. Where the native pixels are finer than the sample's, the map is sampled on a grid at least as fine as they are
and averaged over each sample pixel, so that nothing aliases.
"""

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade.records import ROIS, batches, samples, writer

BORDERS: dict[str, int] = {
    "edge": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT_101,
    "zero": cv2.BORDER_CONSTANT,
}

_BYTES_PER_GROUP = 8 * 2**20


def augment_shard(
    *,
    rois: Path,
    destination: Path,
    resolution: int,
    copies: int,
    flip: float,
    rotation: float,
    border: str,
    seed: int,
) -> None:
    """Write every disc of a shard as square samples: copy 0 as read, copies 1 ... n augmented.

    Args:
        rois: The shard's regions of interest, `records.ROIS`.
        destination: Parquet file to write, `records.samples(resolution)`, by disc and copy.
        resolution: Side of a sample in pixels.
        copies: Number of augmented copies.
        flip: Probability that an augmented copy is mirrored left to right.
        rotation: Largest rotation of an augmented copy in degrees, to either side.
        border: What fills the padding to a square and the corners that a rotation uncovers: "edge", "reflect" or
            "zero", the ROI's smallest grey value.
        seed: Seed of flips and rotations.

    Raises:
        ValueError: if the border is unknown.
    """
    if border not in BORDERS:
        raise ValueError(f"Invalid images.border. It should be one of {list(BORDERS)}. Received: {border!r}")
    cv2.setNumThreads(1)  # shards run side by side
    schema = samples(resolution)
    group = min(1024, max(128, _BYTES_PER_GROUP // (2 * resolution**2)))
    with writer(destination, schema) as sink:
        for batch in batches(rois, ROIS, max(1, group // (copies + 1))):
            rows = batch.to_pylist()
            changes = [[(False, 0.0), *_changes(row["disc"], copies, flip, rotation, seed)] for row in rows]
            sink.write_batch(_samples(rows, changes, resolution, border, schema))


def _changes(disc: str, copies: int, flip: float, rotation: float, seed: int) -> Iterator[tuple[bool, float]]:
    """Yield flip and angle of each augmented copy; they depend on (seed, disc, copy) and on nothing else."""
    for copy in range(1, copies + 1):
        digest = hashlib.sha256(f"{seed}/{disc}/{copy}".encode()).digest()
        first, second = (int.from_bytes(digest[start : start + 8]) / 2**64 for start in (0, 8))
        yield first < flip, rotation * (2 * second - 1)


def sample(
    roi: NDArray[np.uint16], resolution: int, *, flip: bool = False, angle: float = 0.0, border: str = "edge"
) -> NDArray[np.uint16]:
    """Pad a region of interest to a square, mirror and rotate it about its centre and resample it.

    Args:
        roi: Image of shape (rows, columns).
        resolution: Side of the sample in pixels.
        flip: Whether to mirror it left to right, before the rotation.
        angle: Rotation in degrees, counter-clockwise as shown.
        border: Key of `BORDERS`.

    Returns:
        Image of shape (resolution, resolution).
    """
    finer = max(1, math.ceil(max(roi.shape) / resolution))
    side = finer * resolution
    grid = cv2.warpAffine(
        roi,
        to_roi(roi.shape, side, flip, angle),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=BORDERS[border],
    )
    square = grid if finer == 1 else cv2.resize(grid, (resolution, resolution), interpolation=cv2.INTER_AREA)
    return square.astype(np.uint16, copy=False)


def to_roi(shape: tuple[int, ...], side: int, flip: bool, angle: float) -> NDArray[np.float64]:
    """Return the affine map from the pixels of a square sample to those of its region of interest.

    With pixel centres at whole numbers, c the centre of the padded square and s native pixels per sample pixel,

        (column, row) = c + s F R (i - (side - 1) / 2, j - (side - 1) / 2),

    where R turns back by `angle` and F mirrors columns. The square is padded as evenly as whole pixels allow, with the
    odd one at the right or at the bottom.

    Args:
        shape: Rows and columns of the region.
        side: Side of the sample in pixels.
        flip: Whether the sample is mirrored left to right, before the rotation.
        angle: Rotation in degrees, counter-clockwise as shown.

    Returns:
        Matrix of shape (2, 3), as `cv2.warpAffine` takes it with `WARP_INVERSE_MAP`.
    """
    rows, columns = shape
    square = max(rows, columns)
    centre = np.array([(square - 1) / 2 - (square - columns) // 2, (square - 1) / 2 - (square - rows) // 2])
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    linear = square / side * np.array([[cosine, -sine], [sine, cosine]])
    if flip:
        linear[0] *= -1
    shift = centre - linear @ np.full(2, (side - 1) / 2)
    return np.column_stack([linear, shift])


def _samples(
    rois: list[dict[str, Any]],
    changes: list[list[tuple[bool, float]]],
    resolution: int,
    border: str,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Resample regions of interest, each as often as it has changes."""
    dealt = [(roi, copy, *change) for roi, row in zip(rois, changes, strict=True) for copy, change in enumerate(row)]
    pixels = np.empty((len(dealt), resolution, resolution), "<u2")
    for number, (roi, _, flip, angle) in enumerate(dealt):
        native = np.frombuffer(roi["pixels"], "<u2").reshape(roi["rows"], roi["columns"])
        pixels[number] = sample(native, resolution, flip=flip, angle=angle, border=border)
    kind = schema.field("pixels").type
    columns = {
        "disc": [roi["disc"] for roi, *_ in dealt],
        "copy": [copy for _, copy, *_ in dealt],
        "pixels": pa.FixedSizeBinaryArray.from_buffers(kind, len(dealt), [None, pa.py_buffer(pixels)]),
        "flip": [flip for *_, flip, _ in dealt],
        "angle": [angle for *_, angle in dealt],
        "offset": [roi["offset"] for roi, *_ in dealt],
        "scale": [roi["scale"] for roi, *_ in dealt],
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)
