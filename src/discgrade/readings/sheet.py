"""The raters' sheet: read, checked as a whole before any image is, and given new identifiers."""

import codecs
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from discgrade.private import RefusedError

REQUIRED = (
    "patient_id", "sop_instance_uid", "level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort",
)  # fmt: skip
COLUMNS = (*REQUIRED, "origin", "read_at", "frame")


@dataclass(frozen=True)
class Row:
    """One reading as text.

    Attributes:
        number: Number of the row in the sheet, from 1 for the header.
        fields: Texts by column.
    """

    number: int
    fields: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return the text of a column; empty if the sheet has no such column."""
        return self.fields.get(column, "")


def load(path: Path) -> list[Row]:
    """Read a sheet of readings as text: .csv (comma, semicolon or tab), .parquet or .xlsx.

    Raises:
        RefusedError: if there is no such file, or it cannot be read; the message does not name it.
    """
    if not path.is_file():
        raise RefusedError("The sheet of readings is missing. It should be a .csv, .parquet or .xlsx file")
    readers = {".parquet": _parquet, ".xlsx": _xlsx}
    kind = path.suffix.lower() if path.suffix.lower() in readers else ".csv"
    try:
        records = readers.get(kind, _csv)(path)
    except ModuleNotFoundError:
        raise RefusedError(
            'An .xlsx sheet needs the Python package openpyxl. Install it with: pip install "discgrade[grade]"; '
            "or save the sheet as .csv"
        ) from None
    except Exception:
        raise RefusedError(f"The sheet of readings should be a {kind} file, and cannot be read as one") from None
    return [Row(number, fields) for number, fields in enumerate(records, 2) if any(fields.values())]


def _csv(path: Path) -> list[dict[str, str]]:
    text = decoded(path.read_bytes())
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    names, *rows = list(csv.reader(io.StringIO(text), delimiter=delimiter)) or [[]]
    return [{name.strip(): value.strip() for name, value in zip(names, row, strict=False)} for row in rows]


def decoded(content: bytes) -> str:
    """Return text that a spreadsheet program wrote: UTF-8, UTF-16 with its mark, or Windows-1252."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _parquet(path: Path) -> list[dict[str, str]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 (only for this format)

    return [{name: _text(value) for name, value in row.items()} for row in pq.read_table(path).to_pylist()]


def _xlsx(path: Path) -> list[dict[str, str]]:
    import openpyxl  # noqa: PLC0415 (optional)

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    names, *rows = book.worksheets[0].iter_rows(values_only=True)
    return [{_text(name): _text(value) for name, value in zip(names, row, strict=False) if name} for row in rows]


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 (NaN)
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def number(text: str) -> float | None:
    """Return a number written with a point or a comma, or None."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def whole(text: str, default: int | None = None) -> int | None:
    """Return a whole number from 1, the default for an empty text, or None."""
    value = number(text) if text else default
    return int(value) if value is not None and value >= 1 and float(value).is_integer() else None


def day(text: str) -> date | None:
    """Return the day of an ISO date or time, or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def raters(rows: Sequence[Row]) -> dict[str, str]:
    """Return the raters' pseudonyms: R1, R2 ... in the order in which the sheet first names them."""
    return {name: f"R{order}" for order, name in enumerate(dict.fromkeys(row.get("rater") for row in rows), 1)}


def read_days(rows: Sequence[Row]) -> list[int | None]:
    """Return for each reading the days since that rater's first one; None where it has no date."""
    days = [day(row.get("read_at")) for row in rows]
    first: dict[str, date] = {}
    for row, one in zip(rows, days, strict=True):
        if one is not None:
            first[row.get("rater")] = min(one, first.get(row.get("rater"), one))
    return [None if one is None else (one - first[row.get("rater")]).days for row, one in zip(rows, days, strict=True)]


def anonymised(
    rows: Sequence[Row],
    instances: Mapping[str, Mapping[str, Any]],
    disc: Callable[[str, str, str], str],
) -> list[dict[str, Any]]:
    """Return the readings of exported images with new identifiers, as rows of `records.readings.RATINGS`.

    Args:
        rows: The whole sheet, checked: raters are named and dated by all of it.
        instances: Rows of `records.export.INSTANCES` by the SOP Instance UID that the sheet uses.
        disc: Names a disc by patient, study and level.
    """
    names = raters(rows)
    result = {}
    for row, read_day in zip(rows, read_days(rows), strict=True):
        instance = instances.get(row.get("sop_instance_uid"))
        if instance is None:
            continue
        reading: dict[str, Any] = {name: number(row.get(name)) for name in ("x", "y", "width", "height", "grade")}
        reading |= {name: instance[name] for name in ("patient", "study_uid", "sop_instance_uid")}
        reading |= {
            "disc": disc(instance["patient"], instance["study_uid"], row.get("level")),
            "frame": whole(row.get("frame"), 1),
            "level": row.get("level"),
            "rater": names[row.get("rater")],
            "reading": whole(row.get("reading")),
            "cohort": row.get("cohort"),
            "origin": row.get("origin") or "human",
            "read_day": read_day,
        }
        result[tuple(reading.values())] = reading
    return list(result.values())
