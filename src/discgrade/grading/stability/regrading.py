"""A study's own discs graded again, each by the networks that have not seen its patient, with its region moved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.compute as pc
import pydicom
from numpy.typing import NDArray

from discgrade import records
from discgrade.decoding import decode
from discgrade.grades import one_hot_levels
from discgrade.grading.judging.networks import start_session
from discgrade.grading.stability.moves import Move, moved_boxes, neighbours
from discgrade.imaging import frames
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice
from discgrade.imaging.exported import exported_slice
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.sampling import Transform, normalise, sample
from discgrade.imaging.stacks import Stack, stacks
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.stability import MOVED
from discgrade.reliability.graded import read_discs, read_splits
from discgrade.reliability.out_of_fold import Cuts, cuts_of_runs
from discgrade.reliability.plan import Regraded, RunPlan
from discgrade.settings.model import Images

Row = Mapping[str, Any]

_TEST = "test"
_SLICES_KEPT = 8


@dataclass(frozen=True)
class Cohort:
    """The tables and files of a study's discs.

    Attributes:
        discs: `discs.DISCS`.
        splits: `splits.SPLITS`.
        instances: `export.INSTANCES` of each shard.
        shards: Their names.
        export: Folder of the exported DICOM files.
    """

    discs: Path
    splits: Path
    instances: Sequence[Path]
    shards: Sequence[str]
    export: Path


def regrade(
    *,
    cohort: Cohort,
    networks: Sequence[Path],
    runs: Sequence[Regraded],
    predictions: Sequence[Path],
    cutting: Sequence[RunPlan],
    images: Images,
    views: Sequence[Transform],
    destination: Path,
) -> None:
    """Grade the discs of each run's test part as drawn and with moved regions.

    Args:
        cohort: The study's discs.
        networks: ONNX files of the bundle's networks.
        runs: Whose test parts, and which networks grade them.
        predictions: Where decoding is by cuts, the predictions that teach them, in the order of `cutting`.
        cutting: Their runs.
        images: How a region becomes a network's input.
        views: What each network sees of a region.
        destination: Table to write, `stability.MOVED`, in the order of shards, discs, runs and moves.
    """
    cuts = cuts_of_runs(predictions, cutting, read_discs(cohort.discs), read_splits(cohort.splits)) if cutting else {}
    graders = [_Grader(one, [networks[place] for place in one.networks], images, views, cuts) for one in runs]
    tested = _tested(cohort.splits)
    with records.writer(destination, MOVED) as sink:
        for shard, instances in zip(cohort.shards, cohort.instances, strict=True):
            rows = list(_of_shard(cohort, shard, instances, graders, tested))
            sink.write_batch(pa.RecordBatch.from_pylist(rows, schema=MOVED))


def _tested(splits: Path) -> dict[str, set[str]]:
    """Return, by patient, the splits whose test part the patient is in: their networks have not seen the patient."""
    table = records.read(splits, SPLITS, ["split", "patient"], filters=pc.field("part") == _TEST)
    found: dict[str, set[str]] = {}
    for row in table.to_pylist():
        found.setdefault(row["patient"], set()).add(row["split"])
    return found


def _of_shard(
    cohort: Cohort, shard: str, instances: Path, graders: Sequence["_Grader"], tested: Mapping[str, set[str]]
) -> Iterator[dict[str, Any]]:
    exported = _Exported(records.read(instances, INSTANCES).to_pylist(), cohort.export)
    for disc in records.read(cohort.discs, DISCS, filters=pc.field("shard") == shard).sort_by("disc").to_pylist():
        chosen = [one for one in graders if one.split in tested.get(disc["patient"], ())]
        if chosen:
            drawn, moved = _regions(disc, exported, chosen[0].images)
            yield from (row for grader in chosen for row in grader.rows(disc, drawn, moved))


def _regions(disc: Row, exported: "_Exported", images: Images) -> tuple[Roi, list[tuple[Move, Roi]]]:
    """Return a disc's region as drawn, and the moved ones."""
    image = disc["sop_instance_uid"], disc["frame"]
    box = Box(disc["x"], disc["y"], disc["width"], disc["height"])
    shown = exported.slice(*image)
    beside = neighbours(exported.stacks(disc["study_uid"]), image)
    slices = [(move, extract(exported.slice(one.instance, one.frame), box, images.region)) for move, one in beside]
    return extract(shown, box, images.region), [*moved_boxes(shown, box, images.region), *slices]


class _Exported:
    """The exported images of a shard.

    Args:
        rows: `export.INSTANCES`.
        folder: Folder of the exported files.
    """

    def __init__(self, rows: Iterable[Row], folder: Path) -> None:
        self._rows = {row["sop_instance_uid"]: row for row in rows}
        self._folder = folder
        self.slice = lru_cache(_SLICES_KEPT)(self._slice)
        self.stacks = lru_cache(1)(self._stacks)

    @cached_property
    def _by_study(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._rows.values():
            found.setdefault(row["study_uid"], []).append(row["path"])
        return found

    def _slice(self, instance: str, frame: int) -> Slice:
        row = self._rows[instance]
        return exported_slice(self._folder / row["path"], row["digest"], frame)

    def _stacks(self, study: str) -> list[Stack]:
        """Return the stacks of a study, by the headers of its exported files."""
        found = []
        for path in self._by_study[study]:
            header = pydicom.dcmread(self._folder / path, stop_before_pixels=True, specific_tags=list(frames.TAGS))
            found += frames.frames(header, path)
        return stacks(found)


class _Grader:
    """The networks of one run at work.

    Args:
        run: The run.
        networks: Its ONNX files.
        images: How a region becomes their input.
        views: What they see of a region.
        cuts: Cuts of the runs that decode by them.
    """

    def __init__(
        self, run: Regraded, networks: Sequence[Path], images: Images, views: Sequence[Transform], cuts: Cuts
    ) -> None:
        self.images, self.split = images, run.plan.run.split
        self._plan, self._views, self._cuts = run.plan, views, cuts.get(run.plan.run)
        self._sessions = [start_session(path.read_bytes()) for path in networks]

    def rows(self, disc: Row, drawn: Roi, moved: Sequence[tuple[Move, Roi]]) -> Iterator[dict[str, Any]]:
        """Yield a row of `MOVED` for each moved region of a disc."""
        of_run = self._plan.run.wildcards | {name: disc[name] for name in ("disc", "patient")}
        before = self._grade(drawn, disc["level"])
        for move, roi in moved:
            after = self._grade(roi, disc["level"])
            yield of_run | {"move": move, "scale": self._plan.scale, "before": before, "after": after}

    def _grade(self, roi: Roi, level: str) -> float:
        seen = [sample(roi.pixels, self.images.resolution, view, self.images.border) for view in self._views]
        outputs = [_outputs(session, normalise(np.stack(seen)), level) for session in self._sessions]
        mean = np.asarray(outputs, np.float64).mean(axis=(0, 1))
        return float(decode(np.asarray(mean)[None], self._plan.scale, self._plan.decoding, self._cuts)[0])


def _outputs(session: onnxruntime.InferenceSession, images: NDArray[np.float32], level: str) -> NDArray[np.float32]:
    """Return what a network says of views (V, R, R, 1), of shape (V, K), each alone as in `members`."""
    takes_level = any(given.name == "level" for given in session.get_inputs())
    levels = {"level": one_hot_levels([level])} if takes_level else {}
    return np.concatenate([session.run(["outputs"], {"image": image[None]} | levels)[0] for image in images])
