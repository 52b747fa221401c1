"""From Parquet shards to the arrays that a training holds: its own samples once, uint16, in a fixed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade.copies import is_scored
from discgrade.learning.grading.lessons import AS_READ, Lesson, disc_table, reference_grades, taught_discs
from discgrade.learning.grading.pixels import pixel_buffer, read_pixels
from discgrade.learning.grading.uses import sample_index, sample_uses
from discgrade.settings.model import Protocol, Scale
from discgrade.settings.run import EXTERNAL, Run


@dataclass(frozen=True)
class Samples:
    """The samples of one run, ordered by disc and copy whatever shards they came from.

    Attributes:
        pixels: (N, resolution, resolution) uint16; in a file if memory is short.
        grades: (N,) reference grades on the run's scale.
        disc: (N,) names of the discs.
        level: (N,) levels of the discs.
        copy: (N,) copies.
        part: (N,) parts of the split.
        train: Row numbers of the samples to train on.
        validation: Row numbers of the samples that choose the checkpoint.
        scored: Row numbers of the samples to predict.
        full: Number of samples that the whole training part, share 1, trains on.
    """

    pixels: NDArray[np.uint16]
    grades: NDArray[np.float64]
    disc: NDArray[np.object_]
    level: NDArray[np.object_]
    copy: NDArray[np.int32]
    part: NDArray[np.object_]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    scored: NDArray[np.int64]
    full: int


def load_samples(
    shards: Sequence[Path],
    discs: Path,
    splits: Path,
    *,
    run: Run,
    scale: Scale,
    protocol: Protocol,
    scratch: Path,
    lesson: Lesson = AS_READ,
) -> Samples:
    """Read the samples that a run trains on, chooses its checkpoint with, and predicts.

    Args:
        shards: Tables of samples at the run's resolution.
        discs: Table of the discs and their reference grades.
        splits: Table of the parts and shares of each patient.
        run: What is trained.
        scale: Scale of the grades.
        protocol: `score`: "as_read" trains on all copies and scores copy 0, "averaged" does both on all copies,
            "augmented" (the paper) does both on copies 1..n; `checkpoint`: "validation" and "last" keep the validation
            part apart and validate on its copy 0, "scored" (the paper) trains on it and validates on what is scored.
        scratch: Folder for a nameless file that holds the pixels if they would fill more than half of the free memory.
        lesson: What it learns instead of what people read.

    Raises:
        ValueError: if the readings do not carry the scale, or a disc, part or patient is missing.
    """
    table = taught_discs(disc_table(discs, splits, run), lesson)
    table = table.append_column("reference", pa.array(reference_grades(table, scale, run.variant)))
    index = sample_index(shards, table, run.resolution)
    full = int(sample_uses(index, 1, protocol)["train"].sum())
    uses = sample_uses(index, run.share, protocol)
    return _samples(shards, table, index, uses, full=full, resolution=run.resolution, scratch=scratch)


def load_external(
    shards: Sequence[Path], discs: Path, splits: Path, *, run: Run, protocol: Protocol, scratch: Path
) -> Samples | None:
    """Read the samples of the cohort `external` that a trained run predicts; None if there is no such disc.

    See `load_samples`.

    Raises:
        ValueError: if a disc or patient is missing.
    """
    table = taught_discs(disc_table(discs, splits, run), AS_READ)
    table = table.filter(pc.equal(table["part"], EXTERNAL))
    table = table.append_column("reference", table["grade"])
    if not table.num_rows:
        return None
    index = sample_index(shards, table, run.resolution)
    nothing = np.zeros(len(index["disc"]), bool)
    chosen = (index["disc"] >= 0) & is_scored(index["copy"], protocol.score)
    uses = {"train": nothing, "validation": nothing, "scored": chosen}
    return _samples(shards, table, index, uses, full=0, resolution=run.resolution, scratch=scratch)


def _samples(
    shards: Sequence[Path],
    table: pa.Table,
    index: Mapping[str, NDArray[Any]],
    uses: Mapping[str, NDArray[np.bool_]],
    *,
    full: int,
    resolution: int,
    scratch: Path,
) -> Samples:
    """Read the samples that are used."""
    needed = np.logical_or.reduce([*uses.values()])
    order = np.lexsort((index["copy"], index["disc"]))
    order = order[needed[order]]
    disc = index["disc"][order]
    return Samples(
        pixels=read_pixels(shards, order, len(needed), pixel_buffer(len(order), resolution, scratch)),
        grades=table["reference"].to_numpy()[disc],
        disc=table["disc"].to_numpy()[disc],
        level=table["level"].to_numpy()[disc],
        copy=index["copy"][order],
        part=table["part"].to_numpy()[disc],
        full=full,
        **{use: np.flatnonzero(chosen[order]) for use, chosen in uses.items()},
    )
