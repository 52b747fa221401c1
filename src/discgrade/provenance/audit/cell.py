"""One cell of a table or figure, and the numbers that it was made of, as the keys next to its CSV name them."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.records.cell_keys import CellKey, keys_file, read_cell_keys

NAMES = ("row", "statement", "training", "panel", "variant")
"""The columns that name a row."""
OWN = "this study"
"""What the column `source` of a table says of a row that is not taken from the literature."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        path: The table's CSV, below the study's folder.
        number: Number of its row, from 1 below the header.
        row: All cells of its row, as text.
        column: Name of its column.
        keys: The numbers that it was made of; none for a name, a value from the literature, or nothing.
    """

    path: str
    number: int
    row: Mapping[str, str]
    column: str
    keys: Sequence[CellKey]

    @property
    def text(self) -> str:
        """The cell's content in full precision."""
        return self.row[self.column]

    @property
    def printed(self) -> bool:
        """Whether it is a value from the literature."""
        return self.row.get("source", OWN) != OWN or self.column.startswith("published")


def find_cell(folder: Path, path: str, row: str, column: str) -> Cell:
    """Find a cell and its keys.

    Args:
        folder: The study's folder.
        path: A CSV below it.
        row: A value of one of the row's cells, the first column first; or several of them as name=value,name=value.
        column: Name of the column.

    Raises:
        ValueError: if there is no such column, not exactly one such row, or no file of keys next to the CSV.
    """
    with (folder / path).open(newline="", encoding="utf-8") as file:
        rows: list[dict[str, str]] = list(csv.DictReader(file))
    if rows and column not in rows[0]:
        raise ValueError(f"{path}: no column {column!r}. It should be one of {', '.join(rows[0])}")
    found = _matching(rows, row)
    if not found:
        known = dict.fromkeys(next(iter(given.values())) for given in rows)
        raise ValueError(f"{path}: no row {row!r}. Rows begin with: {', '.join(known)}")
    if len(found) > 1:
        chosen = [rows[number] for number in found]
        differ = [key for key in chosen[0] if len({given[key] for given in chosen}) > 1][:4]
        choices = "; ".join(",".join(f"{key}={given[key]}" for key in differ) for given in chosen[:6])
        raise ValueError(f"{path}: {len(found)} rows are {row!r}. Say which, as name=value,...: {choices}")
    number = found[0] + 1
    return Cell(path, number, rows[found[0]], column, _keys(folder / path, number, column))


def _matching(rows: Sequence[dict[str, str]], query: str) -> list[int]:
    """Return the places of the rows that a query names; this study's own before printed ones."""
    numbered = list(enumerate(rows))
    if "=" in query:
        wanted = dict(part.split("=", 1) for part in re.split(r",(?=\w+=)", query))
        found = [(place, row) for place, row in numbered if all(row.get(key) == wanted[key] for key in wanted)]
    else:
        found = [(place, row) for place, row in numbered if next(iter(row.values())) == query] or [
            (place, row) for place, row in numbered if query in row.values()
        ]
    own = [place for place, row in found if row.get("source", OWN) == OWN]
    return own or [place for place, _ in found]


def _keys(table: Path, number: int, column: str) -> list[CellKey]:
    keys = keys_file(table)
    if not keys.is_file():
        raise ValueError(
            f"{table.name}: the cells of a table or figure are traced by {keys.name}, which should lie next to it. "
            "An earlier version wrote none: run snakemake again"
        )
    return [key for row, name, key in read_cell_keys(keys) if row in (None, number) and name == column]


def row_name(cell: Cell) -> str:
    """Name the row of a cell by what tells it from others."""
    names = (*NAMES, "metric", "split", "share", "resolution", "scope", "group", "grade", "disc", "epoch")
    given = [cell.row[name] for name in names if cell.row.get(name)]
    return " ".join(dict.fromkeys(given)) or next(iter(cell.row.values()))
