"""The files that every figure writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.records.cell_keys import Placed, write_cell_keys


@dataclass(frozen=True)
class FigureFiles:
    """A figure as vectors, as pixels, the table that it draws, and where the numbers of that table were read."""

    pdf: Path
    png: Path
    csv: Path
    cell_keys: Path


def write_drawn(table: pd.DataFrame, keys: Iterable[Placed], files: FigureFiles) -> None:
    """Write the table that a figure draws, in full precision (an undefined value is an empty cell), and its keys."""
    with records.replacing(files.csv) as partial:
        table.to_csv(partial, index=False, lineterminator="\n")
    write_cell_keys(files.cell_keys, keys)
