"""Regions of interest from a sheet: which disc lies where on which image."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from discgrade.grading.discs import Origin
from discgrade.grading.inputs import reading
from discgrade.grading.inputs.reading import ALL, Reading, rows_of
from discgrade.imaging.box import Box
from discgrade.imaging.header import normalised
from discgrade.private import RefusedError
from discgrade.readings.sheets import numbers
from discgrade.readings.sheets.formats import folded, read_pages
from discgrade.readings.sheets.levels import level_of

COLUMNS = ("patient_id", "sop_instance_uid", "level", "x", "y", "width", "height")
"""Columns that a sheet of regions should have; `frame` may stand next to them."""
_NAMES = {folded(name): name for name in (*COLUMNS, "frame", *reading.COLUMNS)}
_PLACE = COLUMNS[3:]
_LEAST = 4.0
"""Pixels of a side below which a region shows nothing of a disc."""


@dataclass(frozen=True)
class Region:
    """One disc's region.

    Attributes:
        rows: Numbers of the rows of the sheet that name it.
        patient_id: Patient ID as written.
        sop_instance_uid: SOP Instance UID of the image.
        frame: Frame of a multi-frame image, from 1.
        level: In one spelling, for example L4/L5; as written where it is no disc's name.
        box: On the slice as it is stored; None if it cannot be read.
        fault: What is wrong with the row, one sentence; empty if nothing is.
        origin: Where it comes from.
        flags: What looks implausible of a mask, in words.
    """

    rows: tuple[int, ...]
    patient_id: str
    sop_instance_uid: str
    frame: int
    level: str
    box: Box | None
    fault: str = ""
    origin: Origin = "drawn"
    flags: tuple[str, ...] = ()


def left_out(regions: Sequence[Region], why: str) -> str:
    """Say that regions of one origin are left out, and why: one sentence for all that share a reason."""
    levels = ", ".join(dict.fromkeys(one.level for one in regions))
    if regions[0].origin == "mask":
        return f"the mask ({levels}) is left out: {why}"
    rows = sorted(row for one in regions for row in one.rows)
    if len(rows) == 1:
        return f"row {rows[0]} of the sheet ({levels}) is left out: {why}"
    return f"rows {', '.join(map(str, rows))} of the sheet ({levels}) are left out: {theirs(why)}"


def theirs(why: str) -> str:
    """Return a reason that speaks of one thing ("its image ...") as one of several."""
    return f"their {why.removeprefix('its ')}" if why.startswith("its ") else why


def read_regions(path: Path, taken: Reading = ALL) -> dict[str, list[Region]]:
    """Return the regions of a sheet (.csv, .xlsx or .parquet) by SOP Instance UID; equal regions are one.

    Args:
        path: The sheet.
        taken: Which of its readings to take.

    Raises:
        RefusedError: if it cannot be read, lacks a column, has no rows or no such reading.
    """
    if not path.is_file():
        raise RefusedError(f"The sheet of regions is missing: {path}. It should be a .csv, .xlsx or .parquet file")
    names, rows = _table(path)
    cells = rows_of([(number, dict(zip(names, row, strict=False))) for number, row in rows], taken)
    marks = numbers.decimal_marks({name: [row.get(name, "") for _, row in cells] for name in _PLACE})
    doubts = frozenset[numbers.Mark]().union(*marks.values())
    found: dict[tuple[object, ...], Region] = {}
    for number, row in cells:
        fault = next(filter(None, (numbers.doubt(row.get(name, ""), marks[name], doubts) for name in _PLACE)), "")
        one = _region(number, row, fault)
        key = (normalised(one.patient_id), one.sop_instance_uid, one.frame, one.level, one.box, one.fault)
        earlier = found.get(key)
        found[key] = one if earlier is None else replace(earlier, rows=(*earlier.rows, number))
    by_image: dict[str, list[Region]] = defaultdict(list)
    for one in found.values():
        by_image[one.sop_instance_uid].append(one)
    return dict(by_image)


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return our names of the columns, empty for others, and the rows below them."""
    for page in read_pages(path, frozenset(_NAMES), "sheet of regions"):
        rows = [(number, cells) for number, cells in page.lines if any(cells)]
        names = [_NAMES.get(folded(cell), "") for cell in rows[0][1]] if rows else []
        if any(names):
            break
    else:
        names, rows = [], []
    missing = [name for name in COLUMNS if name not in names]
    twice = sorted({name for name in names if name and name not in reading.COLUMNS and names.count(name) > 1})
    if missing or twice:
        problem = f"Missing: {', '.join(missing)}" if missing else f"Twice: {', '.join(twice)}"
        raise RefusedError(
            f"The sheet of regions should name its columns in its first row, {', '.join(COLUMNS)} among them. {problem}"
        )
    if len(rows) < 2:
        raise RefusedError("The sheet of regions has a header and no rows below it. It needs one for each disc")
    return names, rows[1:]


def _region(number: int, row: dict[str, str], fault: str) -> Region:
    frame, level = numbers.whole(row.get("frame", ""), 1), level_of(row.get("level", ""))
    values = [numbers.number(row.get(name, "")) for name in _PLACE]
    box = _box(values)
    faults = (
        "" if level else "its level is no disc's name, such as L4/L5",
        "" if frame else "its frame should be a whole number from 1",
        _fault_of(box),
        fault and f"a number {fault}",
    )
    return Region(
        rows=(number,),
        patient_id=row.get("patient_id", ""),
        sop_instance_uid=row.get("sop_instance_uid", ""),
        frame=frame or 0,
        level=level or row.get("level", ""),
        box=box,
        fault=next(filter(None, faults), ""),
    )


def _fault_of(box: Box | None) -> str:
    if box is None:
        return "x, y, width and height should be numbers in pixels, width and height larger than 0"
    if min(box.width, box.height) < _LEAST:
        return (
            f"its box of {box.width:g} x {box.height:g} is too small to hold a disc: x, y, width and height are pixels "
            "of the stored slice, not shares of it or centimetres"
        )
    return ""


def _box(values: Sequence[float | None]) -> Box | None:
    x, y, width, height = values
    if x is None or y is None or width is None or height is None or min(width, height) <= 0:
        return None
    return Box(x, y, width, height)
