"""Training curves: loss and accuracy of every epoch, and the epoch whose checkpoint was kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import ceil
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.publication.figures.drawing.style import BLUE, GREY, INK, ORANGE, TALL, draw, is_narrow, wrapped
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.records.results.training import HISTORY
from discgrade.settings.model import Checkpoint

COLUMNS = ["training", *HISTORY.names]
_ACROSS, _ACROSS_COLUMN = 5, 2
_BLOCK, _LOWEST = 64.0, 42.0
"""Heights of a variant's two panels in mm, as a rule and at least."""
CRITERIA: dict[Checkpoint, str] = {
    "validation": "highest accuracy on the validation part",
    "last": "the last epoch",
    "scored": "highest accuracy on the scored part",
}
"""Which epoch's weights are kept."""
_KEPT: dict[Checkpoint, str] = {"validation": "highest validation", "last": "last epoch", "scored": "highest scored"}


@dataclass(frozen=True)
class Curves:
    """A variant's panel: its title, which epoch it keeps, and the history of each seed."""

    title: str
    checkpoint: Checkpoint
    histories: list[pd.DataFrame]


def curves(*, histories: Sequence[Path], panels: Sequence[Panel], context: Context, files: FigureFiles) -> None:
    """Draw the loss and, below it, the accuracy of some trainings against the epoch.

    Args:
        histories: Table `training.HISTORY` of each training.
        panels: For each history its training's name, title and run; the seeds of a variant are drawn in one panel.
        context: What the study is, in words.
        files: What to write. The table: training (its name), then the columns of `training.HISTORY`.
    """
    tables = [records.read(path, HISTORY).to_pandas() for path in histories]
    named = list(zip(panels, tables, strict=True))
    frames = [table.assign(training=panel.name) for panel, table in named]
    epochs = pd.concat(frames)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)
    write_drawn(epochs, _keys(named), files)
    shared: dict[str, Curves] = {}
    for panel, table in named:
        variant = panel.runs[0].variant
        rule = context.variants[variant].protocol.checkpoint
        shared.setdefault(variant, Curves(panel.title, rule, [])).histories.append(table)
    drawn = list(shared.values())

    def paint(sheet: Figure, width: float) -> None:
        draw_curves(sheet, drawn, width)

    def height(width: float) -> float:
        down = ceil(len(drawn) / _across(width))
        return down * max(_LOWEST, min(_BLOCK, (TALL - 10) / down)) + 10

    draw(files, _words(drawn, context), paint, height=height, simulated=context.simulated)


def _across(width: float) -> int:
    return _ACROSS_COLUMN if is_narrow(width) else _ACROSS


def _words(drawn: Sequence[Curves], context: Context) -> FigureWords:
    """Say what is drawn."""
    rules: dict[Checkpoint, list[str]] = {}
    for one in drawn:
        rules.setdefault(one.checkpoint, []).append(one.title)
    kept = "; ".join(f"{CRITERIA[rule]} ({', '.join(titles)})" for rule, titles in rules.items())
    several = any(len(one.histories) > 1 for one in drawn)
    return FigureWords(
        name="curves",
        number="",
        title="Training curves",
        caption=caption(
            "Loss, with its regularisation, and accuracy, on the variant's own scale of grades, of every variant "
            "trained for the hold-out test set, epoch by epoch: on the training part, with dropout and augmentation, "
            "and on the part that the checkpoint is chosen on or that only shows how training went.",
            f"The dashed line is the epoch whose weights were kept, ringed; the criterion: {kept}.",
            "" if set(rules) <= {"last"} else "Of equal accuracies the first is kept; the loss decides nothing.",
            f"Each of the {len(context.seeds)} training seeds has its own lines." if several else "",
            "Losses of different variants are different quantities.",
            data_sentence(context),
        ),
        alt=f"Lines of loss and accuracy by epoch for {len(drawn)} variants.",
        absent="" if drawn else "No trainings: there is no history to draw.",
    )


def _keys(named: Sequence[tuple[Panel, pd.DataFrame]]) -> Iterator[Placed]:
    """Yield the keys of the rows of all trainings: each shows an epoch of its run's `history.parquet`."""
    epochs = [(panel.runs[0], str(epoch)) for panel, table in named for epoch in table["epoch"]]
    for number, (run, epoch) in enumerate(epochs, start=1):
        for name in HISTORY.names:
            yield number, name, run_key(run, "history", name, scope="epoch", group=epoch)


def draw_curves(figure: Figure, panels: Sequence[Curves], width: float) -> None:
    """Draw each panel's loss above its accuracy, five panels side by side, or two in a column."""
    down = ceil(len(panels) / _across(width))
    grid = figure.subplots(2 * down, ceil(len(panels) / down), squeeze=False)
    places = [(above, below) for pair in grid.reshape(down, 2, -1) for above, below in pair.T]
    for one, (above, below) in zip(panels, places, strict=False):
        above.set_title(wrapped(one.title))
        for axes, quantity in ((above, "loss"), (below, "accuracy")):
            _draw_quantity(axes, one.histories, quantity)
        below.set_title(f"kept: {_KEPT[one.checkpoint]}", fontsize=6.5, color=INK)
        above.tick_params(labelbottom=False)
        below.set(xlabel="Epoch", ylim=(-0.03, 1.03))
    for axes in (axes for pair in places[len(panels) :] for axes in pair):
        axes.set_axis_off()
    for axes, label in zip(grid[:, 0], cycle(("Loss", "Accuracy")), strict=False):
        axes.set_ylabel(label)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles[:3], labels[:3], loc="outside upper center", ncols=2 if is_narrow(width) else 3)


def _draw_quantity(axes: Axes, histories: Sequence[pd.DataFrame], quantity: str) -> None:
    for history in histories:
        axes.plot(history["epoch"], history[quantity], color=BLUE, label="Training")
        axes.plot(history["epoch"], history[f"val_{quantity}"], color=ORANGE, label="Validation or scored part")
        kept = history[history["best"]].tail(1)
        for epoch in kept["epoch"]:
            axes.axvline(epoch, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), label="Kept checkpoint")
        if quantity == "accuracy":
            axes.plot(kept["epoch"], kept["val_accuracy"], "o", markersize=5, markerfacecolor="none", color=INK)
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
