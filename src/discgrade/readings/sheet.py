"""The raters' sheet as text, row by row, and what its texts mean."""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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
