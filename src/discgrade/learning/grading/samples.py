"""From Parquet shards to the arrays that a training holds: its own samples once, uint16, in a fixed order."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.copies import is_scored
from discgrade.grades import integral, is_grade
from discgrade.learning.loop.device import available_memory
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Protocol, Scale
from discgrade.settings.run import EXTERNAL, Run

# Bytes of pixels that are decoded at a time.
READ_BYTES = 2**24
# Share of the free memory beyond which the pixels go to a file.
SHARE = 0.5


@dataclass(frozen=True)
class Lesson:
    """What a run learns, if that is not what people read.

    Attributes:
        labels: Table of the labels of its split that a model made, `pseudo_labels.LABELS`; None: none.
        without: A cohort that it does not learn, neither to choose its checkpoint, but predicts as a whole; None: none.
    """

    labels: Path | None = None
    without: str | None = None


AS_READ = Lesson()


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
    table = _taught(_disc_table(discs, splits, run), lesson)
    table = table.append_column("reference", pa.array(reference_grades(table, scale, run.variant)))
    index = _sample_index(shards, table, run.resolution)
    full = int(_uses(index, 1, protocol)["train"].sum())
    uses = _uses(index, run.share, protocol)
    return _samples(shards, table, index, uses, full=full, resolution=run.resolution, scratch=scratch)


def load_external(
    shards: Sequence[Path], discs: Path, splits: Path, *, run: Run, protocol: Protocol, scratch: Path
) -> Samples | None:
    """Read the samples of the cohort `external` that a trained run predicts; None if there is no such disc.

    See `load_samples`.

    Raises:
        ValueError: if a disc or patient is missing.
    """
    table = _taught(_disc_table(discs, splits, run), AS_READ)
    table = table.filter(pc.equal(table["part"], EXTERNAL))
    table = table.append_column("reference", table["grade"])
    if not table.num_rows:
        return None
    index = _sample_index(shards, table, run.resolution)
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
        pixels=_pixels(shards, order, len(needed), _buffer(len(order), resolution, scratch)),
        grades=table["reference"].to_numpy()[disc],
        disc=table["disc"].to_numpy()[disc],
        level=table["level"].to_numpy()[disc],
        copy=index["copy"][order],
        part=table["part"].to_numpy()[disc],
        full=full,
        **{use: np.flatnonzero(chosen[order]) for use, chosen in uses.items()},
    )


def reference_grades(discs: pa.Table, scale: Scale, variant: str) -> NDArray[np.float64]:
    """Return each disc's reference grade on the scale.

    Raises:
        ValueError: if the scale is fractional and the readings carry integral grades only.
    """
    grades: NDArray[np.float64] = discs["integral" if scale == "integral" else "grade"].to_numpy()
    if scale == "fractional" and is_grade(grades, "integral").all():
        raise ValueError(
            f"Variant {variant!r} has `scale: fractional`, but all {len(grades)} reference grades are integral. "
            "Train variants with `scale: integral` alone, for example with these three lines below `grid:` in the "
            "overlay: `default: integral`, `variants: [integral]`, `folds: [integral]`."
        )
    return grades


def _disc_table(discs: Path, splits: Path, run: Run) -> pa.Table:
    """Return the discs sorted by name, with part and share of their patient in the run's split."""
    parts = records.read(splits, SPLITS, filters=pc.field("split") == run.split)
    if not parts.num_rows:
        raise ValueError(f"No split {run.split!r} in {splits}. Set `splits.folds` to at least its number.")
    table = records.read(discs, DISCS, columns=["disc", "patient", "level", "grade", "integral", "cohort"])
    joined = table.join(parts, "patient", join_type="left outer").sort_by("disc")
    if joined["part"].null_count:
        lost = joined.filter(pc.is_null(joined["part"]))["patient"].unique().to_pylist()
        raise ValueError(f"{len(lost)} patients have discs but no part in split {run.split!r}: {sorted(lost)[:5]}")
    return joined


