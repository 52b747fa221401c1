"""A table that any spreadsheet program wrote, as rows of text: nothing is guessed about what the rows mean."""

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from discgrade.private import RefusedError

DELIMITERS = ",;\t|"
SEARCHED = 20
"""Rows at the top of a sheet among which its header is looked for."""

_DECLARED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r"""="([^"]*)"|'([=+\-@].*)""", re.DOTALL)
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_PACKED = {
    b"\x1f\x8b": ".gz",
    b"PK\x03\x04": ".zip",
    b"7z\xbc\xaf": ".7z",
    b"\xfd7zXZ": ".xz",
    b"BZh": ".bz2",
    b"Rar!": ".rar",
}
_OTHER_ZIPS = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods", "Index/Document.iwa": ".numbers"}


@dataclass(frozen=True)
class Page:
    """A worksheet, or all of a file that has none.

    Attributes:
        number: Its place among the worksheets, from 1.
        lines: Number of each row as a spreadsheet program shows it, and its texts.
    """

    number: int
    lines: list[tuple[int, list[str]]]


def read_pages(path: Path, wanted: Collection[str] = (), what: str = "sheet of readings") -> list[Page]:
    """Read a table as text: .csv (comma, semicolon, tab or bar), .parquet or .xlsx, told by its content.

    Args:
        path: The file.
        wanted: Folded names (`folded`) that the header should hold; they tell the delimiter of a .csv file.
        what: What messages call it.

    Raises:
        RefusedError: if there is no such file, or it cannot be read; the message does not name it.
    """
    try:
        return _pages(path, wanted)
    except _UnreadableError as error:
        raise RefusedError(f"The {what} {error}") from None


class _UnreadableError(Exception):
    """What is wrong with a table, as a sentence without its beginning, the table."""


def _pages(path: Path, wanted: Collection[str]) -> list[Page]:
    if not path.is_file():
        raise _UnreadableError("is missing. It should be a .csv, .parquet or .xlsx file")
    kind = _kind(path)
    try:
        if kind == ".parquet":
            return [Page(1, list(enumerate(_parquet(path), 1)))]
        if kind == ".xlsx":
            return list(_xlsx(path))
        return [Page(1, _csv(decoded(path.read_bytes()), wanted))]
    except _UnreadableError:
        raise
    except ModuleNotFoundError:
        raise RefusedError(
            'An .xlsx sheet needs the Python package openpyxl. Install it with: pip install "discgrade[grade]"; '
            "or save the sheet as .csv"
        ) from None
    except Exception:
        raise _UnreadableError(f"should be a {kind} file, and cannot be read as one") from None


def _kind(path: Path) -> str:
    """Return .csv, .parquet or .xlsx, by the first bytes, then by the name.

    Raises:
        _UnreadableError: if it is a table of another program.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(_OLD_EXCEL):
        raise _UnreadableError(
            "is an old Excel file (.xls), or one with a password. Neither is read. Save it as "
            ".xlsx without a password, or as .csv"
        )
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith(b"PK\x03\x04") and (other := _zipped(path)):
        if other != ".xlsx":
            raise _UnreadableError(f"is a {other} file, which is not read. Save it as .xlsx or .csv")
        return ".xlsx"
    if packed := next((_PACKED[mark] for mark in _PACKED if head.startswith(mark)), ""):
        raise _UnreadableError(f"is packed ({packed}). Unpack it, and name what is inside")
    if head.lstrip(codecs.BOM_UTF8 + b" \r\n\t").startswith((b"<", b"%PDF", b"{", b"[")):
        raise _UnreadableError(
            "is a page of text (HTML, XML, JSON or PDF), whatever its name says. Open it in a "
            "spreadsheet program and save it as .xlsx or .csv"
        )
    if b"\0" in head and b"\0" not in head[:2] and head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise _UnreadableError("is no table of text. Save it as .xlsx, .csv or .parquet")
    return path.suffix.lower() if path.suffix.lower() in (".parquet", ".xlsx") else ".csv"


def _zipped(path: Path) -> str:
    """Return the kind of a table that is a ZIP file; empty if it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return ""
    return (
        ".xlsx" if "xl/workbook.xml" in names else next((_OTHER_ZIPS[one] for one in _OTHER_ZIPS if one in names), "")
    )


