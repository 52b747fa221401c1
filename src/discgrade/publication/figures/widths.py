"""How wide the interval of the next study is by its number of patients."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade.publication.agreement_values import HEADINGS, Agreed, Row, key_of, read_agreed, scored_words
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    ORANGE,
    VERMILLION,
    draw,
    is_narrow,
    letter,
)
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.wording import percent
from discgrade.records.cell_keys import Placed
from discgrade.reliability.agreement.planning import ASSURANCE, FEWEST, METRICS, SIMULATED, SIZES, WIDTHS

COLUMNS = ["probability", "metric", "patients", "width"]
_LEAST = 1e-4
_NO_PLAN = f"The study has fewer than {FEWEST} patients, or agrees alike in all of them: it tells of no width."
_COLOURS = (BLUE, GREEN, VERMILLION, ORANGE)


def widths(*, agreement: Path, context: Context, files: FigureFiles) -> None:
    """Draw the width that most studies of a size do not exceed, against their number of patients.

    Args:
        agreement: `agreement.parquet`.
        context: What the study is, in words.
        files: What to write. The table: probability of the interval, metric, patients, width.
    """
    agreed = read_agreed(agreement)
    rows = list(_rows(agreed))
    drawn = pd.DataFrame(
        [(_probability(row), row["metric"], size, row["value"]) for row, size in rows], columns=COLUMNS
    )
    write_drawn(drawn, _keys(agreed, [row for row, _ in rows]), files)
    here = agreed.rows["all", "", "kappa_linear"]["patients"]

    def paint(sheet: Figure, width: float) -> None:
        draw_widths(sheet, drawn, here, width)

    def height(width: float) -> float:
        return 66.0 * drawn["probability"].nunique() + 6 if is_narrow(width) else 76.0

    draw(files, _words(agreed, drawn, context), paint, height=height, simulated=context.simulated)


def _rows(agreed: Agreed) -> Iterator[tuple[Row, int]]:
    """Yield the width of each size, and the size."""
    for (scope, group, _), row in agreed.rows.items():
        if scope.startswith("plan_") and group.startswith("width of "):
            yield row, int(group.removeprefix("width of "))


def _probability(row: Row) -> float:
    return float(row["scope"].removeprefix("plan_"))


def _keys(agreed: Agreed, rows: Sequence[Row]) -> Iterator[Placed]:
    yield from ((place, "width", key_of(agreed.run, row, "value")) for place, row in enumerate(rows, start=1))


def _words(agreed: Agreed, drawn: pd.DataFrame, context: Context) -> FigureWords:
    """Say what is drawn."""
    kappa = drawn[(drawn["metric"] == "kappa_linear") & (drawn["patients"] == SIZES[2])]["width"]
    told = f" {SIZES[2]} patients give κ an interval {kappa.iloc[0]:.2f} wide." if len(kappa) else ""
    usable = bool((drawn["width"] > _LEAST).any())
    return FigureWords(
        name="widths",
        number="",
        title="Sample size of the next study",
        caption=caption(
            f"Width of the interval that {percent(ASSURANCE)} of {SIMULATED} studies of a size do not exceed, "
            f"simulated from the posterior of {scored_words(agreed, context)}.",
            "On the integral grades; κ: Cohen's kappa with linear or quadratic weights. The dashed line is this "
            "study's number of patients. It holds for studies like this one, with its model, its mix of grades and "
            "its number of discs a patient.",
            data_sentence(context),
            explained("AC2"),
        ),
        alt=f"Widths of intervals fall with the root of the number of patients.{told}",
        absent="" if usable else _NO_PLAN,
    )


def draw_widths(figure: Figure, drawn: pd.DataFrame, here: int, width: float) -> None:
    """Draw a panel for each probability, with logarithmic axes."""
    probabilities = sorted(drawn["probability"].unique())
    shape = (len(probabilities), 1) if is_narrow(width) else (1, len(probabilities))
    panels = np.atleast_1d(figure.subplots(*shape, sharey=True))
    for axes, probability, mark in zip(panels, probabilities, "AB", strict=False):
        _draw_panel(axes, drawn[drawn["probability"] == probability], here)
        axes.set_title(f"{percent(probability)} interval")
        axes.set(xlabel="Patients", ylabel="Width of the interval")
        axes.yaxis.set_tick_params(labelleft=True)
        if len(probabilities) > 1:
            letter(axes, mark)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2 if is_narrow(width) else len(METRICS))


def _draw_panel(axes: Axes, rows: pd.DataFrame, here: int) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    for metric, colour, marker in zip(METRICS, _COLOURS, MARKERS, strict=False):
        line = rows[(rows["metric"] == metric) & (rows["width"] > _LEAST)]
        axes.plot(line["patients"], line["width"], color=colour, marker=marker, label=HEADINGS[metric])
    axes.axvline(here, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
    ticks = sorted({*WIDTHS, 0.02, 0.3, 0.5})
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([], minor=True)
    axes.grid(True)
