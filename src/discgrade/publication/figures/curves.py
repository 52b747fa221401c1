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
from discgrade.publication.wording import run_name
from discgrade.records.training import HISTORY

COLUMNS = ["training", *HISTORY.names]
_ACROSS = 5
_BLOCK = 62.0


def curves(*, histories: Mapping[str, Path], pdf: Path, png: Path, csv: Path) -> None:
    """Draw the loss and, below it, the accuracy of some trainings against the epoch.

    Args:
        histories: Table `records.training.HISTORY` of each training by its name; "mae, seed 1" and "mae, seed 2" share
            a panel.
        pdf: Vector file to write.
        png: Raster file to write.
        csv: Table to write: training (its name), then the columns of `records.training.HISTORY`.
    """
    frames = [records.read(path, HISTORY).to_pandas().assign(training=name) for name, path in histories.items()]
    epochs = pd.concat(frames)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)
    write_table(epochs, csv)
    panels = max(1, len({_panel_of(name) for name in histories}))
    width, height = FULL if panels > 1 else COLUMN, ceil(panels / _ACROSS) * _BLOCK + 10
    with drawing(pdf=pdf, png=png, width=width, height=height) as figure:
        draw_curves(figure, epochs)


def _panel_of(name: str) -> str:
    return name.split(", seed ", maxsplit=1)[0]


def draw_curves(figure: Figure, epochs: pd.DataFrame) -> None:
    """Draw each panel's loss above its accuracy, five panels side by side."""
    panels = list(epochs.groupby(epochs["training"].map(_panel_of), sort=False))
    if not panels:
        say(figure, "No trainings: there is no history to draw.")
        return
    down = ceil(len(panels) / _ACROSS)
    grid = figure.subplots(2 * down, ceil(len(panels) / down), squeeze=False)
    places = [(above, below) for pair in grid.reshape(down, 2, -1) for above, below in pair.T]
    for (title, histories), (above, below) in zip(panels, places, strict=False):
        above.set_title(wrapped(run_name(str(title))))
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


def _draw_quantity(axes: Axes, histories: pd.DataFrame, quantity: str) -> None:
    for _, history in histories.groupby("training", sort=False):
        axes.plot(history["epoch"], history[quantity], color=BLUE, label="Training")
        axes.plot(history["epoch"], history[f"val_{quantity}"], color=ORANGE, label="Checkpoint choice")
        for epoch in history.loc[history["best"], "epoch"].tail(1):
            axes.axvline(epoch, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), label="Kept checkpoint")
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
