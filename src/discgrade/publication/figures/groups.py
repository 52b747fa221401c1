"""Agreement of the main model in each group of discs, with intervals, and the tests of equal kappas."""

from collections.abc import Iterator, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade.publication.agreement_values import (
    FACTORS,
    Agreed,
    Row,
    drawn_intervals,
    group_words,
    key_of,
    read_agreed,
    scored_words,
    test_words,
)
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import bars_sentence, caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, GREY, draw, is_narrow, number
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.render.table import absences
from discgrade.records.cell_keys import Placed

COLUMNS = ["scope", "group", "metric", "value", "lower", "upper", "inner_lower", "inner_upper", "n", "patients"]
METRICS = {"kappa_linear": "Cohen's κ (linear)", "ac2": "Gwet's AC2 (linear)"}
_ROW = 4.4

Line = tuple[str, str, str | None]
"""Text, scope and group of a line; no group for the name of a scope."""


def groups(*, agreement: Path, context: Context, files: FigureFiles) -> None:
    """Draw kappa and AC2 of every group.

    Args:
        agreement: `agreement.parquet`.
        context: What the study is, in words.
        files: What to write. The table: scope, group, metric, value, its bounds and those of the narrower interval, n
            (scored samples), patients.
    """
    agreed = read_agreed(agreement)
    lines = list(_lines(agreed))
    shown = [agreed.rows[scope, group, metric] for _, scope, group in lines if group is not None for metric in METRICS]
    drawn = pd.DataFrame([{name: row[name] for name in COLUMNS} for row in shown], columns=COLUMNS)
    write_drawn(drawn, _keys(agreed, shown), files)

    def paint(sheet: Figure, width: float) -> None:
        draw_groups(sheet, agreed, lines, width)

    def height(width: float) -> float:
        return (2 if is_narrow(width) else 1) * (_ROW * len(lines) + 12)

    draw(files, _words(agreed, lines, context), paint, height=height, simulated=context.simulated)


def _lines(agreed: Agreed) -> Iterator[Line]:
    """Yield the lines of the figure from the top down."""
    yield "All discs", "all", ""
    for scope, words in FACTORS.items():
        found = agreed.groups(scope)
        if found:
            tested = not isnan(agreed.test(scope)["p"]["value"])
            yield f"{words}: {test_words(agreed, scope)}" if tested else words, scope, None
            yield from ((group_words(group), scope, group) for group in found)


def _keys(agreed: Agreed, shown: Sequence[Row]) -> Iterator[Placed]:
    for place, row in enumerate(shown, start=1):
        yield from ((place, field, key_of(agreed.run, row, field)) for field in COLUMNS[3:])


def _words(agreed: Agreed, lines: Sequence[Line], context: Context) -> FigureWords:
    """Say what is drawn."""
    row = agreed.rows["all", "", "kappa_linear"]
    untested = {scope: words for scope, words in FACTORS.items() if isnan(agreed.test(scope)["p"]["value"])}
    lacking = absences((words, test_words(agreed, scope)) for scope, words in untested.items())
    values = [agreed.rows[scope, group, "kappa_linear"]["value"] for _, scope, group in lines if group]
    span = f"; κ of groups lies between {min(values):.2f} and {max(values):.2f}" if values else ""
    return FigureWords(
        name="groups",
        number="",
        title="Agreement by group",
        caption=caption(
            f"Agreement on the integral grades: {scored_words(agreed, context)}. In parentheses behind a group: its "
            "scored samples.",
            bars_sentence(drawn_intervals(agreed), f"{row['patients']:,} patients"),
            "P: permutation test of equal κ in all groups of at least 10 patients; patients are permuted as a whole, "
            "levels within each patient; adjusted for the number of tests by Holm's method.",
            f"{'; '.join(lacking)}." if lacking else "",
            data_sentence(context),
            explained("AC2", "κ"),
        ),
        alt=f"Forest plot of κ and AC2 by group of discs{span}.",
        absent="" if values else "No groups: every disc is of one kind, as far as is known.",
    )


def draw_groups(figure: Figure, agreed: Agreed, lines: Sequence[Line], width: float) -> None:
    """Draw the lines with both coefficients, next to each other or one below the other."""
    if is_narrow(width):
        grid = figure.subplots(2, 3, sharey=True, width_ratios=[30, 34, 21])
        panels = [(metric, axes) for metric, axes in zip(METRICS, grid, strict=True)]
    else:
        names, *rest = figure.subplots(1, 5, sharey=True, width_ratios=[46, 42, 24, 42, 24])
        panels = [("kappa_linear", [names, *rest[:2]]), ("ac2", [None, *rest[2:]])]
    for metric, (names, plot, numbers) in panels:
        for axes in (names, numbers):
            if axes is not None:
                axes.set_axis_off()
                axes.set_zorder(1)
        plot.set_ylim(len(lines) - 0.3, -0.7)
        for place, (text, scope, group) in enumerate(lines):
            _draw_line(
                names, (plot, numbers), place, text, None if group is None else agreed.rows[scope, group, metric]
            )
        plot.set_xlabel(METRICS[metric])
        plot.spines["left"].set_visible(False)
        plot.tick_params(left=False, labelleft=False)
        plot.xaxis.grid(True)


def _draw_line(names: Axes | None, axes: Sequence[Axes], place: int, text: str, row: Row | None) -> None:
    """Draw one line: the name of a scope, or a group with its coefficient."""
    look: dict[str, Any] = {"va": "center_baseline", "fontsize": 6.5}
    if row is None:
        if names is not None:
            names.text(0, place, text, fontweight="bold", in_layout=False, **look)
        return
    plot, numbers = axes
    if names is not None:
        names.text(0.03, place, f"{text} ({row['n']:,})", **look)
    if isnan(row["value"]):
        numbers.text(0, place, "not defined", color=GREY, **look)
        return
    spread = not isnan(row["lower"]) and row["lower"] < row["upper"]
    if spread:
        plot.hlines(place, row["lower"], row["upper"], color=BLUE, linewidth=0.7)
        plot.hlines(place, row["inner_lower"], row["inner_upper"], color=BLUE, linewidth=2)
    plot.plot(row["value"], place, "o", color=BLUE, zorder=3)
    span = f" ({number(row['lower'])}, {number(row['upper'])})" if spread else " (no interval)"
    numbers.text(0, place, number(row["value"]) + span, **look)
