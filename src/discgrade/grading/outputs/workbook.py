"""A workbook of one sheet: no cell is a formula, and the same rows give the same bytes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.records.archives import copy_undated

_WIDTH = 14
# Characters that XML cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_workbook(
    path: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], widths: Mapping[str, int]
) -> None:
    """Write rows as a workbook whose first row, which stays in view, names the columns.

    Args:
        path: File to write, whole or not at all; the same rows give the same bytes.
        name: Of the sheet.
        columns: Names of the columns.
        rows: A cell for each column: number, text, or empty text for none.
        widths: Of columns that are not of the usual width, in characters, by name.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - a fifth of a second that the other tables do not need
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = widths.get(column, _WIDTH)
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    with records.replacing(path) as partial:
        loose = partial.with_name(f"{partial.name}.loose")
        try:
            book.save(loose)
            copy_undated(loose, partial)
        finally:
            loose.unlink(missing_ok=True)


def _cell(sheet: Any, value: object) -> Any:  # noqa: ANN401 - openpyxl's sheet and cell
    """Return a number as it is, and text as a cell that is read as text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if not isinstance(value, str):
        return value
    made = WriteOnlyCell(sheet, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value))
    made.data_type = "s"
    return made
