"""The panels of a forest plot, in a sheet's width or in a column's."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade.publication.figures.drawing.style import BLUE, GREY, INK, number, wrapped
from discgrade.publication.figures.forest.rows import INNER, KAPPA, MAE, Densities, layout, lines
from discgrade.publication.wording import GROUPS, METRICS, PAIRS
from discgrade.settings.run import READINGS, Run

_NAME, _LINES = 30, 2
"""Characters of a name that fit into a line, and its lines: what is longer is cut, its place that in the tables."""
_HEIGHT = 0.6
"""Of a density, in rows."""


def draw_forest(figure: Figure, rows: pd.DataFrame, run: Run, labels: Mapping[str, str], dense: Densities) -> None:
    """Draw the scores of `read_forest` as rows under the names of their groups, with their numbers next to them.

    Above each score stands the density of its posterior, each as high as the others.
    """
    names, counts, *rest = figure.subplots(1, 6, sharey=True, width_ratios=[42, 10, 40, 25, 40, 25])
    names.set_ylim(lines(rows) - 0.3, -0.7)
    for axes in (names, counts, rest[1], rest[3]):
        axes.set_axis_off()
    for line, split, variant in layout(rows):
        if variant is None:
            names.text(0, line, GROUPS[split], fontweight="bold", va="center_baseline")
            continue
        group = rows[(rows["split"] == split) & (rows["variant"] == variant)]
        names.text(0.03, line, in_lines({**PAIRS, **labels}[variant]), va="center_baseline")
        counts.text(1, line, f"{group['n'].iloc[0]:,}", va="center_baseline", ha="right", fontsize=6.5)
        ours = (split, variant) == (run.split, run.variant)
        _draw_row(rest[:2], line, group[group["metric"] == KAPPA], ours)
        _draw_row(rest[2:], line, group[group["metric"] != KAPPA], ours)
        for plot, metric in ((rest[0], KAPPA), (rest[2], group.loc[group["metric"] != KAPPA, "metric"].max())):
            if (split, variant, metric) in dense:
                _draw_density(plot, line, *dense[split, variant, metric], INK if split == READINGS else BLUE)
    counts.text(1, 0, "n", va="center_baseline", ha="right")
    for axes, metric in ((rest[0], KAPPA), (rest[2], MAE)):
        _finish(axes, METRICS[metric])


def draw_column(figure: Figure, rows: pd.DataFrame, run: Run, labels: Mapping[str, str], dense: Densities) -> None:
    """Draw the same in a column: kappa above, the error below, each next to the names and n."""
    grid = figure.subplots(2, 3, sharey=True, width_ratios=[36, 32, 19])
    for (names, plot, numbers), of_kappa in zip(grid, (True, False), strict=True):
        names.set_ylim(lines(rows) - 0.3, -0.7)
        for axes in (names, numbers):
            axes.set_axis_off()
        for line, split, variant in layout(rows):
            if variant is None:
                names.text(0, line, GROUPS[split], fontweight="bold", va="center_baseline", fontsize=6.5)
                continue
            group = rows[(rows["split"] == split) & (rows["variant"] == variant)]
            score = group[(group["metric"] == KAPPA) == of_kappa]
            name = f"{in_lines({**PAIRS, **labels}[variant])} ({group['n'].iloc[0]:,})"
            names.text(0.03, line, name, va="center_baseline", fontsize=6)
            _draw_row((plot, numbers), line, score, (split, variant) == (run.split, run.variant), size=6)
            metric = score["metric"].max()
            if (split, variant, metric) in dense:
                _draw_density(plot, line, *dense[split, variant, metric], INK if split == READINGS else BLUE)
        _finish(plot, METRICS[KAPPA if of_kappa else MAE])


def in_lines(name: str) -> str:
    """Return a name as it stands next to its row."""
    return wrapped(name, _NAME, _LINES)


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False, labelleft=False)
    axes.xaxis.grid(True)


def _draw_row(axes: Sequence[Axes], line: int, score: pd.DataFrame, ours: bool, *, size: float = 6.5) -> None:
    """Draw one score: a point with its interval and, next to it, the numbers; words in place of what there is not."""
    plot, numbers = axes
    if score["value"].isna().all():
        numbers.text(0, line, "not defined", va="center_baseline", fontsize=size, color=GREY)
        return
    value, lower, upper = score[["value", "lower", "upper"]].iloc[0]
    inner_lower, inner_upper = score[INNER[:2]].iloc[0]
    human = score["split"].iloc[0] == READINGS
    colour, marker = (INK, "s") if human else (BLUE, "o")
    plot.plot(value, line, marker, color=colour, zorder=3)
    span = "" if pd.isna(lower) else f" ({number(lower)}, {number(upper)})" if lower < upper else " (no interval)"
    if lower < upper:
        plot.hlines(line, lower, upper, color=colour, linewidth=0.7)
        plot.hlines(line, inner_lower, inner_upper, color=colour, linewidth=2)
    numbers.text(0, line, number(value) + span, va="center_baseline", fontsize=size)
    if ours:
        plot.axvline(value, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)), zorder=1)


def _draw_density(plot: Axes, line: int, scores: Sequence[float], density: Sequence[float], colour: str) -> None:
    highest = max(density)
    heights = [line - _HEIGHT * one / highest for one in density]
    plot.fill_between(scores, line, heights, color=colour, alpha=0.25, linewidth=0)
