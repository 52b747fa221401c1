"""The rules that a sheet of readings keeps; every fault is found before any image is read."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from discgrade import private as privacy
from discgrade.grades import FRACTIONAL, LEVELS
from discgrade.imaging.header import Header, normalised
from discgrade.readings import sheet
from discgrade.readings.sheet import Row, number, whole

PROBLEMS = "problems.csv"
_SHOWN = frozenset({"level", "x", "y", "width", "height", "grade"})
# What a level or a number may look like; anything else in these columns may have slipped there from another one.
_HARMLESS = re.compile(
    r"(?:T?h?\d{0,2}|[CTLS]\d?)[/_ -]?(?:[TLS]\d)?|[+-]?\d{0,5}(?:[.,]\d{0,4})?|nan|inf", re.ASCII | re.I
)
_COHORT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}", re.ASCII)
_MOST_COHORTS, _MOST_READINGS, _LARGEST_ROI = 9, 99, 4  # 4: times the slice
_MOST_SHOWN = 50
_GRADES = frozenset(round(10 * grade) for grade in FRACTIONAL)
_OTHER_PLANES = ("axial", "coronal")
_ORIGINS = ("", "human", "pseudo", "reviewed")

log = logging.getLogger(__name__)


class SheetError(privacy.RefusedError):
    """The sheet of readings breaks rules; the message tells rows, columns and rules, and no value that identifies."""


class Fault(NamedTuple):
    """One broken rule."""

    row: int
    column: str
    rule: str
    value: str


def check(
    rows: Sequence[Row], images: Mapping[str, Header], patient_of: Callable[[Header], str], private: Path
) -> None:
    """Check a sheet against its rules and the source's images.

    Args:
        rows: The sheet.
        images: Headers by the SOP Instance UID that the sheet uses.
        patient_of: Returns the patient ID that the sheet should give an image.
        private: Folder that receives problems.csv, with the values that the message does not show.

    Raises:
        SheetError: if any rule is broken; every fault is in the one message.
    """
    columns = {name for row in rows for name in row.fields}
    missing = [name for name in sheet.REQUIRED if name not in columns]
    if missing:
        raise SheetError(f"ratings: columns should be {', '.join(sheet.REQUIRED)}. Missing: {', '.join(missing)}")
    unknown = len(columns - set(sheet.COLUMNS))
    if unknown:
        log.info("ratings: %d columns that have no meaning here are dropped", unknown)
    faults = sorted({*_row_faults(rows), *_image_faults(rows, images, patient_of), *_conflicts(rows, images)})
    privacy.write_rows(private / PROBLEMS, Fault._fields, faults)
    if faults:
        raise SheetError(_message(faults))


def _message(faults: Sequence[Fault]) -> str:
    lines = [
        f"ratings: {len(faults)} fault{'s' * (len(faults) > 1)} (with all values in the private folder's {PROBLEMS})"
    ]
    for fault in faults[:_MOST_SHOWN]:
        shown = fault.column in _SHOWN and _HARMLESS.fullmatch(fault.value)
        received = f". Received: {fault.value!r}" if shown else ""
        lines.append(f"  row {fault.row}, {fault.column}: {fault.rule}{received}")
    if len(faults) > _MOST_SHOWN:
        lines.append(f"  and {len(faults) - _MOST_SHOWN} more")
    return "\n".join(lines)


def _row_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Find values that are wrong by themselves."""
    checks: dict[str, tuple[Callable[[str], bool], str]] = {
        "level": (lambda text: text in LEVELS, f"should be one of {', '.join(LEVELS)}"),
        "grade": (_is_grade, f"should be one of {', '.join(f'{grade:g}' for grade in FRACTIONAL)}"),
        "x": (lambda text: number(text) is not None, "should be a number"),
        "y": (lambda text: number(text) is not None, "should be a number"),
        "width": (lambda text: (number(text) or 0) > 0, "should be above 0"),
        "height": (lambda text: (number(text) or 0) > 0, "should be above 0"),
        "reading": (lambda text: 0 < (whole(text) or 0) <= _MOST_READINGS, "should be a whole number from 1 to 99"),
        "frame": (lambda text: whole(text, 1) is not None, "should be a whole number from 1"),
        "rater": (bool, "should not be empty"),
        "cohort": (
            lambda text: _COHORT.fullmatch(text) is not None,
            "should be a short name such as primary: a letter, then up to 19 letters, digits, - or _",
        ),
        "origin": (lambda text: text in _ORIGINS, "should be human, pseudo or reviewed"),
        "read_at": (lambda text: not text or sheet.day(text) is not None, "should be a date such as 2020-05-31"),
    }
    for row in rows:
        for column, (holds, rule) in checks.items():
            if not holds(row.get(column)):
                yield Fault(row.number, column, rule, row.get(column))


