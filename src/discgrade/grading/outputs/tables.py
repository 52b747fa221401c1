"""The tables of graded discs and studies for people."""

from collections.abc import Iterator
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.grading.discs import GradedStudy
from discgrade.grading.outputs.stream import TABLE, read_studies
from discgrade.grading.outputs.workbook import write_workbook
from discgrade.records.results.grades import GRADES

TABLES = ("grades.xlsx", "grades.csv", "studies.csv", "review.csv")

STUDY_COLUMNS = (
    "patient_id", "study_uid", "study_date", "state", "discs", "flagged", "series_number", "series_uid",
    "series_description", "series_reason", "slice_reason", "other_series", "left_out", "notes",
    "identified",
)  # fmt: skip
REVIEW_COLUMNS = (
    "patient_id", "sop_instance_uid", "frame", "level", "x", "y", "width", "height", "pseudo", "expected", "p_1", "p_2",
    "p_3", "p_4", "p_5", "uncertainty", "reasons",
)  # fmt: skip
"""Columns that the raters' page takes (`discgrade rate --review`), and why."""

_AT_ONCE = 512
_WIDTHS = {"grade": 7, "level": 8, "frame": 7, "flags": 60}


def write_table(folder: Path, name: str) -> None:
    """Write one of `TABLES` of a folder that holds `grades.parquet` and `grades.json`."""
    match name:
        case "grades.xlsx":
            write_workbook(folder / name, "grades", GRADES.names, _rows(folder), _WIDTHS)
        case "grades.csv":
            privacy.write_rows(folder / name, GRADES.names, _rows(folder))
        case "studies.csv":
            privacy.write_rows(folder / name, STUDY_COLUMNS, map(_study_row, read_studies(folder)))
        case "review.csv":
            flagged = sorted(_flagged(folder), key=lambda one: (-one[0], one[1:]))
            privacy.write_rows(folder / name, REVIEW_COLUMNS, (row for _, _, row in flagged))


def _rows(folder: Path) -> Iterator[list[object]]:
    """Yield a row of cells for each disc; lists become text."""
    for batch in records.batches(folder / TABLE, GRADES, _AT_ONCE):
        for row in batch.to_pylist():
            row["set"] = " ".join(map(str, row["set"]))
            row["flags"] = "; ".join(row["flags"])
            yield ["" if value is None else value for value in row.values()]


def _study_row(study: GradedStudy) -> list[object]:
    read = next((one for one in study.series if one.chosen), None)
    others = [f"{'?' if one.number is None else one.number}: {one.reason}" for one in study.series if one is not read]
    state = "skipped" if study.skipped is not None else "in part" if study.left_out else "graded"
    return [
        study.patient_id,
        study.study_uid,
        study.study_date or "",
        state,
        len(study.discs),
        sum(bool(disc.flags) for disc in study.discs),
        "" if read is None or read.number is None else read.number,
        "" if read is None else read.uid,
        "" if read is None else read.description,
        "" if read is None else read.reason,
        "" if read is None else read.slice,
        "; ".join(others),
        "; ".join([*([study.skipped] if study.skipped else []), *study.left_out]),
        "; ".join(study.notes),
        "yes" if study.identified else "no",
    ]


def _flagged(folder: Path) -> Iterator[tuple[float, tuple[str, ...], list[object]]]:
    """Yield flagged discs: how uncertain, what orders equal ones, and the row."""
    for study in read_studies(folder):
        for disc in study.discs:
            if disc.flags:
                place = disc.place
                chances = disc.probabilities or ("",) * 5
                row = [
                    place.patient_id, *place.image, place.level, place.box.x, place.box.y, place.box.width,
                    place.box.height, disc.grade if disc.fractional is None else disc.fractional, disc.continuous,
                    *chances, round(disc.uncertainty, 4), "; ".join(flag.reason for flag in disc.flags),
                ]  # fmt: skip
                yield disc.uncertainty, (place.patient_id, place.study_uid, place.level), row
