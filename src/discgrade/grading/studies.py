"""From the files of a study and the regions of a sheet to the regions of interest that can be graded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pydicom.dataset import FileDataset

from discgrade.grades import LEVELS
from discgrade.grading.discs import Place, SeriesChoice, Source, Sources
from discgrade.grading.grader import Grader
from discgrade.grading.regions import Region
from discgrade.grading.scans import Scanned
from discgrade.grading.series import Readable, readable
from discgrade.imaging.header import normalised
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.scans.headers import File
from discgrade.imaging.scans.slices import BrokenSliceError, decode, open_image
from discgrade.imaging.stacks import Stack, stacks

NOT_NAMED = "the sheet of regions names no image of this study"
AMBIGUOUS = (
    "its Study Instance UID stands for several patients or several days, so that nobody can tell whose it is; "
    "separate them, or give the study another UID"
)


@dataclass(frozen=True, eq=False)
class Cut:
    """A region that can be graded.

    Attributes:
        place: Which disc, and where.
        roi: Its pixels.
        file: Header of its file.
    """

    place: Place
    roi: Roi
    file: File


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study that is ready to be graded, or why it is not.

    Attributes:
        patient_id: Patient ID.
        study_uid: Study Instance UID.
        study_date: YYYY-MM-DD; None if unknown.
        identified: Whether its files may carry the patient's identity.
        series: Its series, and which may be read.
        stacks: The same as slices put together.
        cuts: Its regions, from head to feet.
        sources: The slices that they lie on.
        left_out: What was left out, one sentence each.
        skipped: Why nothing is graded; None if something is.
    """

    patient_id: str
    study_uid: str
    study_date: str | None
    identified: bool
    series: tuple[SeriesChoice, ...] = ()
    stacks: tuple[Stack, ...] = ()
    cuts: tuple[Cut, ...] = ()
    sources: Sources = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    skipped: str | None = None


def prepare(scanned: Scanned, regions: Sequence[Region], folder: Path, grader: Grader, rule: str = "") -> Prepared:
    """Find, read and cut out what can be graded of a study.

    Args:
        scanned: Its files.
        regions: Rows of the sheet that name its images.
        folder: Folder of scans.
        grader: The bundle that it is for.
        rule: Series to take, as the command was told; empty: decided by the header.
    """
    files = scanned.files()
    dates = sorted({file.study_date for file in files if file.study_date})
    study = Prepared(
        scanned.patient_id,
        scanned.uid,
        _day(dates[0]) if dates else None,
        not all(file.identity_removed for file in files) or not files,
    )
    if not files:
        return replace(study, skipped=f"{scanned.broken} files of a folder cannot be read, and nothing else is there")
    if scanned.ambiguous:
        return replace(study, skipped=AMBIGUOUS)
    frames = [one for file in files for one in file.frames if one.instance not in scanned.shared]
    found = tuple(stacks(frames))
    read = readable(found, rule)
    study = replace(study, stacks=found, series=_series(found, read, files), left_out=tuple(_broken(scanned)))
    if read.problem:
        return replace(study, skipped=read.problem)
    if not regions:
        return replace(study, skipped=NOT_NAMED)
    return _cut(study, _Desk(scanned, files, found, read, folder, grader), regions)


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 and date.isdecimal() else date


def _series(found: Sequence[Stack], read: Readable, files: Sequence[File]) -> tuple[SeriesChoice, ...]:
    described = {one.instance: file.description for file in files for one in file.frames}
    return tuple(
        SeriesChoice(
            uid=one.first.series,
            number=one.first.series_number,
            slices=len(one.slices),
            chosen=number == read.chosen,
            reason=read.reasons[number],
            description=described[one.first.instance],
        )
        for number, one in enumerate(found)
    )


def _broken(scanned: Scanned) -> Iterator[str]:
    if scanned.broken:
        yield f"{scanned.broken} files of its folder cannot be read"
    if scanned.shared:
        yield f"{len(scanned.shared)} SOP Instance UIDs stand for several different images, which are left out"


class _OutError(ValueError):
    """A region that cannot be graded; the message completes "row 3 of the sheet: ..."."""