def _taught(table: pa.Table, lesson: Lesson) -> pa.Table:
    """Return the discs with the labels that a run learns, and whether it may learn them.

    Raises:
        ValueError: if there are labels of other discs.
    """
    grades = table["grade"].to_numpy().copy()
    if lesson.labels is not None:
        labels = records.read(lesson.labels, LABELS, ["disc", "grade"])
        places = pc.fill_null(pc.index_in(labels["disc"], value_set=table["disc"].combine_chunks()), -1).to_numpy()
        if (places < 0).any():
            raise ValueError(f"{lesson.labels}: {(places < 0).sum()} labels of discs that the study does not have")
        grades[places] = labels["grade"].to_numpy()
    taught = pc.not_equal(table["cohort"], lesson.without or "")
    table = table.set_column(table.schema.get_field_index("grade"), "grade", pa.array(grades))
    table = table.set_column(table.schema.get_field_index("integral"), "integral", pa.array(integral(grades)))
    return table.append_column("taught", taught)


def _sample_index(shards: Sequence[Path], table: pa.Table, resolution: int) -> dict[str, NDArray[Any]]:
    """Return disc number, copy, part and share of every sample, in the order of the shards; unknown discs get -1."""
    schema = sample_schema(resolution)
    index = records.read_all(shards, schema, columns=["disc", "copy"])
    disc = pc.fill_null(pc.index_in(index["disc"], value_set=table["disc"].combine_chunks()), -1).to_numpy()
    copy = index["copy"].to_numpy()
    _check_complete(disc, copy, table["disc"])
    return {
        "disc": disc,
        "copy": copy,
        "part": np.where(disc < 0, "", table["part"].to_numpy()[disc]),
        "share": table["share"].to_numpy()[disc],
        "taught": table["taught"].to_numpy()[disc],
    }


def _check_complete(disc: NDArray[Any], copy: NDArray[Any], names: pa.ChunkedArray) -> None:
    """Check that every disc has samples, and each copy once.

    Raises:
        ValueError: if not.
    """
    lost = np.setdiff1d(np.arange(len(names)), disc)
    if lost.size:
        raise ValueError(f"{lost.size} discs have no samples, for example {names.take(lost[:5]).to_pylist()}")
    keys, counts = np.unique(disc[disc >= 0] * (1 + copy.max()) + copy[disc >= 0], return_counts=True)
    if (counts > 1).any():
        twice = names.take(keys[counts > 1][:5] // (1 + copy.max())).to_pylist()
        raise ValueError(f"{(counts > 1).sum()} samples are there twice, for example of discs {twice}")


def _uses(index: Mapping[str, NDArray[Any]], share: int, protocol: Protocol) -> dict[str, NDArray[np.bool_]]:
    """Return which samples a run on a share trains on, chooses its checkpoint with and predicts."""
    part, as_read, taught = index["part"], index["copy"] == 0, index["taught"]
    scored_copy = is_scored(index["copy"], protocol.score)
    trained_copy = scored_copy if protocol.score == "augmented" else True
    apart = protocol.checkpoint != "scored"
    uses = {
        "train": np.isin(part, ["train"] if apart else ["train", "validation"])
        & (index["share"] >= share)
        & trained_copy
        & taught,
        "validation": ((part == "validation") & as_read if apart else (part == "test") & scored_copy) & taught,
        "scored": (np.isin(part, ["test", "external"]) | ((part != "") & ~taught)) & scored_copy,
    }
    empty = [use for use, chosen in uses.items() if not chosen.any()]
    if empty:
        raise ValueError(
            f"No samples for: {', '.join(empty)}, with `score: {protocol.score}` and `checkpoint: "
            f"{protocol.checkpoint}`. Add patients, set `splits.validation` above 0 for `checkpoint: validation` and "
            "`last`, and `augmentation.copies` above 0 for `score: augmented`."
        )
    return uses


def _buffer(count: int, resolution: int, scratch: Path) -> NDArray[np.uint16]:
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


def _pixels(
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
