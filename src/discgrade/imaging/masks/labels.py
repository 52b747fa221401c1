"""What the values of a label map stand for: the tables of SPIDER, TotalSpineSeg and SPINEPS, or one's own.

A table is a sheet (.csv) with a row for each value: `value`, `structure` (vertebra, sacrum, disc, canal or other) and
`name` (L4 of a vertebra, L4/L5 of a disc).
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from discgrade.grades import LEVELS
from discgrade.imaging.volumes.errors import VolumeError

TABLES = Path(__file__).with_name("tables")
NAMES = ("spider", "totalspineseg", "totalspineseg_2024", "spineps")
"""Tables that come along. SPIDER: van der Graaf et al., Sci Data 2024;11:264. TotalSpineSeg: the numbers of its
releases from 2025 on, and those before. SPINEPS: its `seg-vert` mask; the canal comes from its `seg-spine` mask."""

_STRUCTURES = ("vertebra", "sacrum", "disc", "canal", "other")
_COLUMNS = ("value", "structure", "name")


@dataclass(frozen=True)
class LabelTable:
    """What values stand for.

    Attributes:
        name: Name of the table.
        discs: Value of each level.
        vertebrae: Value of each vertebra by name.
        canal: Values of the canal.
        sacrum: Values of the sacrum.
        known: All values that the table knows.
    """

    name: str
    discs: dict[str, int] = field(default_factory=dict)
    vertebrae: dict[str, int] = field(default_factory=dict)
    canal: tuple[int, ...] = ()
    sacrum: tuple[int, ...] = ()
    known: frozenset[int] = frozenset()


@cache
def read_table(name: str) -> LabelTable:
    """Read a table.

    Args:
        name: One of `NAMES`, or the path of a sheet.

    Raises:
        ValueError: if there is none, or it is not as it should be.
    """
    path = TABLES / f"{name}.csv" if name in NAMES else Path(name)
    if not path.is_file():
        raise ValueError(
            f"The table of labels should be one of {', '.join(NAMES)}, or a sheet (.csv) with the columns "
            f"{', '.join(_COLUMNS)}. Received: {name}"
        )
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    table = LabelTable(name if name in NAMES else path.stem)
    known = set[int]()
    canal, sacrum = list[int](), list[int]()
    for number, row in enumerate(rows, 2):
        value, structure = str(row.get("value") or "").strip(), str(row.get("structure") or "").strip()
        called = str(row.get("name") or "").strip()
        if not value.isdecimal() or structure not in _STRUCTURES or int(value) in known:
            raise ValueError(
                f"Row {number} of the table of labels should hold a whole value that no other row has, and one of "
                f"{', '.join(_STRUCTURES)}. Received: {value!r}, {structure!r}"
            )
        known.add(int(value))
        if structure == "disc":
            table.discs[called] = int(value)
        elif structure == "vertebra":
            table.vertebrae[called] = int(value)
        elif structure in ("canal", "sacrum"):
            (canal if structure == "canal" else sacrum).append(int(value))
    return LabelTable(table.name, table.discs, table.vertebrae, tuple(canal), tuple(sacrum), frozenset(known))


def guess(values: Collection[int]) -> LabelTable:
    """Return the one table that knows all values of a mask, a lumbar disc among them.

    Raises:
        VolumeError: if none does, or several do.
    """
    given = {int(value) for value in values} - {0}
    if not given:
        raise VolumeError("the mask is empty")
    fitting = [table for table in map(read_table, NAMES) if given <= table.known and _fits(table, given)]
    if len(fitting) == 1:
        return fitting[0]
    told = ", ".join(map(str, sorted(given)[:12])) + (" ..." if len(given) > 12 else "")
    which = " and ".join(table.name for table in fitting) if fitting else f"none of {', '.join(NAMES)}"
    raise VolumeError(f"its labels, {told}, fit {which}: say which table they are of (--labels)")


def _fits(table: LabelTable, given: set[int]) -> bool:
    """Return whether a mask shows a lumbar disc by a table, and the vertebra above most of those that it shows."""
    shown = [level for level in LEVELS if table.discs.get(level) in given]
    below = [level for level in shown if table.vertebrae.get(level.split("/")[0]) in given]
    return bool(shown) and 2 * len(below) >= len(shown)
