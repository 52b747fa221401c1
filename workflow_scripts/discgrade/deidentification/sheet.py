"""The raters' sheet: read, checked as a whole before any image is, and given new identifiers."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from discgrade.deidentification.pseudonyms import normalised
from discgrade.deidentification.source import Header
from discgrade.grades import FRACTIONAL, LEVELS
from discgrade.records import replacing

REQUIRED = (
    "patient_id", "sop_instance_uid", "level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort",
)  # fmt: skip
OPTIONAL = ("origin", "read_at", "frame")
_SHOWN = frozenset({"level", "x", "y", "width", "height", "grade"})
_MOST_SHOWN = 20

Row = dict[str, str]
Problem = tuple[int, str, str, str]


class SheetError(ValueError):
    """The sheet of readings breaks rules; the message names all rows, columns and rules, and no private value."""


def load(path: Path) -> list[Row]:
    """Read a sheet of readings as text, whatever its format: .csv, .parquet or .xlsx."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415

        return [{k: _text(v) for k, v in row.items()} for row in pq.read_table(path).to_pylist()]
    if path.suffix == ".xlsx":
        import openpyxl  # noqa: PLC0415 (optional: only this format needs it)

        names, *rows = openpyxl.load_workbook(path, read_only=True, data_only=True).active.iter_rows(values_only=True)
        return [
            {str(k): _text(v) for k, v in zip(names, row, strict=False)}
            for row in rows
            if any(v is not None for v in row)
        ]
    with path.open(newline="", encoding="utf-8-sig") as text:
        return [{k: (v or "").strip() for k, v in row.items() if k is not None} for row in csv.DictReader(text)]


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def check(rows: Sequence[Row], images: Mapping[str, Header], private: Path) -> None:
    """Check a sheet against its rules and the source's images.

    Args:
        rows: The sheet, as `load` returns it.
        images: Headers by the SOP Instance UID that the sheet uses.
        private: Folder that receives problems.csv with the values that the message does not show.

    Raises:
        SheetError: if any rule is broken; every fault is in the one message.
    """
    missing = [name for name in REQUIRED if rows and name not in rows[0]]
    if missing or not rows:
        raise SheetError(f"ratings: columns should be {list(REQUIRED)}. Missing: {missing or 'every row'}")
    problems = [problem for number, row in enumerate(rows, 2) for problem in _row_problems(number, row, images)]
    problems += _conflicts(rows, images)
    if problems:
        _keep(problems, private)
        lines = [_line(problem) for problem in sorted(problems)[:_MOST_SHOWN]]
        more = len(problems) - len(lines)
        raise SheetError(
            "\n".join(
                [
                    f"ratings: {len(problems)} faults",
                    *lines,
                    *([f"... and {more} more"] if more > 0 else []),
                    "All of them with their values: problems.csv in the private folder",
                ]
            )
        )


def _line(problem: Problem) -> str:
    number, column, rule, value = problem
    return f"  row {number}, {column}: {rule}" + (f". Received: {value!r}" if column in _SHOWN else "")


