"""`discgrade regions`: the boxes of discs from masks that were made elsewhere."""

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from discgrade.imaging.masks.folders import Folders, regions_of
from discgrade.imaging.masks.labels import NAMES
from discgrade.imaging.masks.studies import LeftOut, MaskRegion
from discgrade.private import harmless
from discgrade.records import replacing

COLUMNS = ("patient_id", "sop_instance_uid", "frame", "level", "x", "y", "width", "height", "flags", "file")
"""Columns of the sheet; `discgrade grade --regions` reads all but the last two."""

_DESCRIPTION = f"""Write the regions of discs from masks that were made elsewhere.

SCANS is a folder of DICOM files or of volumes (.nii, .nii.gz, .mha, .nrrd; BIDS names are understood). MASKS is a
folder of label maps that are called as their volumes, or that and more, as their DICOM series' UID or as their patient;
or of DICOM segmentations. The labels are those of {", ".join(NAMES)}, or of your own table (--labels TABLE.csv with the
columns value, structure and name). Of each study the sagittal T2-weighted series with masks is taken. The box of a disc
holds the disc, 30 % of both vertebrae and some of the canal, on the slice through the canal's middle.

Exit code: 0, a T2-weighted series of every study was used; 3, something was wrong with some, and left_out.csv next to
the sheet says what; 1, nothing could be used."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = _DESCRIPTION
    parser.add_argument("scans", type=Path, metavar="SCANS", help="folder of DICOM files or volumes")
    parser.add_argument("--masks", type=Path, required=True, metavar="MASKS", help="folder of their masks")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="sheet to write (.csv)")
    parser.add_argument("--labels", metavar="TABLE", help="table of labels: a name from above, or a sheet (.csv)")
    parser.add_argument("--processes", type=int, metavar="N", help="processes at work (default: one for each core)")
    parser.add_argument("--follow-links", action="store_true", help="read what links out of the folders lead to, too")


def run(given: argparse.Namespace) -> int:
    """Write the sheet and say what became of the series."""
    regions, left = list[MaskRegion](), list[LeftOut]()
    folders = Folders(given.scans, given.masks, given.labels, given.follow_links)
    for study in regions_of(folders, given.processes):
        regions += study.regions
        left += study.left_out
    if not regions:
        print(f"regions: no mask could be used: {_counted(left) or 'there are no images'}", file=sys.stderr)
        return 1
    _write(given.out, COLUMNS, (_row(one) for one in regions))
    beside = given.out.with_name(f"{given.out.stem}.left_out.csv")
    _write(beside, ("file", "reason"), ((one.path, one.reason) for one in left))
    flagged = sum(bool(one.flags) for one in regions)
    images = len({one.path for one in regions})
    print(f"{len(regions)} discs of {images} images: {given.out}; {flagged} of them look implausible (column flags)")
    if left:
        print(f"{len(left)} series left out: {_counted(left)}: {beside}")
    return 3 if any(one.fault for one in left) else 0


def _counted(left: Iterable[LeftOut]) -> str:
    return "; ".join(f"{count} x {reason}" for reason, count in Counter(one.reason for one in left).most_common(6))


def _row(one: MaskRegion) -> tuple[object, ...]:
    box = one.box
    place = (one.patient_id, one.sop_instance_uid, one.frame, one.level, box.x, box.y, box.width, box.height)
    return (*place, "; ".join(one.flags), one.path)


def _write(path: Path, names: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a table, readable by its owner only: Patient IDs and names of files may identify people."""
    with replacing(path) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(map(harmless, rows))
