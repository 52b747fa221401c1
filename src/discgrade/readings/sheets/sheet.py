"""The raters' sheet, row by row, in the words of the project: one spelling of every level, number, cohort and name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from discgrade.private import RefusedError
from discgrade.readings.sheets import numbers
from discgrade.readings.sheets.alike import plain
from discgrade.readings.sheets.faults import Fault, SheetError
from discgrade.readings.sheets.formats import folded, read_pages, text
from discgrade.readings.sheets.headings import COLUMNS, NAMES, OPTIONAL, REQUIRED, Heading, find_heading
from discgrade.readings.sheets.levels import level_of
from discgrade.readings.sheets.mapping import mapped
from discgrade.settings.model import Ratings
from discgrade.settings.run import EXTERNAL

__all__ = ["COLUMNS", "OPTIONAL", "REQUIRED", "Row", "load", "read_sheet"]

PLACE = ("x", "y", "width", "height")
_NUMBERS = (*PLACE, "grade")
AS_IT_IS = Ratings("original", False)
"""A sheet in the columns that are read here."""
ORIGINS = ("human", "pseudo", "reviewed")
REGION_ORIGINS = ("drawn", "found", "not found")
"""Who drew a region: a rater, or a locator, which may also have found none."""


@dataclass(frozen=True)
class Row:
    """One reading as text.

    Attributes:
        number: Number of the row in the sheet as a spreadsheet program shows it.
        fields: Texts by column, in our spelling where they can be understood.
        given: Texts by column as they stand in the sheet.
    """

    number: int
    fields: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)

    def get(self, column: str) -> str:
        """Return the text of a column; empty if the sheet has no such column."""
        return self.fields.get(column, "")

    def as_given(self, column: str) -> str:
        """Return the text of a column as it stands in the sheet."""
        return self.given.get(column, "") if self.given else self.get(column)


def load(path: Path) -> list[Row]:
    """Read a table whose first row names its columns, with all columns under the names that they have.

    Raises:
        RefusedError: if it cannot be read, or a row has more cells than the header; the message does not name it.
    """
    lines = [(number, cells) for number, cells in read_pages(path)[0].lines if any(cells)]
    if not lines:
        return []
    (_, names), *rows = lines
    for number, cells in rows:
        if any(cells[len(names) :]):
            raise RefusedError(f"Row {number} of the table has more cells than its header")
    return [Row(number, dict(zip(names, cells, strict=False))) for number, cells in rows]


def read_sheet(
    path: Path, private: Path, settings: Ratings = AS_IT_IS, required: Sequence[str] = REQUIRED
) -> tuple[list[Row], list[Fault]]:
    """Read the sheet of readings.

    Args:
        path: The sheet: .csv, .parquet or .xlsx.
        private: Folder that receives columns.csv, what each column was taken for.
        settings: How its columns, levels and grades are called, and what it leaves out.
        required: Columns that it needs.

    Returns:
        The rows that can be split into columns, in our spelling, and the faults of cells and rows found on the way.

    Raises:
        RefusedError: if the file cannot be read.
        SheetError: if it has no rows.
    """
    theirs = {folded(str(name)) for name in settings.columns.values()}
    pages = mapped(read_pages(path, frozenset(NAMES) | theirs), settings, COLUMNS)
    heading = find_heading(pages, private, required)
    below = [(number, cells) for number, cells in heading.page.lines if number > heading.row and any(cells)]
    if not below:
        raise SheetError(f"ratings: the sheet has a header, row {heading.row}, and no rows below it")
    faults = [fault for number, cells in below if (fault := _row_fault(number, cells, heading)) is not None]
    broken = {fault.row for fault in faults}
    rows = [
        Row(number, {name: cells[place] if place < len(cells) else "" for name, place in heading.columns.items()})
        for number, cells in below
        if number not in broken
    ]
    faults += _number_faults(rows)
    return [Row(row.number, _in_our_spelling(row.fields), row.fields) for row in rows], faults


def _row_fault(number: int, cells: Sequence[str], heading: Heading) -> Fault | None:
    """Return what is wrong with a row as a whole."""
    beyond = [cell for cell in cells[len(heading.names) :] if cell]
    if beyond:
        rule = (
            f"should have no more cells than the header, {len(heading.names)}. A cell that holds a comma needs quotes"
        )
        return Fault(number, "", rule, " | ".join(cells), "more cells than the header")
    names = {NAMES.get(folded(cell)) for cell in cells} - {None}
    if len(names) > len(REQUIRED) // 2:
        return Fault(number, "", "repeats the header. Remove the row", " | ".join(cells), "the header again")
    return None


def _number_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Find numbers that can be read in two ways."""
    columns = {name: [row.get(name) for row in rows] for name in _NUMBERS}
    marks = numbers.decimal_marks(columns)
    others = frozenset[numbers.Mark]().union(*marks.values())
    for name in PLACE:
        for row in rows:
            if rule := numbers.doubt(row.get(name), marks[name], others):
                yield Fault(row.number, name, rule, row.get(name), f"faulty {name}")


def _in_our_spelling(fields: Mapping[str, str]) -> dict[str, str]:
    """Return texts in one spelling; what is not understood stays as it is, for the rules to find."""
    ours = dict(fields)
    for name in PLACE:
        if (length := numbers.number(fields.get(name, ""))) is not None:
            ours[name] = text(length)
    for name in ("reading", "frame", "instance_number"):
        if (value := numbers.whole(fields.get(name, ""))) is not None:
            ours[name] = str(value)
    if (grade := numbers.grade(fields["grade"])) is not None:
        ours["grade"] = f"{grade:g}"
    ours["level"] = level_of(fields["level"]) or fields["level"]
    ours["rater"], cohort = plain(fields["rater"]), plain(fields["cohort"])
    ours["cohort"] = EXTERNAL if cohort.casefold() == EXTERNAL else cohort
    for name, known in (("origin", ORIGINS), ("region_origin", REGION_ORIGINS)):
        if fields.get(name, "").casefold() in known:
            ours[name] = fields[name].casefold()
    return ours
