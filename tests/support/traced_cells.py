"""All cells of a table or figure with the keys that were written next to it."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from discgrade.provenance.audit.cell import Cell
from discgrade.records.cell_keys import keys_file, read_cell_keys


def cells_of(table: Path, folder: Path) -> Iterator[Cell]:
    """Yield every cell of a CSV of the study in a folder."""
    keys = defaultdict(list)
    for row, column, key in read_cell_keys(keys_file(table)):
        keys[row, column].append(key)
    with table.open(newline="", encoding="utf-8") as text:
        for number, row in enumerate(csv.DictReader(text), start=1):
            for column in row:
                of_cell = [*keys[None, column], *keys[number, column]]
                yield Cell(table.relative_to(folder).as_posix(), number, row, column, of_cell)
