"""`discgrade grade`: the discs of new scans, graded with what a study learned."""

import argparse
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.counting import counted
from discgrade.host import collect_rarely
from discgrade.private import RefusedError

if TYPE_CHECKING:
    from discgrade.grading.running.whole import Tally
    from discgrade.grading.running.workers import Workers

_DESCRIPTION = """Grade the discs of new scans.

SCANS is a folder of DICOM files in any layout, as they are or exported, or of volumes (.nii, .nii.gz, .mha, .nrrd).
BUNDLE is the folder or zip file that a study made. A sheet of regions (.csv, .xlsx or .parquet) has a row for each
disc: patient_id, sop_instance_uid, level, x, y, width, height in pixels of the stored slice, and frame where an image
has several; other columns are ignored. Or regions come from masks, as `discgrade regions` makes them. Without either,
the locator of the bundle chooses the slice of each study and finds its discs. OUT receives tables, pages and DICOM,
whole or not at all. For research use only: no medical device.

Exit code: 0, all was graded; 3, something was skipped, and OUT/studies.csv says why; 1, nothing could be graded."""
_NO_LOCATOR = (
    "The regions of the discs are missing: give them with --regions SHEET. A locator in the bundle would find them, "
    "and this bundle holds none"
)
_TWO_SOURCES = "Regions come from a sheet (--regions) or from masks (--masks). Give one of the two"
_LEFT_OUT = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = _DESCRIPTION
    parser.add_argument("scans", type=Path, metavar="SCANS", help="folder of DICOM files or volumes")
    parser.add_argument("--bundle", type=Path, required=True, help="what a study learned: a folder or a zip file")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; an earlier output is replaced")
    parser.add_argument(
        "--regions", type=Path, metavar="SHEET", help="where the discs lie, a row for each; default: found"
    )
    add_reading(parser, "SHEET")
    parser.add_argument(
        "--masks", type=Path, metavar="DIR", help="where the discs lie, as masks: see discgrade regions"
    )
    parser.add_argument(
        "--labels", metavar="TABLE", help="what the labels of the masks stand for (default: told by them)"
    )
    parser.add_argument("--series", default="", metavar="RULE", help="series to read: number, UID or words of its name")
    parser.add_argument("--processes", type=_number, metavar="N", help="processes at work (default: as many as useful)")
    parser.add_argument("--follow-links", action="store_true", help="read what links out of SCANS lead to, too")
    parser.add_argument("--jitter", action="store_true", help="grade again with moved boxes: how stable are grades?")
    parser.add_argument("--saliency", action="store_true", help="show on the pages what each grade rests on")
    parser.add_argument("--no-pages", action="store_true", help="write no pages (HTML, PDF)")
    parser.add_argument("--no-sr", action="store_true", help="write no DICOM (structured report, overlay)")


def add_reading(parser: argparse.ArgumentParser, sheet: str) -> None:
    """Declare which reading of a sheet to take."""
    parser.add_argument("--rater", default="", metavar="NAME", help=f"take the rows of this rater of {sheet} alone")
    parser.add_argument(
        "--reading", type=_number, metavar="N", help=f"take a rater's first (1) or a later reading of {sheet} alone"
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"should be a whole number from 1. Received: {text}")
    return int(text)


def run(given: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    collect_rarely()
    try:
        return _run(given)
    except ValueError as error:
        message = str(error)
    except BrokenProcessPool:
        message = "A process was ended from outside, mostly for lack of memory. Try fewer: --processes 1"
    print(f"grade: {message}", file=sys.stderr)
    return 1


def _run(given: argparse.Namespace) -> int:
    from discgrade.grading.outputs.folder import check_apart, check_destination  # noqa: PLC0415 - not for `--help`
    from discgrade.grading.running.workers import Workers, be_quiet, how_many  # noqa: PLC0415

    be_quiet()
    _check(given)
    check_apart(given.scans, given.out)
    check_destination(given.out)
    with Workers(how_many(given.processes, given.scans, given.follow_links)) as workers:
        return _graded(given, workers)


def _graded(given: argparse.Namespace, workers: "Workers") -> int:
    """Grade the scans while other processes start, and return the exit code."""
    from discgrade.grading.inputs.reading import Reading  # noqa: PLC0415
    from discgrade.grading.inputs.regions import read_regions  # noqa: PLC0415
    from discgrade.grading.outputs.folder import replacing_folder  # noqa: PLC0415
    from discgrade.grading.running import studies, whole  # noqa: PLC0415
    from discgrade.grading.running.work import Order, opened  # noqa: PLC0415

    bundle = opened(given.bundle)
    if given.regions is None and given.masks is None and bundle.facts.locator is None:
        raise RefusedError(_NO_LOCATOR)
    regions = None if given.regions is None else read_regions(given.regions, Reading(given.rater, given.reading))
    stamps = studies.files_of(given.scans, given.follow_links)
    if given.masks is not None:
        from discgrade.grading.inputs.masked import masked_regions  # noqa: PLC0415 - most runs need none of it
        from discgrade.imaging.masks.folders import Folders, without  # noqa: PLC0415

        folders = Folders(given.scans, given.masks, given.labels, given.follow_links)
        regions = masked_regions(folders, given.processes)
        stamps = without(stamps, given.scans, given.masks)
    umask = os.umask(0o077)
    os.umask(umask)
    with replacing_folder(given.out) as folder:
        order = Order(given.scans, given.bundle, folder, given.series, _wanted(given), given.jitter, given.saliency)
        with whole.indexed(folder / whole.INDEX, given.scans, stamps, workers) as index:
            whole.check_identity(index.identified, given.out)
            stability = whole.grade_into(order, index, regions, workers)
        tally = whole.finish(folder, bundle, umask, workers)
    for sentence in (*_said(tally, given.out), *stability.said()):
        print(sentence)
    return 1 if not tally.discs else _LEFT_OUT if tally.skipped or tally.in_part else 0


def _check(given: argparse.Namespace) -> None:
    """Check what does not need the scans.

    Raises:
        RefusedError: if regions are given twice, or there is no folder of scans.
    """
    if given.masks is not None and given.regions is not None:
        raise RefusedError(_TWO_SOURCES)
    if given.regions is None and (given.rater or given.reading):
        raise RefusedError("--rater and --reading say which rows of a sheet to take. Give the sheet with --regions")
    if not given.scans.is_dir():
        raise RefusedError(f"{given.scans} should be the folder of the scans. There is no such folder")


def _wanted(given: argparse.Namespace) -> tuple[str, ...]:
    pages = () if given.no_pages else ("page", "pdf")
    return pages if given.no_sr else (*pages, "report", "overlay")


def _said(tally: "Tally", out: Path) -> list[str]:
    """Return what became of the scans, without a word that identifies anybody."""
    graded = f"{counted(tally.discs, 'disc')} of {counted(tally.graded, 'study')} graded"
    said = [f"{graded}, {tally.flagged} of them for somebody to look at"]
    if tally.skipped or tally.in_part:
        said.append(
            f"{counted(tally.skipped, 'study')} skipped, of {tally.in_part} a part left out: "
            f"{out / 'studies.csv'} says why"
        )
    if tally.noted:
        said.append(
            f"{counted(tally.noted, 'study')} may be somebody else's than their Patient ID says, "
            f"by name, date of birth or sex: {out / 'studies.csv'}"
        )
    if tally.identified:
        said.append(f"The scans may identify patients, and so does {out}: only you may read it")
    else:
        said.append(f"The scans say that identity was removed from them; {out} holds no more than they do")
    return said
