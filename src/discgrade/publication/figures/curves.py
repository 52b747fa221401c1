"""Training curves: loss and accuracy of every epoch, and the epoch whose checkpoint was kept."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from math import ceil
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from discgrade import records
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.panels import Panel
from discgrade.publication.figures.style import BLUE, COLUMN, FULL, GREY, ORANGE, drawing, say, wrapped
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.records.training import HISTORY

COLUMNS = ["training", *HISTORY.names]
_ACROSS = 5
_BLOCK = 62.0


def curves(*, histories: Sequence[Path], panels: Sequence[Panel], files: FigureFiles) -> None:
    """Draw the loss and, below it, the accuracy of some trainings against the epoch.

    Args:
        histories: Table `records.training.HISTORY` of each training.
        panels: For each history its training's name, title and run; the seeds of a variant are drawn in one panel.
        files: What to write. The table: training (its name), then the columns of `records.training.HISTORY`.
    """
    tables = [records.read(path, HISTORY).to_pandas() for path in histories]
    named = list(zip(panels, tables, strict=True))
    frames = [table.assign(training=panel.name) for panel, table in named]
    epochs = pd.concat(frames)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)
    write_drawn(epochs, _keys(named), files)
    shared: dict[str, tuple[str, list[pd.DataFrame]]] = {}
    for panel, table in named:
        shared.setdefault(panel.runs[0].variant, (panel.title, []))[1].append(table)
    count = max(1, len(shared))
    with drawing(files, width=FULL if count > 1 else COLUMN, height=ceil(count / _ACROSS) * _BLOCK + 10) as figure:
        draw_curves(figure, list(shared.values()))


def _keys(named: Sequence[tuple[Panel, pd.DataFrame]]) -> Iterator[Placed]:
    """Yield the keys of the rows of all trainings: each shows an epoch of its run's `history.parquet`."""
    epochs = [(panel.runs[0], str(epoch)) for panel, table in named for epoch in table["epoch"]]
    for number, (run, epoch) in enumerate(epochs, start=1):
        for name in HISTORY.names:
            yield number, name, run_key(run, "history", name, scope="epoch", group=epoch)


def draw_curves(figure: Figure, panels: Sequence[tuple[str, Sequence[pd.DataFrame]]]) -> None:
    """Draw each panel's loss above its accuracy, five panels side by side: a title, and the history of each seed."""
    if not panels:
        say(figure, "No trainings: there is no history to draw.")
        return
    down = ceil(len(panels) / _ACROSS)
    grid = figure.subplots(2 * down, ceil(len(panels) / down), squeeze=False)
    places = [(above, below) for pair in grid.reshape(down, 2, -1) for above, below in pair.T]
    for (title, histories), (above, below) in zip(panels, places, strict=False):
        above.set_title(wrapped(title))
        for axes, quantity in ((above, "loss"), (below, "accuracy")):
            _draw_quantity(axes, histories, quantity)
        above.tick_params(labelbottom=False)
        below.set(xlabel="Epoch", ylim=(-0.03, 1.03))
    for axes in (axes for pair in places[len(panels) :] for axes in pair):
        axes.set_axis_off()
    for axes, label in zip(grid[:, 0], cycle(("Loss", "Accuracy")), strict=False):
        axes.set_ylabel(label)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles[:3], labels[:3], loc="outside upper center", ncols=3)


def _draw_quantity(axes: Axes, histories: Sequence[pd.DataFrame], quantity: str) -> None:
    for history in histories:
        axes.plot(history["epoch"], history[quantity], color=BLUE, label="Training")
        axes.plot(history["epoch"], history[f"val_{quantity}"], color=ORANGE, label="Checkpoint choice")
        for epoch in history.loc[history["best"], "epoch"].tail(1):
            axes.axvline(epoch, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), label="Kept checkpoint")
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
