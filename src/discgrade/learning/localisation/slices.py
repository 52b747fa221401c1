"""The slices that a locator learns from: as inputs, as finer ones for changed views, and with their drawn boxes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import LEVELS
from discgrade.imaging.box import Box
from discgrade.imaging.exported import exported_slice
from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.locating.input import Placement, as_pixels, evened, place, warp
from discgrade.imaging.upright import Turn, upright
from discgrade.records.cohort.boxes import slice_schema
from discgrade.records.cohort.discs import drawn_discs
from discgrade.records.cohort.export import INSTANCES

FINER = 2
"""How much finer than the input the pictures are that changed views are made of."""
_PLACE = ["patient", "sop_instance_uid", "frame"]
_BOX = ["x", "y", "width", "height"]
_AT_ONCE = 64


@dataclass(frozen=True)
class SliceKey:
    """A slice, and how it is stored."""

    patient: str
    sop_instance_uid: str
    frame: int
    rows: int
    columns: int
    row_spacing: float | None
    column_spacing: float | None
    orientation: tuple[float, ...] | None

    @property
    def turn(self) -> Turn:
        """What turns it upright."""
        return upright(self.orientation)

    def placement(self, facts: LocatorFacts) -> Placement:
        """Return where a locator's input lies on the upright slice."""
        shape = self.turn.shape(self.rows, self.columns)
        return place(shape, self.turn.shape(self.row_spacing, self.column_spacing), facts)

    def on_input(self, box: Box, facts: LocatorFacts) -> Box:
        """Return where a box on the stored slice lies on the input."""
        return self.placement(facts).to_input(self.turn.box(box, self.rows, self.columns))

    def stored(self, shown: Box) -> Box:
        """Return where a box on the upright slice lies on the stored one."""
        return self.turn.back(shown, self.rows, self.columns)


@dataclass(frozen=True, eq=False)
class Slices:
    """The slices of a study.

    Attributes:
        keys: What each of N slices is.
        pixels: (N, side, side) uint16 inputs.
        fine: (N, 2 side, 2 side) uint8, the same inputs twice as fine.
        boxes: (N, levels, 4) float32: centre, width and height of each level's box on the input in pixels; NaN where
            none was drawn.
    """

    keys: list[SliceKey]
    pixels: NDArray[np.uint16]
    fine: NDArray[np.uint8]
    boxes: NDArray[np.float32]


def write_slices(
    *, discs: Path, instances: Path, shard: str, export: Path, side: int, spacing_mm: float, destination: Path
) -> None:
    """Write the slices of a shard on which a rater drew a disc of the cohort; none learns from boxes that one found.

    Args:
        discs: The cohort's discs, `discs.DISCS`.
        instances: The shard's exported images, `export.INSTANCES`.
        shard: Name of the shard.
        export: Folder of the exported DICOM files.
        side: Side of a locator's input in pixels.
        spacing_mm: Side of an input pixel in mm.
        destination: Parquet file to write, `boxes.slice_schema(side)`, by patient, image and frame.

    Raises:
        ValueError: if an exported file is not the one that `instances` tells of.
    """
    schema, facts = slice_schema(side), LocatorFacts(side, spacing_mm, 1, (), (), 0)
    files = {row["sop_instance_uid"]: row for row in records.read(instances, INSTANCES).to_pylist()}
    table = drawn_discs(discs, [*_PLACE, "level", *_BOX], filters=pc.field("shard") == shard)
    rows = table.sort_by([(name, "ascending") for name in (*_PLACE, "level")]).to_pylist()
    slices = groupby(rows, key=lambda row: tuple(row[name] for name in _PLACE))
    with records.writer(destination, schema) as sink:
        for batch in _batches(_row(place, list(drawn), files, export, facts) for place, drawn in slices):
            sink.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(
    place: tuple[Any, ...],
    drawn: Sequence[Mapping[str, Any]],
    files: Mapping[str, Mapping[str, Any]],
    export: Path,
    facts: LocatorFacts,
) -> dict[str, Any]:
    patient, instance, frame = place
    image = exported_slice(export / files[instance]["path"], files[instance]["digest"], frame)
    rows, columns = image.pixels.shape
    spacing = image.row_spacing, image.column_spacing
    key = SliceKey(patient, instance, frame, rows, columns, *spacing, image.orientation)
    grey = evened(np.ascontiguousarray(key.turn.pixels(image.pixels)))
    finer = replace(facts, side=FINER * facts.side, spacing_mm=facts.spacing_mm / FINER)
    fine = np.rint((warp(grey, key.placement(finer), finer.side) + 1) * 127.5).astype(np.uint8)
    return vars(key) | {
        "pixels": as_pixels(warp(grey, key.placement(facts), facts.side)).astype("<u2").tobytes(),
        "fine": fine.tobytes(),
        "levels": [row["level"] for row in drawn],
        "boxes": [[row[name] for name in _BOX] for row in drawn],
    }


def read_slices(shards: Sequence[Path], facts: LocatorFacts) -> Slices:
    """Read all slices, in the order of patients, images and frames whatever shards they came from."""
    side = facts.side
    table = pa.concat_tables([records.read(shard, slice_schema(side)) for shard in shards])
    table = table.sort_by([(name, "ascending") for name in _PLACE])
    pixels = np.stack([np.frombuffer(row.as_py(), "<u2").reshape(side, side) for row in table["pixels"]])
    finer = FINER * side
    fine = np.stack([np.frombuffer(row.as_py(), np.uint8).reshape(finer, finer) for row in table["fine"]])
    rows = table.drop_columns(["pixels", "fine"]).to_pylist()
    drawn = [(row.pop("levels"), row.pop("boxes")) for row in rows]
    keys = [SliceKey(**row | {"orientation": row["orientation"] and tuple(row["orientation"])}) for row in rows]
    boxes = np.stack([_boxes(key, *one, facts) for key, one in zip(keys, drawn, strict=True)])
    return Slices(keys, pixels, fine, boxes)


def _boxes(
    key: SliceKey, levels: Sequence[str], drawn: Sequence[Sequence[float]], facts: LocatorFacts
) -> NDArray[np.float32]:
    """Return centre and size of the boxes of one slice on its input, (levels, 4), but of levels that are not told."""
    boxes = np.full((len(facts.levels), 4), np.nan, np.float32)
    for level, numbers in zip(levels, drawn, strict=True):
        if level not in facts.levels:
            continue
        box = key.on_input(Box(*numbers), facts)
        boxes[facts.levels.index(level)] = (box.x + box.width / 2, box.y + box.height / 2, box.width, box.height)
    return boxes


def levels_of(discs: Path) -> tuple[str, ...]:
    """Return the levels that a cohort's discs have, from the sacrum up."""
    there = set(drawn_discs(discs, ["level"])["level"].to_pylist())
    return tuple(level for level in reversed(LEVELS) if level in there)
