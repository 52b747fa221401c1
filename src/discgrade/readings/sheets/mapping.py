"""A sheet that was made for something else, in the columns that are read here: as the study's settings say, no guess.

A wide sheet has a row a patient and a column a level, each holding a grade; it is told by two or more columns that are
called as lumbar discs, next to none that is called as the grade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from discgrade.grades import LEVELS
from discgrade.private import RefusedError
from discgrade.readings.sheets.formats import SEARCHED, Page, folded
from discgrade.readings.sheets.levels import level_of
from discgrade.settings.model import Ratings

_FEWEST_LEVELS = 2


@dataclass(frozen=True)
class _Header:
    """The header of a page: which line it is, and our names of its cells, or theirs where we have none."""

    place: int
    names: list[str]


def mapped(pages: Sequence[Page], settings: Ratings, wanted: Sequence[str]) -> list[Page]:
    """Return pages whose headers have our names, with one row a disc and what the settings fill in.

    Args:
        pages: The sheet.
        settings: Columns, levels and grades as the sheet calls them, and what it leaves out.
        wanted: Our names of columns.

    Raises:
        RefusedError: if no page has the columns that the settings name.
    """
    found = [_page(page, settings, wanted) for page in pages]
    if settings.columns and not any(found):
        named = ", ".join(f"{theirs!r} for {ours}" for ours, theirs in settings.columns.items())
        raise RefusedError(f"ratings.columns should name columns of the sheet, in one row at its top: {named}")
    return [new or page for new, page in zip(found, pages, strict=True)]


def _page(page: Page, settings: Ratings, wanted: Sequence[str]) -> Page | None:
    """Return a page in our columns; None where it has not the columns that the settings name, or needs no change."""
    header = _header(page, settings, wanted)
    if header is None:
        return None
    levels = _levels(header.names)
    wide = len(levels) >= _FEWEST_LEVELS and "grade" not in header.names
    if not (wide or settings.columns or settings.fill or settings.levels or settings.grades):
        return None
    fill = {name: str(value) for name, value in settings.fill.items() if name not in header.names}
    names = [name for place, name in enumerate(header.names) if not (wide and place in levels)]
    above, (number, _), below = page.lines[: header.place], page.lines[header.place], page.lines[header.place + 1 :]
    lines = [*above, (number, [*names, *(("level", "grade") if wide else ()), *fill])]
    for row, cells in below:
        if not any(cells):
            continue
        padded = [*cells, *[""] * (len(header.names) - len(cells))]
        kept = [cell for place, cell in enumerate(padded) if not (wide and place in levels)]
        for own in _discs(padded, levels) if wide else [()]:
            lines.append((row, _spelt([*kept, *own, *fill.values()], lines[header.place][1], settings)))
    return replace(page, lines=lines)


def _header(page: Page, settings: Ratings, wanted: Sequence[str]) -> _Header | None:
    ours = {folded(str(theirs)): name for name, theirs in settings.columns.items()}
    own = {folded(name): name for name in wanted}
    for place, (_, cells) in enumerate(page.lines[:SEARCHED]):
        called = [folded(cell) for cell in cells]
        if not all(name in called for name in ours):
            continue
        names = [ours.get(name) or own.get(name) or cell for name, cell in zip(called, cells, strict=True)]
        # A column that stands for another one of ours keeps its own name to itself.
        names = [
            f"{name} (as named in the sheet)" if name in ours.values() and ours.get(called[at]) != name else name
            for at, name in enumerate(names)
        ]
        if settings.columns or _is_header(names, wanted):
            return _Header(place, names)
    return None


def _is_header(names: Sequence[str], wanted: Sequence[str]) -> bool:
    return len(set(names) & set(wanted)) + len(_levels(names)) > 1


def _levels(names: Sequence[str]) -> dict[int, str]:
    """Return the columns that are called as lumbar discs."""
    return {place: level for place, name in enumerate(names) if (level := level_of(name)) in LEVELS}


def _discs(cells: Sequence[str], levels: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return level and grade of each disc of a row of a wide sheet; an empty cell is a disc that was not read."""
    return [(level, cells[place]) for place, level in levels.items() if cells[place].strip()]


def _spelt(cells: Sequence[str], names: Sequence[str], settings: Ratings) -> list[str]:
    """Return a row with levels and grades as the settings translate them."""
    given = {"level": settings.levels, "grade": settings.grades}
    tables = {name: {str(key): str(value) for key, value in table.items()} for name, table in given.items()}
    return [tables.get(name, {}).get(cell.strip(), cell) for name, cell in zip(names, cells, strict=False)]
