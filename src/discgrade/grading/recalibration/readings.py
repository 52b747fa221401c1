"""A site's own readings of discs that a bundle has graded: which grade a person gave to which."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import is_grade
from discgrade.grading.discs import GradedStudy
from discgrade.grading.inputs import reading
from discgrade.grading.inputs.reading import ALL, Reading, rows_of
from discgrade.grading.outputs.stream import STUDIES, read_studies
from discgrade.private import RefusedError
from discgrade.readings.sheets import numbers
from discgrade.readings.sheets.formats import folded, read_pages
from discgrade.readings.sheets.levels import level_of

COLUMNS = ("sop_instance_uid", "level", "grade")
"""Columns that a sheet of readings should have; `frame` may stand next to them, others are ignored."""

_NAMES = {folded(name): name for name in (*COLUMNS, "frame", *reading.COLUMNS)}

Disc = tuple[str, int, str]
"""SOP Instance UID, frame and level."""


@dataclass(frozen=True)
class Read:
    """Discs that were graded by a bundle and read by a person.

    Attributes:
        outputs: Mean outputs of the bundle's members on its scale, (N, K).
        grades: Grades that the person gave, (N,).
        patients: Patient of each disc, (N,).
        unread: Number of discs that were graded and not read.
        ungraded: Number of discs that were read and not graded.
    """

    outputs: NDArray[np.float64]
    grades: NDArray[np.float64]
    patients: NDArray[np.object_]
    unread: int
    ungraded: int


def read_readings(sheet: Path, taken: Reading = ALL) -> dict[Disc, float]:
    """Return the grade that a sheet (.csv, .xlsx or .parquet) gives to each disc.

    Args:
        sheet: The sheet.
        taken: Which of its readings to take.

    Raises:
        RefusedError: if it lacks a column or has no such reading, a row cannot be read, or two rows give one disc
            unlike grades.
    """
    names, rows = _table(sheet)
    given: dict[Disc, set[float]] = defaultdict(set)
    for number, row in rows_of([(number, dict(zip(names, cells, strict=False))) for number, cells in rows], taken):
        disc, grade = _disc(row), numbers.grade(row.get("grade", ""))
        if disc is None or grade is None or not is_grade(grade):
            raise RefusedError(
                f"Row {number} of the sheet of readings should hold sop_instance_uid, level (such as L4/L5) and grade "
                "(1, 1.3, 1.7 ... 5). Mend it or take it out"
            )
        given[disc].add(grade)
    unlike = sum(len(grades) > 1 for grades in given.values())
    if unlike:
        raise RefusedError(
            f"{unlike} discs have several unlike grades in the sheet of readings. Take one reading of each disc, for "
            "example the first of your main rater: --rater NAME --reading 1"
        )
    return {disc: next(iter(grades)) for disc, grades in given.items()}


def _table(sheet: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return our names of the columns, empty for others, and the rows below them."""
    for page in read_pages(sheet, frozenset(_NAMES)):
        rows = [(number, cells) for number, cells in page.lines if any(cells)]
        names = [_NAMES.get(folded(cell), "") for cell in rows[0][1]] if rows else []
        if set(COLUMNS) <= set(names):
            return names, rows[1:]
    raise RefusedError(f"The sheet of readings should name its columns in its first row: {', '.join(COLUMNS)}")


def _disc(row: dict[str, str]) -> Disc | None:
    image, frame, level = (
        row.get("sop_instance_uid", ""),
        numbers.whole(row.get("frame", ""), 1),
        level_of(row["level"]),
    )
    return (image, frame, level) if image and frame and level else None


def join_readings(graded: Path, readings: dict[Disc, float], bundle: str) -> Read:
    """Join the discs of an output of `discgrade grade` with their readings.

    Args:
        graded: The output.
        readings: As `read_readings` returns.
        bundle: Digest of the bundle that should have graded them.

    Raises:
        RefusedError: if the folder is no such output, another bundle made it, or no disc is in both.
    """
    if not (graded / STUDIES).is_file():
        raise RefusedError(f"{graded} should be a folder that `discgrade grade` wrote. It holds no {STUDIES}")
    rest, rows, unread = dict(readings), [], 0
    for disc, patient, outputs, made_by in _graded(graded):
        if made_by != bundle:
            raise RefusedError(f"{graded} was graded with another bundle. Grade the scans with this one first")
        grade = rest.pop(disc, None)
        unread += grade is None
        if grade is not None:
            rows.append((outputs, grade, patient))
    if not rows:
        raise RefusedError(
            "No disc is in both: sop_instance_uid and level of the readings should be those of the grades"
        )
    outputs, grades, patients = zip(*rows, strict=True)
    if not all(outputs):
        raise RefusedError(f"{graded} holds no outputs of the networks. Grade the scans again with this version")
    return Read(np.array(outputs), np.array(grades), np.array(patients, object), unread, len(rest))


def _graded(folder: Path) -> Iterator[tuple[Disc, str, tuple[float, ...], str]]:
    for study in read_studies(folder):
        for disc in study.discs:
            yield (*disc.place.image, disc.place.level), _whose(study), disc.outputs, disc.bundle


def _whose(study: GradedStudy) -> str:
    """Return what tells a study's patient apart: of several people under one Patient ID, too, and of those without."""
    return f"{study.patient_id or study.study_uid}{f' ({study.person})' if study.person else ''}"
