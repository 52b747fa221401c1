"""Which row of a sheet is its header, and which column is which: told from folded names, never guessed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade.private import RefusedError
from discgrade.readings.sheets.alike import distance
from discgrade.readings.sheets.formats import SEARCHED, Page, folded

OF_VOLUMES = ("patient_id", "level", "grade", "rater", "reading", "cohort")
"""Columns of a sheet whose discs are placed by masks."""
REQUIRED = (
    "patient_id", "sop_instance_uid", "level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort",
)  # fmt: skip
OPTIONAL = ("origin", "read_at", "frame", "region_origin", "series_uid", "instance_number")
IN_SERIES = ("series_uid", "instance_number")
"""Columns that name an image together, in place of its SOP Instance UID."""
COLUMNS = (*REQUIRED, *OPTIONAL)
NAMES = {folded(name): name for name in COLUMNS}
"""Our name of a column by its folded one."""
IGNORED = "columns.csv"

_MEANT = {
    "patient_id": ("patient", "patid", "pid", "id", "caseid", "case"),
    "sop_instance_uid": ("sopuid", "instanceuid", "instance", "imageuid", "image", "uid", "sop"),
    "level": ("disc", "disk", "discs", "segment", "ivd", "disclevel"),
    "x": ("left", "xmin", "x1", "x0", "xpx"),
    "y": ("top", "ymin", "y1", "y0", "ypx"),
    "width": ("w", "roiwidth", "boxwidth", "widthpx"),
    "height": ("h", "roiheight", "boxheight", "heightpx"),
    "grade": ("pfirrmann", "pfirrmanngrade", "score", "rating", "label", "gradering"),
    "rater": ("reader", "observer", "radiologist", "annotator", "ratername", "raterid"),
    "reading": ("read", "readno", "readingno", "session", "round", "readingnumber"),
    "cohort": ("group", "dataset", "site", "centre", "center", "set"),
    "origin": ("labelorigin", "originoflabel", "originlabel"),
    "read_at": ("readdate", "readingdate", "dateofreading", "datereading", "readon", "readday", "readtime"),
    "region_origin": ("regionfrom", "boxorigin", "originofregion"),
    "series_uid": ("seriesinstanceuid",),
    "instance_number": ("instanceno", "imagenumber", "slicenumber"),
    "frame": ("frameno", "framenumber", "framenr", "frameindex", "frameid"),
}
"""Names that people give a column, folded: they are told, not taken."""
_MOST_ABOVE = 5
"""Cells that a row of titles above the header may hold."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heading:
    """The header of a sheet.

    Attributes:
        page: The worksheet that it is in.
        row: Its row's number.
        names: Of each column the name as written.
        columns: Place of each of our columns, from 0.
    """

    page: Page
    row: int
    names: list[str]
    columns: dict[str, int]

    @property
    def ignored(self) -> list[tuple[int, str]]:
        """Place, from 1, and name of each column that is none of ours."""
        ours = set(self.columns.values())
        return [(place + 1, name) for place, name in enumerate(self.names) if place not in ours]


def find_heading(pages: Sequence[Page], private: Path, required: Sequence[str] = REQUIRED) -> Heading:
    """Return the one row that names all columns that a sheet needs.

    Args:
        pages: The sheet.
        private: Folder that receives columns.csv: every column, and what it was taken for.
        required: Names of the columns that it needs.

    Raises:
        RefusedError: if there is no such row, or more than one worksheet has one, a column is there twice, an optional
            column is nearly named, or data stand above it.
    """
    best = [heading for page in pages if (heading := _best(page)) is not None]
    whole = [heading for heading in best if not _lacking(heading, required)]
    if not best:
        raise RefusedError("The sheet of readings is empty")
    if len(whole) > 1:
        places = ", ".join(str(heading.page.number) for heading in whole)
        raise RefusedError(f"ratings: several worksheets hold readings: {places}. Keep one, or join them in one")
    heading = whole[0] if whole else max(best, key=lambda one: len(one.columns))
    _note(heading, private)
    if not whole:
        raise RefusedError(_missing(heading, len(pages), required))
    _check(heading)
    _tell(heading, len(pages))
    return heading


