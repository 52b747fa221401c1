"""The studies of a folder graded one after another, by one process or several, to the same bits and in one order."""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Self, TypeVar

from discgrade.grading.discs import GradedStudy
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.scans import Index, Scanned
from discgrade.grading.work import Done, Job, Order, grade_patient
from discgrade.host import collect_rarely, die_with_parent
from discgrade.imaging.header import LEFT_OUT, Stamp
from discgrade.imaging.scans.headers import read_some
from discgrade.imaging.walking import walk

Given = TypeVar("Given")
Made = TypeVar("Made")

Regions = Mapping[str, Sequence[Region]]
"""Rows of the sheet by SOP Instance UID."""

_FILES_AT_ONCE = 100
_FEW_FILES = 300
"""Files below which a second process would not be there before the first is done."""
_AHEAD = 4
"""Jobs that wait for each process: memory does not grow with their number."""


class Workers:
    """Processes, or this one alone.

    Args:
        count: Number of processes; with one this process works itself.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(count, context, initializer=_begin) if count > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, function: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """Yield what a function makes of items, in their order; few items are taken before their turn."""
        if self._pool is None:
            yield from map(function, items)
            return
        source = iter(items)
        waiting = deque(self._pool.submit(function, item) for item in islice(source, self._count * _AHEAD))
        while waiting:
            made = waiting.popleft().result()
            waiting.extend(self._pool.submit(function, item) for item in islice(source, 1))
            yield made


def _begin() -> None:
    die_with_parent()
    collect_rarely()
    be_quiet()


def be_quiet() -> None:
    """Let no library write its warnings: they may quote a header, or name a file after a patient."""
    warnings.simplefilter("ignore")


def how_many(asked: int | None, files: int) -> int:
    """Return how many processes are worth it.

    Args:
        asked: As the command was told; None: one for each core, and no more than the files are worth.
        files: Number of files.
    """
    return asked or min(len(os.sched_getaffinity(0)), 1 + files // _FEW_FILES)


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
