"""Confusion matrices of several variants on the integral grades."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import INTEGRAL, integral, rank
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.publication.figures.drawing.selection import of_run
from discgrade.publication.figures.drawing.style import INK, TALL, draw, grade_text, is_narrow, wrapped
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.records.results.scores import GRADED
from discgrade.settings.run import Run

COLUMNS = ["panel", "reference", "predicted", "n", "share"]
_ACROSS, _ACROSS_COLUMN = 4, 2
_SCALE, _TITLE, _TICKS = 20.0, 10.0, 5.0
"""Width of the colour scale, and heights of a panel's title and ticks, in mm."""
_NAME, _LINE = 26, 3.0
"""Characters of a line of a panel's title, and the height in mm of each beyond two."""
_SMALLEST, _LARGEST = 28.0, 62.0
"""Bounds of a panel's side, in mm."""
_GRADES = len(INTEGRAL)


@dataclass(frozen=True)
class Counted:
    """A panel's confusion matrix (5, 5), rows the reference, and the number of its discs."""

    panel: Panel
    matrix: NDArray[np.int64]
    discs: int


def confusion(*, graded: Path, panels: Sequence[Panel], context: Context, files: FigureFiles) -> None:
    """Draw how often each integral reference grade was predicted as which, one panel for one or several pooled runs.

    Args:
        graded: Table `scores.GRADED`; only the scored part counts, not an external cohort.
        panels: What each panel shows: the runs that are added up, one or the folds of a variant. A panel without
            predictions is left out.
        context: What the study is, in words.
        files: What to write. The table: panel, reference and predicted (integral grades), n (scored samples), share (of
            the samples of that reference grade; empty where there are none).
    """
    counted = [one for one in (count_pairs(graded, panel) for panel in panels) if one.matrix.any()]
    rows = _rows({one.panel.name: one.matrix for one in counted})
    write_drawn(rows, _keys(rows, {one.panel.name: one.panel.runs for one in counted}), files)

    def paint(sheet: Figure, width: float) -> None:
        draw_matrices(sheet, counted, width)

    def height(width: float) -> float:
        across, down = _arrangement(len(counted), width)
        rest = 14 if is_narrow(width) else 6
        fitting = max(_SMALLEST, (TALL - rest) / down - _TITLE - _TICKS)
        side = min((width - (0 if is_narrow(width) else _SCALE)) / across - _TICKS, _LARGEST, fitting)
        lines = max((wrapped(one.panel.title, _NAME).count("\n") + 1 for one in counted), default=1)
        return down * (side + _TITLE + _TICKS + _LINE * max(0, lines - 2)) + rest

    draw(files, _words(counted, context), paint, height=height, simulated=context.simulated)


def count_pairs(graded: Path, panel: Panel) -> Counted:
    """Count reference and predicted grades of the scored part of a panel's runs."""
    matrix, discs = np.zeros((_GRADES, _GRADES), np.int64), set()
    for run in panel.runs:
        scored = of_run(run) & (pc.field("part") == "test")
        pairs = records.read(graded, GRADED, ["reference", "predicted", "disc"], scored)
        sides = ("reference", "predicted")
        np.add.at(matrix, tuple(rank(integral(pairs.column(side).to_numpy()), "integral") for side in sides), 1)
        discs |= set(pairs.column("disc").to_pylist())
    return Counted(panel, matrix, len(discs))


def _words(counted: Sequence[Counted], context: Context) -> FigureWords:
    """Say what is drawn."""
    copies = any(one.matrix.sum() > one.discs for one in counted)
    seeds = f" of all {len(context.seeds)} training seeds" if len(context.seeds) > 1 else ""
    first = f"{counted[0].panel.title}: {np.trace(_shares(counted[0].matrix)):.2f} of 5" if counted else ""
    return FigureWords(
        name="confusion",
        number="",
        title="Confusion matrices",
        caption=caption(
            "How often each integral reference grade (row) was predicted as which (column): every variant on the "
            "hold-out test set and, out of fold, those trained in every fold.",
            f"A cell gives the number of scored samples{seeds} and, below, their share of the row in percent, which "
            "its shade shows as well; cells without a sample hold nothing.",
            "n counts scored samples; where they are augmented copies, the discs behind them are named."
            if copies
            else "n counts scored discs.",
            data_sentence(context),
        ),
        alt=f"Tables of counts. Sum of the shares on the diagonal of {first}." if counted else "",
        absent="" if counted else "No predictions: none of the runs that it shows has been scored.",
    )


def draw_matrices(figure: Figure, counted: Sequence[Counted], width: float) -> None:
    """Draw each matrix under its title with its counts and the shares of its rows, which shade it."""
    across, down = _arrangement(len(counted), width)
    grid = figure.subplots(down, across, squeeze=False)
    for axes in grid.flat[len(counted) :]:
        axes.set_axis_off()
    for axes, one in zip(grid.flat, counted, strict=False):
        image = axes.imshow(_shares(one.matrix), cmap="Blues", vmin=0, vmax=1)
        _write_counts(axes, one.matrix)
        n = f"n = {one.matrix.sum():,}" + (f" of {one.discs:,} discs" if one.matrix.sum() > one.discs else "")
        axes.set_title(f"{wrapped(one.panel.title, _NAME)}\n{n}")
    figure.supxlabel("Predicted grade", fontsize=7)
    figure.supylabel("Reference grade", fontsize=7)
    place = {"location": "top", "aspect": 40} if is_narrow(width) else {"aspect": 40}
    bar = figure.colorbar(image, ax=grid, label="Share of the reference grade", fraction=0.02, **place)
    bar.ax.xaxis.set_major_formatter(PercentFormatter(1))
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1))


def _write_counts(axes: Axes, matrix: NDArray[np.int64]) -> None:
    """Write into each cell its count and, below, its share of the row; nothing where there is no sample."""
    shares = _shares(matrix)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if shares[row, column] > 0.55 else INK
        share = f"{100 * shares[row, column]:.0f} %"
        text = f"{count}\n{'100%' if share == '100 %' else share}" if count else ""
        axes.text(
            column, row, text, ha="center", va="center", fontsize=6, color=colour, linespacing=1.05, in_layout=False
        )
    axes.set_xticks(range(_GRADES), [grade_text(grade) for grade in INTEGRAL])
    axes.set_yticks(range(_GRADES), [grade_text(grade) for grade in INTEGRAL])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _shares(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each cell's share of its row, NaN in a row without samples."""
    totals = matrix.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(matrix, totals, out=np.full(matrix.shape, np.nan), where=totals > 0))


def _rows(matrices: Mapping[str, NDArray[np.int64]]) -> pd.DataFrame:
    rows = [
        (name, INTEGRAL[row], INTEGRAL[column], count, _shares(matrix)[row, column])
        for name, matrix in matrices.items()
        for (row, column), count in np.ndenumerate(matrix)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _keys(rows: pd.DataFrame, runs: Mapping[str, Sequence[Run]]) -> Iterator[Placed]:
    """Yield for each count and share the runs whose pairs were counted."""
    for number, panel in enumerate(rows["panel"], start=1):
        for column in ("n", "share"):
            yield from ((number, column, run_key(run, "graded", "predicted", "from")) for run in runs[panel])


def _arrangement(panels: int, width: float) -> tuple[int, int]:
    """Return how many panels stand side by side and one above the other."""
    down = max(1, ceil(panels / (_ACROSS_COLUMN if is_narrow(width) else _ACROSS)))
    return max(1, ceil(panels / down)), down