@dataclass
class _Desk:
    """Opens each image of a study once."""

    scanned: Scanned
    files: Sequence[File]
    stacks: Sequence[Stack]
    read: Readable
    folder: Path
    grader: Grader
    sources: dict[tuple[str, int], Source] = field(default_factory=dict)
    _open: dict[str, FileDataset] = field(default_factory=dict)

    @cached_property
    def _file(self) -> dict[str, File]:
        return {one.instance: file for file in self.files for one in file.frames}

    @cached_property
    def _places(self) -> dict[tuple[str, int], int]:
        return {(one.instance, one.frame): number for number, some in enumerate(self.stacks) for one in some.slices}

    def cut(self, region: Region) -> Cut:
        """Cut a region out of its slice.

        Raises:
            _OutError: if it cannot be.
        """
        number = self._stack(region)
        assert region.box is not None
        stack, image = self.stacks[number], (region.sop_instance_uid, region.frame)
        try:
            roi = extract(self._source(image).slice, region.box, self.grader.facts.preprocessing.region)
        except ValueError as error:
            raise _OutError(f"its box lies outside the image: {error}") from None
        place = Place(
            self.scanned.patient_id, self.scanned.uid, stack.first.series, *image, region.level, region.box, "drawn"
        )
        return Cut(place, roi, self._file[region.sop_instance_uid])

    def opened(self) -> Iterator[FileDataset]:
        """Yield the open files that still hold their pixels, which nobody needs once they are decoded."""
        return (dataset for dataset in self._open.values() if "PixelData" in dataset)

    def _stack(self, region: Region) -> int:
        """Return the number of the stack that a region lies on, once nothing speaks against it."""
        if region.fault:
            raise _OutError(region.fault)
        if self.grader.takes_level and region.level not in LEVELS:
            raise _OutError(f"the networks take the level of a disc, and know {', '.join(LEVELS)} alone")
        if region.sop_instance_uid in self.scanned.shared:
            raise _OutError("its SOP Instance UID stands for several different images")
        if normalised(region.patient_id) != normalised(self.scanned.patient_id):
            raise _OutError("its patient is not the one that the image's header names")
        number = self._places.get((region.sop_instance_uid, region.frame))
        if number is None:
            raise _OutError(f"its image has no frame {region.frame}")
        if number not in self.read.allowed:
            raise _OutError(
                f"it lies on series {self.stacks[number].first.series_number}, which is not read: "
                f"{self.read.reasons[number]}"
            )
        return number

    def _source(self, image: tuple[str, int]) -> Source:
        if image not in self.sources:
            self.sources[image] = self._decoded(*image)
        return self.sources[image]

    def _decoded(self, instance: str, frame: int) -> Source:
        try:
            if instance not in self._open:
                self._open[instance] = open_image(self.folder / self._file[instance].path)
            dataset = self._open[instance]
            return Source(dataset, decode(dataset, frame))
        except BrokenSliceError as error:
            raise _OutError(f"its image cannot be graded: {error}") from None


def _cut(study: Prepared, desk: _Desk, regions: Sequence[Region]) -> Prepared:
    cuts, left_out = [], list(study.left_out)
    ordered = sorted(regions, key=lambda one: one.rows)
    twice = _twice(ordered)
    for region in ordered:
        if region.level in twice:
            continue
        try:
            cuts.append(desk.cut(region))
        except _OutError as error:
            left_out.append(f"{region.said} ({region.level}) is left out: {error}")
    for level, rows in twice.items():
        left_out.append(
            f"{level} is left out: rows {', '.join(map(str, rows))} of the sheet give it different regions. Keep one"
        )
    for dataset in desk.opened():
        del dataset.PixelData
    cuts.sort(key=lambda one: _height(one.place.level))
    if not cuts:
        return replace(study, left_out=(), skipped="; ".join(left_out))
    return replace(study, cuts=tuple(cuts), sources=desk.sources, left_out=tuple(left_out))


def _twice(regions: Sequence[Region]) -> dict[str, list[int]]:
    """Return the levels that have several regions, with their rows."""
    by_level: dict[str, list[Region]] = defaultdict(list)
    for one in regions:
        by_level[one.level].append(one)
    return {
        level: sorted(row for one in some for row in one.rows)
        for level, some in by_level.items()
        if len(some) > 1 and not all(one.fault for one in some)
    }


def _height(level: str) -> tuple[int, str]:
    return (LEVELS.index(level) if level in LEVELS else -1), level
