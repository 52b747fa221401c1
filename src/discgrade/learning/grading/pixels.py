"""The pixels of samples, from Parquet shards to one uint16 array, in memory or in a file."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.learning.loop.device import available_memory
from discgrade.records.cohort.samples import sample_schema

# Bytes of pixels that are decoded at a time.
READ_BYTES = 2**24
# Share of the free memory beyond which the pixels go to a file.
SHARE = 0.5


def pixel_buffer(count: int, resolution: int, scratch: Path) -> NDArray[np.uint16]:
    """Return an uninitialised array for the pixels, in memory or in a file that vanishes with the process."""
    shape = (count, resolution, resolution)
    free = available_memory()
    if free is None or 2 * count * resolution**2 < SHARE * free:
        return np.empty(shape, np.uint16)
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=scratch) as file:
        # Without the room for it, writing to the array later would kill the process without a word.
        os.posix_fallocate(file.fileno(), 0, 2 * count * resolution**2)
        return np.memmap(file, np.uint16, mode="w+", shape=shape)


def read_pixels(
    shards: Sequence[Path], order: NDArray[np.int64], count: int, buffer: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Fill `buffer` with the pixels of the samples `order` of the `count` in the shards, some row groups at a time."""
    resolution = buffer.shape[1]
    target = np.full(count, -1)
    target[order] = np.arange(len(order))
    batch = max(1, READ_BYTES // (2 * resolution * resolution))
    start = 0
    for shard in shards:
        for rows in records.batches(shard, sample_schema(resolution), batch, ["pixels"]):
            places = target[start : start + rows.num_rows]
            start += rows.num_rows
            buffer[places[places >= 0]] = _as_images(rows["pixels"], resolution)[places >= 0]
    return buffer


def _as_images(column: pa.FixedSizeBinaryArray, resolution: int) -> NDArray[np.uint16]:
    """View a column of pixels as (N, resolution, resolution) without copying it."""
    values = np.frombuffer(column.buffers()[1], "<u2").reshape(-1, resolution, resolution)
    return values[column.offset : column.offset + len(column)]
