"""The regions of all studies of a folder from the masks of another, several studies at a time."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from discgrade.host import die_with_parent
from discgrade.imaging.header import LEFT_OUT, Stamp
from discgrade.imaging.masks.labels import read_table
from discgrade.imaging.masks.pairing import MaskFiles, find_masks
from discgrade.imaging.masks.studies import LeftOut, Masked, masked
from discgrade.imaging.scans.headers import File, read, unpacked
from discgrade.imaging.scans.studies import by_study
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import grey_range, is_volume, read_volume
from discgrade.imaging.walking import walk
from discgrade.private import RefusedError

_MOST_PROCESSES = 8


@dataclass(frozen=True)
class Folders:
    """Where images and masks lie.

    Attributes:
        scans: Folder of images: DICOM or volumes.
        masks: Folder of masks; it may lie in that of the images.
        labels: Table of labels; None: for each mask the one that fits.
        follow_links: Whether links that lead out of the folders are followed.
    """

    scans: Path
    masks: Path
    labels: str | None = None
    follow_links: bool = False


def regions_of(folders: Folders, processes: int | None = None) -> Iterator[Masked]:
    """Yield what the masks of each study give, study by study in a fixed order.

    Raises:
        RefusedError: if a folder is missing or empty.
        ValueError: if the table of labels is wrong.
    """
    if folders.labels is not None:
        read_table(folders.labels)
    paths = _paths(folders.masks, folders.follow_links, "masks")
    masks = find_masks(folders.masks, paths, folders.scans)
    studies = list(by_study(_headers(folders, processes)).values())
    work = partial(_one, folders, masks)
    count = min(processes or len(os.sched_getaffinity(0)), _MOST_PROCESSES, len(studies))
    if count <= 1:
        yield from map(work, studies)
        return
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=die_with_parent) as pool:
        yield from pool.map(work, studies)


def _one(folders: Folders, masks: MaskFiles, files: Sequence[File]) -> Masked:
    return _whole(masked(files, folders.scans, masks, folders.labels), folders.scans)


def _whole(found: Masked, scans: Path) -> Masked:
    """Leave out a volume whose voxels cannot be read or show nothing: boxes come from mask and header alone."""
    if found.chosen is None or not is_volume(found.chosen.first.path):
        return found
    try:
        grey_range(read_volume(scans / found.chosen.first.path).voxels)
    except VolumeError as error:
        first = found.chosen.first
        patient = found.regions[0].patient_id if found.regions else ""
        broken = LeftOut(first.path, str(error), fault=True, patient_id=patient, instance=first.instance)
        return Masked(left_out=(*found.left_out, broken))
    return found


def _headers(folders: Folders, processes: int | None) -> list[File]:
    if not folders.scans.is_dir():
        raise RefusedError(f"{folders.scans} should be the folder of the scans. There is no such folder")
    stamps = [one for one in sorted(walk(folders.scans, folders.follow_links)) if one.size != LEFT_OUT]
    own = without(stamps, folders.scans, folders.masks)
    found = (unpacked(stamp.path, text) for stamp, text in read(folders.scans, own, processes))
    return [one for one in found if one is not None]


def without(stamps: Sequence[Stamp], scans: Path, masks: Path) -> list[Stamp]:
    """Return the files of a folder of scans but for those of a folder of masks inside it."""
    root, place = scans.resolve(), masks.resolve()
    if place == root or not place.is_relative_to(root):
        return list(stamps)
    inside = f"{place.relative_to(root)}{os.sep}"
    return [one for one in stamps if not one.path.startswith(inside)]


def _paths(folder: Path, follow_links: bool, what: str) -> list[str]:
    found = [one.path for one in walk(folder, follow_links) if one.size != LEFT_OUT] if folder.is_dir() else []
    if not found:
        raise RefusedError(f"The folder of {what} is missing or empty: {folder}")
    return found
