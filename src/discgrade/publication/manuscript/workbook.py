"""A table as a workbook: as it is printed, with numbers that are numbers, and its values in full precision."""

import re
from collections.abc import Iterator, Sequence
from csv import reader
from io import BytesIO
from itertools import chain
from math import isfinite
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from discgrade.publication.manuscript.archive import undated
from discgrade.publication.render.table import Cell, Table, footnotes, marks

_NUMBER = re.compile(r"[+\N{MINUS SIGN}-]?\d[\d,]*(?:\.\d+)?")
_LABEL, _COLUMN = 34, 14
"""Widths of columns in characters."""
_PLAIN, _BOLD = Font(name="Arial", size=10), Font(name="Arial", size=10, bold=True)
_RULE = Side(style="thin", color="262626")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""

Value = str | float | int | None


def table_workbook(table: Table, values: Path) -> bytes:
    """Return a workbook of a table: sheets Table (as printed, an interval next to its number), Values and Notes.

    Args:
        table: What is printed.
        values: The table's CSV, in full precision.
    """
    book = Workbook()
    printed = book.active
    if not isinstance(printed, Worksheet):
        raise TypeError("openpyxl gave a new workbook without a sheet")
    printed.title = "Table"
    _write_printed(printed, table)
    _write_values(book.create_sheet("Values"), values)
    _write_notes(book.create_sheet("Notes"), table)
    book.properties.title, book.properties.creator = table.heading, "discgrade"
    buffer = BytesIO()
    book.save(buffer)
    return undated(buffer.getvalue())


def number_of(text: str) -> float | int | None:
    """Return the number that a text prints, with commas and a real minus sign; None where it prints none."""
    if not _NUMBER.fullmatch(text):
        return None
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-")
    return float(plain) if "." in plain else int(plain)


def _write_printed(sheet: Worksheet, table: Table) -> None:
    """Write the table as it is printed; a column whose cells have intervals has them in the column after it."""
    notes = footnotes(table)
    spread = [_has_intervals(table, index) for index in range(len(table.headings))]
    sheet.append([table.heading])
    sheet["A1"].font = _BOLD
    sheet.append([])
    heads = [table.stub]
    for text, heading, intervals in zip(_above(table), table.headings, spread, strict=True):
        heads += [_marked(Cell(text + heading.text, notes=heading.notes), notes), *(["interval"] if intervals else [])]
    _append(sheet, heads, head=True)
    for section in table.sections:
        if section.title.text:
            _append(sheet, [_marked(section.title, notes)], bold=True)
        for row in section.rows:
            line: list[Value] = [_marked(row.label, notes)]
            for cell, intervals in zip(row.cells, spread, strict=True):
                line += [_printed(cell, notes), *([cell.interval] if intervals else [])]
            _append(sheet, line)
            apart = [_twice(cell, intervals) for cell, intervals in zip(row.cells, spread, strict=True)]
            _format(sheet, list(chain.from_iterable(apart)))
    sheet.freeze_panes = "B4"
    sheet.column_dimensions["A"].width = _LABEL
    for index in range(2, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(index)].width = _COLUMN


def _twice(cell: Cell, intervals: bool) -> list[Cell | None]:
    return [cell, None] if intervals else [cell]


def _above(table: Table) -> list[str]:
    """Return what stands above each heading, before it."""
    return [f"{text}: " for text, columns in table.spans for _ in range(columns)] or [""] * len(table.headings)


def _has_intervals(table: Table, index: int) -> bool:
    return any(row.cells[index].interval for section in table.sections for row in section.rows)


def _printed(cell: Cell, notes: dict[str, str]) -> Value:
    """Return a cell's number; its text with the marks of its footnotes where it is none."""
    number = number_of(cell.text)
    return _marked(cell, notes) if number is None or cell.notes else number


def _marked(cell: Cell, notes: dict[str, str]) -> str:
    return f"{cell.text} [{marks(cell, notes)}]" if cell.notes else cell.text


def _append(sheet: Worksheet, line: Sequence[Value], *, bold: bool = False, head: bool = False) -> None:
    """Append a row; a text never becomes a formula."""
    sheet.append(list(line))
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
            cell.quotePrefix = cell.value.startswith(_FORMULA)
        cell.font = _BOLD if bold or head else _PLAIN
        if head:
            cell.border = Border(bottom=_RULE)
            cell.alignment = Alignment(wrap_text=True, vertical="bottom")


def _format(sheet: Worksheet, cells: Sequence[Cell | None]) -> None:
    """Show the numbers of the last row with the digits with which they are printed."""
    for place, cell in zip(sheet[sheet.max_row][1:], cells, strict=False):
        if cell is not None and isinstance(place.value, int | float):
            digits = len(cell.text.partition(".")[2])
            place.number_format = f"#,##0.{'0' * digits}" if digits else "#,##0"
            place.font = _BOLD if cell.bold else _PLAIN


def _write_values(sheet: Worksheet, values: Path) -> None:
    """Write the rows of a CSV, with its numbers as numbers."""
    with values.open(newline="", encoding="utf-8") as text:
        for number, line in enumerate(reader(text)):
            _append(sheet, [_value(part) if number else part for part in line], head=number == 0)
    sheet.freeze_panes = "A2"


def _value(text: str) -> Value:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return text
    return int(text) if text.lstrip("-").isdigit() else value if isfinite(value) else text


def _write_notes(sheet: Worksheet, table: Table) -> None:
    """Write caption, footnotes, and what is not shown."""
    for line in _notes(table):
        _append(sheet, line)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 12, 120
    for row in sheet.iter_rows(min_col=2, max_col=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _notes(table: Table) -> Iterator[list[str]]:
    yield ["Caption", f"{table.heading} {table.caption}"]
    yield from ([mark, text] for text, mark in footnotes(table).items())
    yield from (["Not shown", line] for line in table.absent)
