"""Turn the regions of interest of a shard into square samples: each disc as read, and its augmented copies.

What a copy differs in from the disc as read is a function of seed, disc and copy, and of nothing else.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pyarrow as pa

from discgrade import keyed
from discgrade.imaging.roi import Roi
from discgrade.imaging.sampling import AS_READ, Transform, sample
from discgrade.records import batches, writer
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.settings.model import Augmentation, Border, Score

_BYTES_PER_GROUP = 8 * 2**20
_DRAWN = [field.name for field in fields(Transform)]


def augment_shard(
    *, rois: Path, destination: Path, resolution: int, border: Border, augmentation: Augmentation
) -> None:
    """Write every disc of a shard as square samples: copy 0 as read, copies 1 ... n augmented.

    Args:
        rois: The shard's regions of interest, `regions.ROIS`.
        destination: Parquet file to write, `samples.sample_schema(resolution)`, by disc and copy.
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
                _Drawn(row["disc"], Roi.from_row(row), copy, transform)
                for row in batch.to_pylist()
                for copy, transform in enumerate(transforms(row["disc"], augmentation))
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


def scored_views(score: Score, augmentation: Augmentation) -> tuple[Transform, ...]:
    """Return what a network sees of a new disc: the disc as read, and copies of it where a protocol averages them.

    The copies of all new discs differ from them in the same way, since nothing of a new disc can be drawn beforehand.
    """
    return tuple(transforms("a new disc", augmentation)) if score == "averaged" else (AS_READ,)


class _Drawn(NamedTuple):
    """One copy of a disc: its region of interest, and what the copy differs in from it."""

    disc: str
    roi: Roi
    copy: int
    transform: Transform


def _samples(drawn: Sequence[_Drawn], resolution: int, border: Border, schema: pa.Schema) -> pa.RecordBatch:
    """Resample the region of interest of each copy."""
    pixels = np.empty((len(drawn), resolution, resolution), "<u2")
    for number, one in enumerate(drawn):
        pixels[number] = sample(one.roi.pixels, resolution, one.transform, border)
    kind = schema.field("pixels").type
    columns = {
        "disc": [one.disc for one in drawn],
        "copy": [one.copy for one in drawn],
        "pixels": pa.FixedSizeBinaryArray.from_buffers(kind, len(drawn), [None, pa.py_buffer(pixels)]),
        **{name: [getattr(one.transform, name) for one in drawn] for name in _DRAWN},
        "offset": [one.roi.offset for one in drawn],
        "scale": [one.roi.scale for one in drawn],
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)
