"""The studies of a folder graded one after another, by one process or several, to the same bits and in one order."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from discgrade.grading.discs import GradedStudy
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.scans import Index, Scanned
from discgrade.grading.running.work import Done, Job, Order, grade_patient
from discgrade.grading.running.workers import Workers
from discgrade.imaging.header import LEFT_OUT, Stamp
from discgrade.imaging.scans.headers import read_some
from discgrade.imaging.walking import walk

Regions = Mapping[str, Sequence[Region]]
"""Rows of the sheet by SOP Instance UID."""

_FILES_AT_ONCE = 25


def files_of(scans: Path, follow_links: bool) -> list[Stamp]:
    """Return the files below a folder of scans, by path."""
    return [stamp for stamp in sorted(walk(scans, follow_links)) if stamp.size != LEFT_OUT]


def fill(index: Index, scans: Path, stamps: Sequence[Stamp], workers: Workers) -> None:
    """Read the headers of files into an index."""
    chunks = [stamps[start : start + _FILES_AT_ONCE] for start in range(0, len(stamps), _FILES_AT_ONCE)]
    for headers in workers.each(partial(read_some, os.fspath(scans)), chunks):
        index.add(headers)
    index.finish()


def grade_all(
    order: Order,
    index: Index,
    regions: Regions | None,
    workers: Workers,
    shard: tuple[int, int] = (0, 1),
) -> Iterator[Done]:
    """Yield what becomes of each patient, then of the rows of the sheet that name no image of the folder.

    Args:
        order: What is asked for.
        index: The folder's headers.
        regions: Rows of the sheet by SOP Instance UID; None: the locator finds all discs.
        workers: Who does it.
        shard: Number of the part of the patients to grade, from 0, and number of parts.
    """
    jobs = (_job(studies, regions) for studies in index.patients(*shard))
    yield from workers.each(partial(grade_patient, order), jobs)
    if shard[0] == 0 and regions is not None:
        yield Done(tuple(_unknown(index, regions)))


def _job(studies: Sequence[Scanned], regions: Regions | None) -> Job:
    return Job(tuple(studies), tuple(None if regions is None else _rows(study, regions) for study in studies))


def _rows(study: Scanned, regions: Regions) -> tuple[Region, ...]:
    return tuple(row for instance in study.instances for row in regions.get(instance, ()))


def _unknown(index: Index, regions: Regions) -> Iterator[GradedStudy]:
    """Yield, for each patient of the sheet, a study that was skipped since its images are not there."""
    lost: dict[str, list[int]] = {}
    for instance, rows in regions.items():
        if not index.has_image(instance):
            for one in rows:
                lost.setdefault(one.patient_id, []).extend(one.rows)
    for patient, numbers in sorted(lost.items()):
        told = f"row{'s' * (len(numbers) > 1)} {', '.join(map(str, sorted(numbers)))} of the sheet"
        yield GradedStudy(
            patient_id=patient,
            study_uid="",
            study_date=None,
            series=(),
            identified=index.identified,
            discs=(),
            skipped=f"the image is not in the folder of scans, or cannot be read: {told}",
        )