def _lacking(heading: Heading, required: Sequence[str]) -> list[str]:
    """Return the columns that a heading lacks; series and number of an image will do for its UID."""
    in_series = all(name in heading.columns for name in IN_SERIES)
    lacking = [name for name in required if name not in heading.columns]
    return [name for name in lacking if not (in_series and name == "sop_instance_uid")]


def _best(page: Page) -> Heading | None:
    """Return the row at the top of a page that names most of our columns, or its first row; None if it is empty."""
    lines = [(number, cells) for number, cells in page.lines[: SEARCHED * 5] if any(cells)][:SEARCHED]
    headings = [Heading(page, number, cells, _columns(cells)) for number, cells in lines]
    return max(headings, key=lambda one: len(one.columns), default=None)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if (name := NAMES.get(folded(cell))) is not None:
            found.setdefault(name, place)
    return found


def _note(heading: Heading, private: Path) -> None:
    """Write what became of each column; the names of ignored ones may hold anything."""
    taken = {place: name for name, place in heading.columns.items()}
    rows = [(place + 1, name, taken.get(place, "")) for place, name in enumerate(heading.names)]
    privacy.write_rows(private / IGNORED, ("place", "column", "taken_for"), rows)


def _missing(heading: Heading, pages: int, required: Sequence[str]) -> str:
    missing = _lacking(heading, required)
    where = f"Row {heading.row}" + (f" of worksheet {heading.page.number}" if pages > 1 else "")
    cells = [name for name in heading.names if name]
    hints = [f"{name!r} for {ours}" for _, name in heading.ignored if (ours := _meant(name)) in missing]
    near = f". These nearly fit, and should be renamed: {', '.join(hints)}" if hints else ""
    sheets = f" None of the {pages} worksheets has them all." if pages > 1 else ""
    return (
        f"ratings: columns should be {', '.join(required)}. Missing: {', '.join(missing)}.{sheets} {where} holds "
        f"{len(cells)} cells, {len(heading.columns)} of which name a column{near}. All of them are in the private "
        f"folder's {IGNORED}"
    )


def _meant(name: str) -> str:
    """Return which of our columns a name nearly fits; empty if none. What nearly fits is no person's name."""
    given = folded(name)
    for ours, others in _MEANT.items():
        if given in others:
            return ours
        known = folded(ours)
        least = 1 if len(known) < 6 else 2
        if len(given) > 3 and len(known) > 4 and distance(given, known) <= least:
            return ours
    return ""


def _check(heading: Heading) -> None:
    for name, place in heading.columns.items():
        places = [number + 1 for number, cell in enumerate(heading.names) if NAMES.get(folded(cell)) == name]
        if len(places) > 1:
            raise RefusedError(f"ratings: columns {' and '.join(map(str, places))} are both named {name}. Keep one")
        assert place + 1 == places[0]
    for place, name in heading.ignored:
        if (ours := _meant(name)) in OPTIONAL and ours not in heading.columns:
            raise RefusedError(
                f"ratings: column {place}, {name!r}, has no meaning here, but is nearly {ours}. Rename it to {ours} "
                "or to something else"
            )
    above = [(number, cells) for number, cells in heading.page.lines if number < heading.row]
    for number, cells in above:
        if sum(map(bool, cells)) > _MOST_ABOVE:
            raise RefusedError(
                f"ratings: the header is row {heading.row}, but row {number} above it holds data. Move it to row 1"
            )


def _tell(heading: Heading, pages: int) -> None:
    taken = [f"{heading.names[place]!r} for {name}" for name, place in heading.columns.items()]
    changed = [one for one in taken if one.partition(" for ")[0] != repr(one.partition(" for ")[2])]
    if pages > 1:
        log.info("ratings: of %d worksheets the readings are in number %d", pages, heading.page.number)
    if heading.row > 1:
        log.info("ratings: the header is row %d; what stands above it is left out", heading.row)
    if changed:
        log.info("ratings: taken: %s", ", ".join(changed))
    if heading.ignored:
        log.info(
            "ratings: %d columns that have no meaning here are dropped: see %s in the private folder",
            len(heading.ignored),
            IGNORED,
        )