def _keep(problems: Sequence[Problem], private: Path) -> None:
    with replacing(private / "problems.csv") as partial, partial.open("x", newline="", encoding="utf-8") as text:
        partial.chmod(0o600)
        csv.writer(text).writerows([("row", "column", "rule", "value"), *sorted(problems)])


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _row_problems(number: int, row: Row, images: Mapping[str, Header]) -> list[Problem]:
    problems = []

    def fault(column: str, rule: str) -> None:
        problems.append((number, column, rule, row.get(column, "")))

    if row["level"] not in LEVELS:
        fault("level", f"should be one of {', '.join(LEVELS)}")
    grade = _number(row["grade"])
    if grade is None or min(abs(FRACTIONAL - grade)) > 1e-6:
        fault("grade", "should be one of " + ", ".join(f"{g:g}" for g in FRACTIONAL))
    box = {name: _number(row[name]) for name in ("x", "y", "width", "height")}
    for name, value in box.items():
        if value is None:
            fault(name, "should be a number")
        elif name in ("width", "height") and value <= 0:
            fault(name, "should be above zero")
    for name in ("reading", "frame"):
        if (row.get(name) or ("" if name == "reading" else "1")) and not (row.get(name) or "1").isdigit():
            fault(name, "should be a whole number from 1")
    if not row["reading"]:
        fault("reading", "should be a whole number from 1")
    if not row["rater"]:
        fault("rater", "should not be empty")
    if (row.get("origin") or "human") not in ("human", "pseudo", "reviewed"):
        fault("origin", "should be human, pseudo or reviewed")
    if row.get("read_at") and _day(row["read_at"]) is None:
        fault("read_at", "should be a date such as 2020-05-31")
    if not row["cohort"].replace("_", "").replace("-", "").isalnum():
        fault("cohort", "should be a short name of letters and digits")
    image = images.get(row["sop_instance_uid"])
    if image is None:
        fault("sop_instance_uid", "should be an image of the source")
        return problems
    if normalised(row["patient_id"]) != normalised(image.patient_id):
        fault("patient_id", "should be the image's Patient ID")
    if None not in box.values() and _outside(box, image):
        fault("x", "the ROI lies wholly outside its slice")
    if (row.get("frame") or "1").isdigit() and not 1 <= int(row.get("frame") or "1") <= max(1, image.frames):
        fault("frame", "should be a frame of the image")
    return problems


def _outside(box: Mapping[str, float | None], image: Header) -> bool:
    x, y, width, height = (float(value or 0) for value in box.values())
    return bool(image.rows and image.columns) and (
        x >= image.columns or y >= image.rows or x + width <= 0 or y + height <= 0
    )


def _conflicts(rows: Sequence[Row], images: Mapping[str, Header]) -> list[Problem]:
    problems: list[Problem] = []
    grades: dict[tuple[str, ...], str] = {}
    cohorts: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        image = images.get(row["sop_instance_uid"])
        study = image.study_uid if image else row["sop_instance_uid"]
        disc = (study, row["level"], row["rater"], row["reading"])
        if grades.setdefault(disc, row["grade"]) != row["grade"]:
            problems.append(
                (
                    number,
                    "grade",
                    "should be the one that the same rater gave this disc in the same reading",
                    row["grade"],
                )
            )
        if cohorts.setdefault(normalised(row["patient_id"]), row["cohort"]) != row["cohort"]:
            problems.append((number, "cohort", "should be the patient's one cohort", row["cohort"]))
    return problems


def raters(rows: Sequence[Row]) -> dict[str, str]:
    """Return the pseudonyms of the raters: R1, R2 ... in the order in which they appear."""
    return {name: f"R{number}" for number, name in enumerate(dict.fromkeys(row["rater"] for row in rows), 1)}


def first_readings(rows: Sequence[Row]) -> dict[str, date]:
    """Return the day of each rater's first dated reading."""
    first: dict[str, date] = {}
    for row in rows:
        day = _day(row.get("read_at", ""))
        if day is not None:
            first[row["rater"]] = min(day, first.get(row["rater"], day))
    return first


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def anonymised(
    rows: Sequence[Row], instances: Mapping[str, Mapping[str, Any]], disc: Callable[[str, str, str], str]
) -> list[dict[str, Any]]:
    """Return the readings of exported images with new identifiers, as rows of `records.RATINGS`.

    Args:
        rows: The whole sheet, checked.
        instances: Rows of `records.INSTANCES` by the SOP Instance UID that the sheet uses.
        disc: Names a disc from patient, study and level.
    """
    names, first = raters(rows), first_readings(rows)
    result = []
    for row in rows:
        instance = instances.get(row["sop_instance_uid"])
        if instance is None:
            continue
        day = _day(row.get("read_at", ""))
        result.append(
            {name: float(row[name].replace(",", ".")) for name in ("x", "y", "width", "height", "grade")}
            | {name: instance[name] for name in ("patient", "study_uid", "sop_instance_uid")}
            | {
                "disc": disc(instance["patient"], instance["study_uid"], row["level"]),
                "frame": int(row.get("frame") or 1),
                "level": row["level"],
                "rater": names[row["rater"]],
                "reading": int(row["reading"]),
                "cohort": row["cohort"],
                "origin": row.get("origin") or "human",
                "read_day": None if day is None else (day - first[row["rater"]]).days,
            }
        )
    return result
