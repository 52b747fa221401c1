"""A workbook of one sheet: no cell is a formula, and the same rows give the same bytes."""

import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from discgrade import records

_DAY = (1980, 1, 1, 0, 0, 0)
_WIDTH = 14
# Characters that XML cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


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
    book.properties.created = book.properties.modified = datetime(*_DAY)
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
            _repack(loose, partial)
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


def _repack(loose: Path, path: Path) -> None:
    """Copy a zip file without the time at which it was made, in memory that does not grow with its sheets."""
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for known in source.infolist():
            entry = zipfile.ZipInfo(known.filename, _DAY)
            entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, known.file_size
            with source.open(known) as content, target.open(entry, "w") as copied:
                if known.filename == "docProps/core.xml":
                    copied.write(_MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", content.read()))
                else:
                    shutil.copyfileobj(content, copied)
