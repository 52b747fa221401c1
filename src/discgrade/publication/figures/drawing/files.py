"""The files that every figure writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.records.cell_keys import Placed, write_cell_keys


@dataclass(frozen=True)
class FigureFiles:
    """A figure at the width of a page and of one column, the table that it draws, and its words.

    Attributes:
        pdf: As vectors, 175 mm wide, its fonts embedded.
        png: As pixels, 300 a inch.
        svg: As vectors, its letters as outlines.
        column_pdf: The same at 85 mm.
        column_png: The same at 85 mm.
        column_svg: The same at 85 mm.
        csv: The table that it draws.
        cell_keys: Where the numbers of that table were read.
        words: `words.FigureWords`.
    """

    pdf: Path
    png: Path
    svg: Path
    column_pdf: Path
    column_png: Path
    column_svg: Path
    csv: Path
    cell_keys: Path
    words: Path


def write_drawn(table: pd.DataFrame, keys: Iterable[Placed], files: FigureFiles) -> None:
    """Write the table that a figure draws, in full precision (an undefined value is an empty cell), and its keys."""
    with records.replacing(files.csv) as partial:
        table.to_csv(partial, index=False, lineterminator="\n")
    write_cell_keys(files.cell_keys, keys)
