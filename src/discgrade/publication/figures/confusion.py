"""Confusion matrices of several variants on the integral grades."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import INTEGRAL, integral, rank
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.panels import Panel
from discgrade.publication.figures.selection import of_run
from discgrade.publication.figures.style import COLUMN, FULL, INK, drawing, grade_text, say, wrapped
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.records.scores import GRADED
from discgrade.settings.run import Run

COLUMNS = ["panel", "reference", "predicted", "n", "share"]
_ACROSS = 4
_SCALE, _TITLE, _TICKS = 24.0, 10.0, 5.0
"""Width of the colour scale, and heights of a panel's title and ticks, in mm."""
_GRADES = len(INTEGRAL)


def confusion(*, graded: Path, panels: Sequence[Panel], files: FigureFiles) -> None:
    """Draw how often each integral reference grade was predicted as which, one panel for one or several pooled runs.

    Args:
        graded: Table `records.scores.GRADED`; only the scored part counts, not an external cohort.
        panels: What each panel shows: the runs that are added up, one or the folds of a variant. A panel without
            predictions is left out.
        files: What to write. The table: panel, reference and predicted (integral grades), n (scored samples), share (of
            the samples of that reference grade; empty where there are none).
    """
    counted = [(panel, count_pairs(graded, panel.runs)) for panel in panels]
    counted = [(panel, matrix) for panel, matrix in counted if matrix.any()]
    rows = _rows({panel.name: matrix for panel, matrix in counted})
    write_drawn(rows, _keys(rows, {panel.name: panel.runs for panel, _ in counted}), files)
    across, down = _arrangement(len(counted))
    width = FULL if across > 1 else COLUMN
    side = (width - _SCALE) / across - _TICKS
    with drawing(files, width=width, height=down * (side + _TITLE + _TICKS) + 6) as figure:
        draw_matrices(figure, [(panel.title, matrix) for panel, matrix in counted])


def count_pairs(graded: Path, runs: Sequence[Run]) -> NDArray[np.int64]:
    """Return the confusion matrix (5, 5) of the runs' scored part, rows the reference."""
    matrix = np.zeros((_GRADES, _GRADES), np.int64)
    for run in runs:
        scored = of_run(run) & (pc.field("part") == "test")
        pairs = records.read(graded, GRADED, ["reference", "predicted"], scored)
        ranks = [rank(integral(pairs.column(name).to_numpy()), "integral") for name in pairs.column_names]
        np.add.at(matrix, tuple(ranks), 1)
    return matrix


def draw_matrices(figure: Figure, matrices: Sequence[tuple[str, NDArray[np.int64]]]) -> None:
    """Draw each matrix (5, 5) under its title with its counts, shaded by the share of its row."""
    if not matrices:
        say(figure, "No predictions: none of the runs that this figure shows has been scored.")
        return
    across, down = _arrangement(len(matrices))
    grid = figure.subplots(down, across, squeeze=False)
    for axes in grid.flat[len(matrices) :]:
        axes.set_axis_off()
    for axes, (title, matrix) in zip(grid.flat, matrices, strict=False):
        image = axes.imshow(_shares(matrix), cmap="Blues", vmin=0, vmax=1)
        _write_counts(axes, matrix)
        axes.set_title(f"{wrapped(title, 26)}\nn = {matrix.sum():,}")
    figure.supxlabel("Predicted grade", fontsize=7)
    figure.supylabel("Reference grade", fontsize=7)
    figure.colorbar(image, ax=grid, label="Share of the reference grade", fraction=0.02, aspect=40)


def _write_counts(axes: Axes, matrix: NDArray[np.int64]) -> None:
    shares = _shares(matrix)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if shares[row, column] > 0.55 else INK
        axes.text(column, row, f"{count}", ha="center", va="center", fontsize=6, color=colour, in_layout=False)
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


def _arrangement(panels: int) -> tuple[int, int]:
    """Return how many panels stand side by side and one above the other."""
    down = max(1, ceil(panels / _ACROSS))
    return max(1, ceil(panels / down)), down
