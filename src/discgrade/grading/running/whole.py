"""A folder of scans graded as a whole, or a part of its patients: what the command and the workflow's rules do."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

from discgrade import __version__
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.bundle.opening import Bundle
from discgrade.grading.inputs.scans import Index
from discgrade.grading.outputs.folder import MADE_BY, MARK, open_to_others
from discgrade.grading.outputs.pages.places import FOLDERS
from discgrade.grading.outputs.stream import read_studies, streaming
from discgrade.grading.outputs.tables import TABLES, write_table
from discgrade.grading.outputs.writing import write_index
from discgrade.grading.running.studies import Regions, fill, grade_all
from discgrade.grading.running.work import Order
from discgrade.grading.running.workers import Workers
from discgrade.grading.stability.jitter import Stability, moves_table
from discgrade.imaging.header import Stamp
from discgrade.private import RefusedError

INDEX = "scans.sqlite"
_PAGE = "index.html"


@dataclass(frozen=True)
class Tally:
    """What became of a folder of scans.

    Attributes:
        studies: Number of studies.
        graded: Studies with a graded disc.
        skipped: Studies without one.
        in_part: Studies of which something was left out.
        noted: Studies that may be somebody else's than their Patient ID says.
        discs: Graded discs.
        flagged: Discs that somebody should look at.
        kinds: Number of discs for each kind of flag.
        identified: Whether a file may carry a patient's identity.
    """

    studies: int
    graded: int
    skipped: int
    in_part: int
    noted: int
    discs: int
    flagged: int
    kinds: Mapping[str, int]
    identified: bool


@contextmanager
def indexed(path: Path, scans: Path, stamps: Sequence[Stamp], workers: Workers) -> Iterator[Index]:
    """Read the headers of a folder of scans into an index that is gone when the block ends.

    Raises:
        RefusedError: if the folder holds no DICOM image.
    """
    index = Index(path)
    try:
        fill(index, scans, stamps, workers)
        check_filled(index)
        yield index
    finally:
        index.close()
        path.unlink(missing_ok=True)


def check_filled(index: Index) -> None:
    """Check that there is something to grade.

    Raises:
        RefusedError: if the folder holds no DICOM image.
    """
    if not len(index):
        raise RefusedError("The folder of scans is missing, or holds no DICOM image. Give the folder of the scans")


def check_identity(identified: bool, out: Path) -> None:
    """Check that scans that may identify people are not graded into results, which may be passed on.

    Raises:
        RefusedError: if they would be.
    """
    if identified and "results" in out.resolve().parts:
        raise RefusedError(
            f"The scans may identify people, so their grades do, too: {out} lies in results, which may be passed on. "
            "Choose another folder, for example private/grades, or grade an export"
        )


def grade_into(
    order: Order,
    index: Index,
    regions: Regions | None,
    workers: Workers,
    shard: tuple[int, int] = (0, 1),
) -> Stability:
    """Grade what an index holds into `grades.parquet` and `grades.json` of the order's folder.

    Returns:
        How stable grades are, if that was asked for.
    """
    stability = Stability()
    opened = moves_table(order.folder) if order.jitter else nullcontext(None)
    with streaming(order.folder) as stream, opened as table:
        for done in grade_all(order, index, regions, workers, shard):
            for study in done.studies:
                stream.add(study)
            for move in done.moves:
                stability.add(move)
                if table is not None:
                    table(move)
    return stability


def finish(folder: Path, bundle: Bundle, umask: int, workers: Workers) -> Tally:
    """Write what stands on `grades.parquet` and `grades.json` of a folder, and give it its rights.

    Args:
        folder: Folder that holds both.
        bundle: What they were graded with.
        umask: Rights that others do not get, where nothing identifies anybody.
        workers: Who does it.
    """
    tally = mark(folder, bundle)
    names = (*TABLES, _PAGE) if (folder / FOLDERS).is_dir() else TABLES
    for _ in workers.each(partial(_write, folder, bundle.facts), names):
        pass
    if not tally.identified:
        open_to_others(folder, umask)
    return tally


def _write(folder: Path, facts: BundleFacts, name: str) -> None:
    if name == _PAGE:
        write_index(read_studies(folder), facts, folder)
    else:
        write_table(folder, name)


def mark(folder: Path, bundle: Bundle) -> Tally:
    """Count what is in a folder, and write what says that this command made it."""
    tally = _tally(folder)
    said = {
        "made_by": MADE_BY,
        "discgrade": __version__,
        "bundle": bundle.digest,
        "bundle_name": bundle.facts.name,
        **{field.name: getattr(tally, field.name) for field in fields(tally)},
    }
    (folder / MARK).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return tally


def _tally(folder: Path) -> Tally:
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    identified = False
    for study in read_studies(folder):
        flagged = [disc for disc in study.discs if disc.flags]
        counts["studies"] += 1
        counts["graded"] += bool(study.discs)
        counts["skipped"] += study.skipped is not None
        counts["in_part"] += study.skipped is None and bool(study.left_out)
        counts["noted"] += bool(study.notes)
        counts["discs"] += len(study.discs)
        counts["flagged"] += len(flagged)
        kinds.update(kind for disc in flagged for kind in {flag.kind for flag in disc.flags})
        identified = identified or study.identified
    return Tally(
        studies=counts["studies"],
        graded=counts["graded"],
        skipped=counts["skipped"],
        in_part=counts["in_part"],
        noted=counts["noted"],
        discs=counts["discs"],
        flagged=counts["flagged"],
        kinds=dict(sorted(kinds.items())),
        identified=identified,
    )