def _is_grade(text: str) -> bool:
    grade = number(text)
    return grade is not None and round(10 * grade) in _GRADES and abs(10 * grade - round(10 * grade)) < 1e-6


def _image_faults(
    rows: Sequence[Row], images: Mapping[str, Header], patient_of: Callable[[Header], str]
) -> Iterator[Fault]:
    """Find readings of no image, of another patient's image, or of no part of it."""
    for row in rows:
        image = images.get(row.get("sop_instance_uid"))
        if image is None:
            yield Fault(row.number, "sop_instance_uid", "should be an image of the source", row.get("sop_instance_uid"))
            continue
        if image.plane in _OTHER_PLANES:
            rule = f"should be a sagittal image. By its Image Orientation (0020,0037) it is {image.plane}"
            yield Fault(row.number, "sop_instance_uid", rule, row.get("sop_instance_uid"))
        patient = normalised(patient_of(image))
        if patient and normalised(row.get("patient_id")) != patient:
            yield Fault(row.number, "patient_id", "should be the patient of the image", row.get("patient_id"))
        if (whole(row.get("frame"), 1) or 0) > max(image.frames, 1):
            yield Fault(row.number, "frame", "should be a frame of the image", row.get("frame"))
        for column, start, extent, size in (("x", "x", "width", image.columns), ("y", "y", "height", image.rows)):
            low, length = number(row.get(start)), number(row.get(extent))
            if low is None or length is None or not size:
                continue
            if length > _LARGEST_ROI * size:
                yield Fault(row.number, extent, "should not be over four times the slice", row.get(extent))
            if low >= size or low + length <= 0:
                yield Fault(row.number, column, "should place the ROI on its slice, not wholly outside", row.get(start))


def _conflicts(rows: Sequence[Row], images: Mapping[str, Header]) -> Iterator[Fault]:
    """Find two grades of one disc in one reading, and patients in two cohorts."""
    grades: dict[tuple[object, ...], float | None] = {}
    cohorts: dict[object, str] = {}
    for row in rows:
        image = images.get(row.get("sop_instance_uid"))
        if image is None:
            continue
        disc = (image.study, row.get("level"), row.get("rater"), whole(row.get("reading")))
        if grades.setdefault(disc, number(row.get("grade"))) != number(row.get("grade")):
            yield Fault(
                row.number, "grade", "should be this rater's one grade of the disc in this reading", row.get("grade")
            )
        patient = (normalised(image.issuer), normalised(image.patient) or image.study)
        if cohorts.setdefault(patient, row.get("cohort")) != row.get("cohort"):
            yield Fault(row.number, "cohort", "should be the one cohort of the patient", row.get("cohort"))
        if normalised(image.patient) and normalised(image.patient) in normalised(row.get("cohort")):
            yield Fault(row.number, "cohort", "should not hold the patient's ID", row.get("cohort"))
    if len(set(cohorts.values())) > _MOST_COHORTS:
        yield Fault(1, "cohort", f"should have at most {_MOST_COHORTS} different names", "")
