"""Where the numbers of a table or figure were read: `<name>.keys.csv` beside `<name>.csv`.

One line a cell and number that it was made of, in words that an auditor can read. Publication writes these files,
`discgrade trace` reads them; here is the one place that knows their form.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from discgrade.records.files import remove_leftovers, replacing

SUFFIX = ".keys.csv"

Entering = Literal["is", "less", "complement", "from"]
"""How a number enters its cell: it is the cell's, is subtracted, is taken from 1, or is one of many worked upon."""


@dataclass(frozen=True)
class CellKey:
    """A number that a cell was made of.

    Attributes:
        table: The study's table that holds it: scores, intervals, shown_intervals, comparisons, certainty, agreement,
            stability, localisation, boxes, external, label_noise, label_quality, pseudo_labels, graded, splits, discs,
            ratings, flow; network and history lie in the folder of the run.
        field: Column of that table, or what was counted in it.
        variant: The run's variant; empty for any, as is each field of the run that follows.
        resolution: The run's resolution in pixels.
        share: Denominator of the run's training fraction.
        split: The run's split, or `folds`, `fold-mean` or `readings`.
        seed: The run's seed; -1 for the mean of all.
        scope: What the discs are restricted by; of network and history the column that names the row.
        group: Value of the scope.
        grade: The grade of a score per grade.
        metric: The metric of a score.
        other: What the run is compared with.
        enters: How the number enters the cell.
    """

    table: str
    field: str
    variant: str = ""
    resolution: int | None = None
    share: int | None = None
    split: str = ""
    seed: int | None = None
    scope: str = ""
    group: str = ""
    grade: float | None = None
    metric: str = ""
    other: str = ""
    enters: Entering = "is"


Placed = tuple[int | None, str, CellKey]
"""A row of the CSV, counted from 1 below its header (None: every row), a column, and a number of that cell."""

_NAMES = [field.name for field in fields(CellKey)]
_NUMBERS = {"resolution": int, "share": int, "seed": int, "grade": float}


def keys_file(table: Path) -> Path:
    """Return the path of the keys of a table's or figure's CSV."""
    return table.with_suffix(SUFFIX)


def write_cell_keys(path: Path, keys: Iterable[Placed]) -> None:
    """Write the keys of a table, whole or not at all."""
    remove_leftovers(path)
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as text:
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(["row", "column", *_NAMES])
        lines.writerows([row, column, *(getattr(key, name) for name in _NAMES)] for row, column, key in keys)


def read_cell_keys(path: Path) -> list[Placed]:
    """Read the keys of a table, in the order in which they were written.

    Raises:
        ValueError: if the file is not one that `write_cell_keys` wrote.
    """
    with path.open(newline="", encoding="utf-8") as text:
        lines = csv.DictReader(text)
        if lines.fieldnames != ["row", "column", *_NAMES]:
            raise ValueError(f"{path.name}: not a file of cell keys. Its columns should be row, column, {_NAMES}")
        return [(int(line["row"]) if line["row"] else None, line["column"], _key(line)) for line in lines]


def _key(line: Mapping[str, str]) -> CellKey:
    return CellKey(**{name: _typed(name, line[name]) for name in _NAMES})  # type: ignore[arg-type]


def _typed(name: str, text: str) -> str | float | None:
    number = _NUMBERS.get(name)
    return text if number is None else number(text) if text else None