def decoded(content: bytes) -> str:
    """Return text that a spreadsheet program wrote: UTF-8, UTF-16 with or without its mark, or Windows-1252."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:2]:
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _csv(text: str, wanted: Collection[str]) -> list[tuple[int, list[str]]]:
    """Split a text into rows; what a quotation mark swallowed is refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    declared = _DECLARED.fullmatch(text.partition("\n")[0])
    if declared:  # Excel's own line, which it does not show either
        text = text.partition("\n")[2]
    delimiter = declared[1] if declared else _delimiter(text, wanted)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        rows = [(number, list(map(_bare, row))) for number, row in enumerate(reader, 1)]
    except csv.Error:
        raise _UnreadableError(
            f"cannot be split into cells at line {reader.line_num}: a quotation mark should "
            "begin and end a cell, and be written twice within one"
        ) from None
    width = max((len(row) for _, row in rows[:SEARCHED]), default=0)
    for number, row in rows:
        if any(line.count(delimiter) >= max(width - 1, 1) for cell in row if "\n" in cell for line in cell.split("\n")):
            raise _UnreadableError(
                f"has whole rows inside a cell of row {number}: a quotation mark begins there "
                "and does not end. Remove or close it"
            )
    return rows


def _bare(cell: str) -> str:
    """Return a cell without what keeps a spreadsheet program from taking it for a number or a formula."""
    cell = cell.strip()
    quoted = _KEPT_AS_TEXT.fullmatch(cell)
    return (quoted[1] if quoted[1] is not None else quoted[2]).strip() if quoted else cell


def _delimiter(text: str, wanted: Collection[str]) -> str:
    """Return the delimiter that finds most of the wanted names in one row, else the most frequent one of the first."""
    lines = [line for line in text.split("\n")[:SEARCHED] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        rows = [[folded(cell.strip(' "')) for cell in line.split(delimiter)] for line in lines]
        return max((len(set(row) & set(wanted)) for row in rows), default=0), lines[0].count(delimiter) if lines else 0

    return max(DELIMITERS, key=fit)


def _parquet(path: Path) -> Iterator[list[str]]:
    import numpy as np  # noqa: PLC0415 (only for this format)
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pq.read_table(path)
    shortest = {pa.float16(): np.float16, pa.float32(): np.float32}
    yield [str(name).strip() for name in table.column_names]
    columns = [
        [text(value, shortest.get(field.type, float)) for value in table.column(place).to_pylist()]
        for place, field in enumerate(table.schema)
    ]
    yield from map(list, zip(*columns, strict=True))


def _xlsx(path: Path) -> Iterator[Page]:
    import openpyxl  # noqa: PLC0415 (optional)

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for number, sheet in enumerate(book.worksheets, 1):
        sheet.reset_dimensions()  # what a file says of its own size may be wrong, and rows beyond it would be lost
        rows = sheet.iter_rows(values_only=True)
        yield Page(number, [(place, [text(value) for value in row]) for place, row in enumerate(rows, 1)])


def text(value: object, kind: Callable[[float], object] = float) -> str:
    """Return a cell's value as text.

    A number has a decimal point, and never reads like a group of thousands (`numbers.doubt`).

    Args:
        value: What a cell holds.
        kind: Type of a number: of one of less than double precision the shortest text that means it is taken.
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 (NaN)
        return ""
    if not isinstance(value, float):
        return str(value).strip()
    if value.is_integer():
        return str(int(value))
    written = str(kind(value))
    return f"{written}0" if re.fullmatch(r"-?\d\.\d{3}", written) else written


def folded(name: str) -> str:
    """Return a name without what typing varies: case, blanks, marks, and compatibility forms of letters."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
