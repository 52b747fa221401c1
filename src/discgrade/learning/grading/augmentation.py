"""Turn the regions of interest of a shard into square samples: each disc as read, and its augmented copies.

What a copy differs in from the disc as read is a function of seed, disc and copy, and of nothing else.
"""

import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from discgrade import keyed
from discgrade.imaging.sampling import AS_READ, Transform, sample
from discgrade.records import batches, writer
from discgrade.records.regions import ROIS
from discgrade.records.samples import sample_schema
from discgrade.settings.model import Augmentation, Border

_BYTES_PER_GROUP = 8 * 2**20
_DRAWN = [field.name for field in fields(Transform)]


def augment_shard(
    *, rois: Path, destination: Path, resolution: int, border: Border, augmentation: Augmentation
) -> None:
    """Write every disc of a shard as square samples: copy 0 as read, copies 1 ... n augmented.

    Args:
        rois: The shard's regions of interest, `records.regions.ROIS`.
        destination: Parquet file to write, `records.samples.sample_schema(resolution)`, by disc and copy.
        resolution: Side of a sample in pixels.
        border: What fills the padding to a square and what a transform uncovers.
        augmentation: Number of copies, and how far they may differ.
    """
    cv2.setNumThreads(1)  # shards run side by side
    schema = sample_schema(resolution)
    group = min(1024, max(128, _BYTES_PER_GROUP // (2 * resolution**2)))
    with writer(destination, schema) as sink:
        for batch in batches(rois, ROIS, max(1, group // (augmentation.copies + 1))):
            drawn = [
                (roi, copy, transform)
                for roi in batch.to_pylist()
                for copy, transform in enumerate(transforms(roi["disc"], augmentation))
            ]
            sink.write_batch(_samples(drawn, resolution, border, schema))


def transforms(disc: str, augmentation: Augmentation) -> Iterator[Transform]:
    """Yield the transform of every copy of a disc, copy 0 (as read) first."""
    yield AS_READ
    for copy in range(1, augmentation.copies + 1):
        flip, *draws = keyed.uniforms(augmentation.seed, disc, copy)
        angle, zoom, right, down, gamma = (2 * draw - 1 for draw in draws[:5])
        yield Transform(
            flip=flip < augmentation.flip,
            angle=augmentation.rotation * angle,
            zoom=math.pow(augmentation.zoom, zoom),
            right=augmentation.shift * right,
            down=augmentation.shift * down,
            gamma=math.pow(augmentation.gamma, gamma),
        )


def _samples(
    drawn: list[tuple[dict[str, Any], int, Transform]], resolution: int, border: Border, schema: pa.Schema
) -> pa.RecordBatch:
    """Resample regions, each a row of `records.regions.ROIS` with the number of a copy and its transform."""
    pixels = np.empty((len(drawn), resolution, resolution), "<u2")
    for number, (roi, _, transform) in enumerate(drawn):
        native = np.frombuffer(roi["pixels"], "<u2").reshape(roi["rows"], roi["columns"])
        pixels[number] = sample(native, resolution, transform, border)
    kind = schema.field("pixels").type
    columns = {
        "disc": [roi["disc"] for roi, *_ in drawn],
        "copy": [copy for _, copy, _ in drawn],
        "pixels": pa.FixedSizeBinaryArray.from_buffers(kind, len(drawn), [None, pa.py_buffer(pixels)]),
        **{name: [getattr(transform, name) for *_, transform in drawn] for name in _DRAWN},
        "offset": [roi["offset"] for roi, *_ in drawn],
        "scale": [roi["scale"] for roi, *_ in drawn],
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)
