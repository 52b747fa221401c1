"""Pictures of single discs, as the network saw them."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.records.cohort.samples import sample_schema


def disc_pictures(samples: Sequence[Path], resolution: int, discs: Collection[str]) -> dict[str, NDArray[np.uint16]]:
    """Read the picture of some discs as read (copy 0).

    Args:
        samples: Shards of `sample_schema.sample_schema(resolution)`; rows of other discs are dropped while reading.
        resolution: Side of the pictures in pixels.
        discs: Discs to look for.

    Returns:
        uint16 of shape (resolution, resolution) by disc; a disc without a sample is left out.

    Raises:
        ValueError: if a shard is no table of samples at this resolution.
    """
    wanted = pc.field("disc").isin(pa.array(list(discs), pa.string())) & (pc.field("copy") == 0)
    pictures = {}
    for shard in samples:
        found = records.read(shard, sample_schema(resolution), ["disc", "pixels"], wanted).to_pydict()
        for disc, pixels in zip(found["disc"], found["pixels"], strict=True):
            pictures[disc] = np.frombuffer(pixels, "<u2").reshape(resolution, resolution)
    return pictures
