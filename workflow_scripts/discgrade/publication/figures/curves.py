"""Training curves: loss and accuracy of every epoch, and the epoch whose checkpoint was kept."""

from collections.abc import Mapping
from itertools import cycle
from math import ceil
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from discgrade import records
from discgrade.publication.figures.style import BLUE, COLUMN, FULL, GREY, ORANGE, drawing, say, wrapped, write_table

COLUMNS = ["panel", *records.HISTORY.names]
_ACROSS = 5
_BLOCK = 62.0


def curves(*, histories: Mapping[str, Path], pdf: Path, png: Path, csv: Path) -> None:
    """Draw the loss and, below it, the accuracy of some trainings against the epoch.

    Args:
        histories: Table `records.HISTORY` for each panel's title.
        pdf: Vector file to write.
        png: Raster file to write.
        csv: Table to write: panel, then the columns of `records.HISTORY`.
    """
    frames = [records.read(path, records.HISTORY).to_pandas().assign(panel=title) for title, path in histories.items()]
    epochs = pd.concat(frames)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)
    write_table(epochs, csv)
    blocks = max(1, ceil(len(frames) / _ACROSS))
    with drawing(pdf=pdf, png=png, width=FULL if len(frames) > 1 else COLUMN, height=blocks * _BLOCK + 10) as figure:
        draw_curves(figure, epochs)


def draw_curves(figure: Figure, epochs: pd.DataFrame) -> None:
    """Draw each panel's loss above its accuracy, five panels side by side."""
    panels = list(epochs.groupby("panel", sort=False))
    if not panels:
        say(figure, "No trainings: there is no history to draw.")
        return
    down = ceil(len(panels) / _ACROSS)
    grid = figure.subplots(2 * down, ceil(len(panels) / down), squeeze=False)
    places = [(above, below) for pair in grid.reshape(down, 2, -1) for above, below in pair.T]
    for (title, history), (above, below) in zip(panels, places, strict=False):
        above.set_title(wrapped(str(title)))
        _draw_pair(above, history, "loss")
        _draw_pair(below, history, "accuracy")
        above.tick_params(labelbottom=False)
        below.set(xlabel="Epoch", ylim=(0, 1))
    for axes in (axes for pair in places[len(panels) :] for axes in pair):
        axes.set_axis_off()
    for axes, label in zip(grid[:, 0], cycle(("Loss", "Accuracy")), strict=False):
        axes.set_ylabel(label)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))


def _draw_pair(axes: Axes, history: pd.DataFrame, quantity: str) -> None:
    axes.plot(history["epoch"], history[quantity], color=BLUE, label="Training")
    axes.plot(history["epoch"], history[f"val_{quantity}"], color=ORANGE, label="Checkpoint choice")
    kept = history.loc[history["best"], "epoch"].tail(1)
    for epoch in kept:
        axes.axvline(epoch, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), label="Kept checkpoint")
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
