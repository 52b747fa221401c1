"""The boxes of the discs of a study, from the masks of the series that is read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from discgrade.imaging.box import Box
from discgrade.imaging.masks.discs import find_discs
from discgrade.imaging.masks.pairing import MaskFiles
from discgrade.imaging.masks.reading import read_mask
from discgrade.imaging.scans.headers import File
from discgrade.imaging.series import choose, objection
from discgrade.imaging.stacks import Stack, stacks
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import is_volume, read_planes
from discgrade.imaging.volumes.planes import difference, planes_of

THICK_MM = 2.0
"""Distance of slices from which on a stack is a two-dimensional one, as discs are read on."""
NO_MASK = "no mask is named after it"
THREE_DIMENSIONAL = "three-dimensional, and a two-dimensional T2 is there as well"


@dataclass(frozen=True)
class MaskRegion:
    """One disc's region.

    Attributes:
        patient_id: Patient ID.
        sop_instance_uid: SOP Instance UID of the image that shows its middle.
        frame: Frame of a multi-frame image, from 1.
        level: For example L4/L5.
        box: On the slice as it is stored.
        flags: What looks implausible, in words.
        path: The file that holds the slice, relative to the folder of scans.
    """

    patient_id: str
    sop_instance_uid: str
    frame: int
    level: str
    box: Box
    flags: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class LeftOut:
    """A series that gives no regions, and why.

    Attributes:
        path: A file of it, relative to the folder of scans.
        reason: In words, without a name.
        fault: Whether something is wrong with it; a T1 series, or a second T2, is merely not read.
        patient_id: Patient ID; empty if it cannot be read.
        instance: SOP Instance UID of its first slice; empty if it cannot be read.
    """

    path: str
    reason: str
    fault: bool = False
    patient_id: str = ""
    instance: str = ""


@dataclass(frozen=True)
class Masked:
    """What the masks of a study gave.

    Attributes:
        regions: From head to feet; none where no series gives any.
        chosen: The stack that they lie on.
        left_out: Its other series, and why.
    """

    regions: tuple[MaskRegion, ...] = ()
    chosen: Stack | None = None
    left_out: tuple[LeftOut, ...] = ()


def masked(files: Sequence[File], scans: Path, masks: MaskFiles, labels: str | None = None) -> Masked:
    """Return the regions of a study.

    Of the series that are sagittal and T2-weighted by their headers and names, that one is read that `choose` takes
    among those with masks, two-dimensional ones before others. Where its masks cannot be used the next one is tried.

    Args:
        files: The images of a study.
        scans: Folder that their paths are relative to.
        masks: Masks that may be theirs.
        labels: Table of labels (`masks.labels.read_table`); None: the one that fits.
    """
    own = {one.instance: file for file in files for one in file.frames}
    left, waiting = list[LeftOut](_broken(files, scans)), list[Stack]()
    for stack in stacks([one for file in files for one in file.frames]):
        path = stack.first.path
        if against := objection(stack):
            left.append(LeftOut(path, against))
        elif not masks.of(stack, own[stack.first.instance]):
            left.append(_unusable(stack, own, NO_MASK))
        else:
            waiting.append(stack)
    flat = [one for one in waiting if (one.gap or 0.0) >= THICK_MM]
    while waiting:
        among = flat or waiting
        stack = among[choose(among).number or 0]
        try:
            regions = _regions(stack, own[stack.first.instance], scans, masks, labels)
        except VolumeError as error:
            left.append(_unusable(stack, own, str(error)))
            waiting.remove(stack)
            flat = [one for one in flat if one is not stack]
            continue
        left += [LeftOut(one.first.path, _second(one, bool(flat))) for one in waiting if one is not stack]
        return Masked(regions, stack, tuple(left))
    return Masked(left_out=tuple(left))


def _unusable(stack: Stack, own: Mapping[str, File], reason: str) -> LeftOut:
    first = stack.first
    return LeftOut(first.path, reason, True, own[first.instance].patient_id, first.instance)


def _second(stack: Stack, flat: bool) -> str:
    return THREE_DIMENSIONAL if flat and (stack.gap or 0.0) < THICK_MM else "another T2 of the study is read"


def _broken(files: Sequence[File], scans: Path) -> Iterator[LeftOut]:
    for file in files:
        if file.broken:
            yield LeftOut(file.path, why_broken(scans / file.path), fault=True)


def why_broken(path: Path) -> str:
    """Return why a file gave no header."""
    if is_volume(path.name):
        try:
            read_planes(path)
        except VolumeError as error:
            return str(error)
    return "it cannot be read: it is damaged"


def _regions(stack: Stack, file: File, scans: Path, masks: MaskFiles, labels: str | None) -> tuple[MaskRegion, ...]:
    image = read_planes(scans / file.path) if is_volume(file.path) else planes_of(stack)
    mask = read_mask(masks.of(stack, file), labels)
    if problem := difference(image, mask.planes):
        raise VolumeError(problem)
    found = []
    for disc in find_discs(mask):
        shown = stack.slices[disc.number]
        box = stack.turn.back(disc.box, shown.rows, shown.columns)
        one = MaskRegion(file.patient_id, shown.instance, shown.frame, disc.level, box, disc.flags, shown.path)
        found.append(replace(one, box=rounded(box)))
    return tuple(found)


def rounded(box: Box) -> Box:
    """Return a box in hundredths of a pixel."""
    return Box(*(round(one, 2) for one in (box.x, box.y, box.width, box.height)))
