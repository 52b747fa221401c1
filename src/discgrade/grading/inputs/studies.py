"""From the files of a study and the regions of a sheet to the regions of interest that can be graded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from discgrade.counting import counted
from discgrade.grades import LEVELS
from discgrade.grading.discs import Flag, SeriesChoice, Sources
from discgrade.grading.inputs.cutting import Cut, Desk, OutError
from discgrade.grading.inputs.finding import find
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.regions import left_out as told_out
from discgrade.grading.inputs.scans import Scanned
from discgrade.grading.inputs.series import Readable, readable
from discgrade.grading.judging.flags import out_of_order
from discgrade.grading.judging.grader import Grader
from discgrade.imaging.scans.headers import File
from discgrade.imaging.scans.people import differences
from discgrade.imaging.stacks import Stack, stacks
from discgrade.imaging.upright import upright

NOT_NAMED = "the sheet of regions names no image of this study"
_ASTRAY = Flag(
    "order", "the discs of this slice do not lie below one another as their levels say: levels or numbers are mixed up"
)
_NONE_ALONE = "no image has a SOP Instance UID that is its own, so that nobody can tell which is meant"
_SEVERAL = (
    "its files give several {told} under one Patient ID and Study Instance UID, so that nobody can tell whose it is; "
    "correct the headers, or separate the files"
)
_PLURALS = {"name": "names", "date of birth": "dates of birth", "sex": "sexes"}
_NAMES = "its files give several names of the patient: find out whether all are about one person"
AMBIGUOUS = (
    "its Study Instance UID stands for several patients or several days, so that nobody can tell whose it is; "
    "separate them, or give the study another UID"
)


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
        notes: What else somebody should know, one sentence each.
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
    notes: tuple[str, ...] = ()
    skipped: str | None = None


def prepare(
    scanned: Scanned, regions: Sequence[Region] | None, folder: Path, grader: Grader, rule: str = ""
) -> Prepared:
    """Find, read and cut out what can be graded of a study.

    Args:
        scanned: Its files.
        regions: Rows of the sheet that name its images; None: the locator of the bundle finds the discs.
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
    several = differences(file.person for file in files)
    frames = [one for file in files for one in file.frames if one.instance not in scanned.shared]
    problem = _problem(scanned, len(files), several, len(frames))
    if problem:
        return replace(study, skipped=problem)
    study = replace(study, notes=(_NAMES,) if several else ())
    found = tuple(stacks(frames))
    read = readable(found, rule)
    study = replace(study, stacks=found, series=_series(found, read, files), left_out=tuple(_broken(scanned)))
    if read.problem:
        return replace(study, skipped=read.problem)
    desk = Desk(scanned, files, found, read, folder, grader)
    if regions is None:
        return _found(study, desk)
    return _cut(study, desk, regions) if regions else replace(study, skipped=NOT_NAMED)


def _problem(scanned: Scanned, files: int, several: Sequence[str], frames: int) -> str:
    """Return why nothing of a study can be graded, whatever its regions are; empty if something can."""
    if not files:
        return f"{counted(scanned.broken, 'file')} of a folder cannot be read, and nothing else is there"
    if scanned.ambiguous:
        return AMBIGUOUS
    if {"date of birth", "sex"}.intersection(several):
        return _SEVERAL.format(told=" and ".join(_PLURALS[one] for one in several))
    return "" if frames else _NONE_ALONE


def _found(study: Prepared, desk: Desk) -> Prepared:
    """Find the discs of a study, and say which series and slice they lie on."""
    found = find(desk)
    reasons = dict(found.reasons)
    series = tuple(
        replace(
            one,
            chosen=number == found.series,
            slice=found.slice if number == found.series else reasons.get(number, ""),
        )
        for number, one in enumerate(study.series)
    )
    study = replace(study, series=series, left_out=(*study.left_out, *found.left_out))
    _forget(desk)
    if found.cuts:
        return replace(study, cuts=found.cuts, sources=desk.sources)
    told = [f"series {_number(study.series[number])}: {reason}" for number, reason in found.reasons]
    why = [*(told if found.series is None else ()), *study.left_out]
    return replace(study, left_out=(), skipped="; ".join(why))


def _number(series: SeriesChoice) -> str:
    return "?" if series.number is None else str(series.number)


def _forget(desk: Desk) -> None:
    """Let go of pixels that nobody needs once they are decoded."""
    for dataset in desk.opened():
        del dataset.PixelData


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
        yield f"{counted(scanned.broken, 'file')} of its folder cannot be read"
    if scanned.shared:
        yield f"{len(scanned.shared)} SOP Instance UIDs stand for several different images, which are left out"


def _cut(study: Prepared, desk: Desk, regions: Sequence[Region]) -> Prepared:
    cuts, left_out = [], list(study.left_out)
    out: dict[str, list[Region]] = defaultdict(list)
    ordered = sorted(regions, key=lambda one: one.rows)
    twice = _twice(ordered)
    for region in ordered:
        if region.level in twice:
            continue
        try:
            cuts.append(desk.cut(region))
        except OutError as error:
            out[str(error)].append(region)
    left_out += (told_out(some, why) for why, some in out.items())
    for level, rows in twice.items():
        left_out.append(
            f"{level} is left out: rows {', '.join(map(str, rows))} of the sheet give it different regions. Keep one, "
            "or one reading: --rater, --reading"
        )
    _forget(desk)
    cuts.sort(key=lambda one: _height(one.place.level))
    if not cuts:
        return replace(study, left_out=(), skipped="; ".join(left_out))
    read_on = {desk.stack_of(cut.place.image) for cut in cuts}
    series = tuple(replace(one, chosen=number in read_on) for number, one in enumerate(study.series))
    cuts = list(_checked(cuts, desk.sources))
    return replace(study, series=series, cuts=tuple(cuts), sources=desk.sources, left_out=tuple(left_out))


def _checked(cuts: Sequence[Cut], sources: Sources) -> Iterator[Cut]:
    """Yield regions; those of a slice that do not lie below one another as their levels say are flagged."""
    astray: set[int] = set()
    for image, source in sources.items():
        turn, shape = upright(source.slice.orientation), source.slice.pixels.shape
        numbers = [number for number, cut in enumerate(cuts) if cut.place.image == image]
        boxes = [turn.box(cuts[number].place.box, *shape) for number in numbers]
        heights = [box.y + box.height / 2 for box in boxes]
        astray |= {numbers[one] for one in out_of_order([cuts[number].place.level for number in numbers], heights)}
    for number, cut in enumerate(cuts):
        yield replace(cut, flags=(*cut.flags, _ASTRAY)) if number in astray else cut


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
