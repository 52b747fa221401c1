"""The tables of graded discs for people: `grades.csv`, `grades.xlsx`, `studies.csv` and `review.csv`."""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from discgrade import private as privacy
from discgrade import records
from discgrade.grading.discs import GradedStudy
from discgrade.grading.outputs.stream import TABLE, read_studies
from discgrade.records.results.grades import GRADES

STUDY_COLUMNS = (
    "patient_id", "study_uid", "study_date", "state", "discs", "flagged", "series_number", "series_uid",
    "series_description", "series_reason", "slice_reason", "other_series", "left_out", "identified",
)  # fmt: skip
REVIEW_COLUMNS = (
    "patient_id", "sop_instance_uid", "frame", "level", "x", "y", "width", "height", "pseudo", "expected", "p_1", "p_2",
    "p_3", "p_4", "p_5", "uncertainty", "reasons",
)  # fmt: skip
"""Columns that the raters' page takes (`discgrade rate --review`), and why."""

_AT_ONCE = 4096
_WIDTHS = {"grade": 7, "level": 8, "frame": 7, "flags": 60}
# Characters that XML cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def write_tables(folder: Path) -> None:
    """Write all tables of a folder that holds `grades.parquet` and `grades.json`."""
    privacy.write_rows(folder / "grades.csv", GRADES.names, _rows(folder))
    write_xlsx(folder / "grades.xlsx", _rows(folder))
    privacy.write_rows(folder / "studies.csv", STUDY_COLUMNS, map(_study_row, read_studies(folder)))
    flagged = sorted(_flagged(folder), key=lambda one: (-one[0], one[1:]))
    privacy.write_rows(folder / "review.csv", REVIEW_COLUMNS, (row for _, _, row in flagged))


def _rows(folder: Path) -> Iterator[list[object]]:
    """Yield a row of cells for each disc; lists become text."""
    for batch in records.batches(folder / TABLE, GRADES, _AT_ONCE):
        for row in batch.to_pylist():
            row["set"] = " ".join(map(str, row["set"]))
            row["flags"] = "; ".join(row["flags"])
            yield ["" if value is None else value for value in row.values()]


def write_xlsx(path: Path, rows: Iterator[list[object]]) -> None:
    """Write discs as a workbook: no cell is a formula, and the same discs give the same bytes."""
    from openpyxl import Workbook  # noqa: PLC0415 - a third of a second that the other tables do not need
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*_ZIP_DAY)
    sheet = book.create_sheet("grades")
    sheet.freeze_panes = "A2"
    for number, name in enumerate(GRADES.names, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 14)
    sheet.append(list(GRADES.names))

    def cell(value: object) -> Any:  # noqa: ANN401 - openpyxl's cell
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value))
        made.data_type = "s"
        return made

    for row in rows:
        sheet.append([cell(value) for value in row])
    with records.replacing(path) as partial:
        loose = partial.with_name(f"{partial.name}.loose")
        try:
            book.save(loose)
            _repack(loose, partial)
        finally:
            loose.unlink(missing_ok=True)


def _repack(loose: Path, path: Path) -> None:
    """Copy a zip file without the time at which it was made."""
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            target.writestr(entry, content)


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
