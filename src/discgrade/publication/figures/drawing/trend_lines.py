"""The drawing of Figures 3 and 4: scores against what was varied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade.grades import INTEGRAL
from discgrade.publication.figures.drawing.style import (
    BLUE,
    GRADE_COLOURS,
    GREEN,
    MARKERS,
    ORANGE,
    VERMILLION,
    grade_text,
    is_narrow,
    letter,
)
from discgrade.publication.wording import METRICS

GLOBAL = {"kappa_linear": BLUE, "accuracy": ORANGE, "mcc": GREEN, "f1": VERMILLION}
"""The global scores that are drawn, and their colours."""
OF_ZERO = "upper_of_zero"
_CHARACTERS = 38
"""Characters of the legend of the grades that fit on one line."""
_DODGE, _SPREAD = 0.05, 0.35
"""How far apart two series are in powers of two, and what all of them take at most of the least step."""


@dataclass(frozen=True)
class Axis:
    """What the scores depend on: the axis's title, and what stands at each value."""

    title: str
    labels: Mapping[float, str]


def draw_trend(figure: Figure, trend: pd.DataFrame, axis: Axis, width: float) -> None:
    """Draw global scores (A) and per-grade F1 scores (B) of `read_trend` against its column x, on a log2 axis."""
    overall = trend[trend["grade"].isna()]
    scores = [(METRICS[key], colour, overall[overall["metric"] == key]) for key, colour in GLOBAL.items()]
    grades = [(_grade_label(rows), GRADE_COLOURS[grade], rows) for grade, rows in _by_grade(trend)]
    narrow = is_narrow(width)
    panels = figure.subplots(2, 1, sharey=True) if narrow else figure.subplots(1, 2, sharey=True)
    for axes, series, name, ylabel in zip(panels, (scores, grades), "AB", ("Score", "F1 score"), strict=True):
        across = _across([label for label, *_ in series], narrow)
        _draw_panel(axes, series, _dodge(axis.labels, len(series)), across)
        _finish(axes, axis, ylabel)
        letter(axes, name)
    panels[1].set_xlabel(axis.title + _without_score(trend))
    panels[0].set_ylim(_floor(trend), 1.02)


def _without_score(trend: pd.DataFrame) -> str:
    """Say, on a line of its own, of which grades there is no score at all."""
    defined = set(trend.loc[trend["value"].notna(), "grade"])
    absent = [grade_text(grade) for grade in INTEGRAL if grade not in defined]
    return f"\nNot defined, no disc scored: grade {', '.join(absent)}" if absent else ""


def _by_grade(trend: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    return [(grade, trend[trend["grade"] == grade]) for grade in INTEGRAL]


def _grade_label(rows: pd.DataFrame) -> str:
    """Name a grade, and how many samples of it were scored."""
    if rows.empty:
        return "no score"
    grade = grade_text(rows["grade"].iloc[0])
    return f"Grade {grade} (n = {rows['n'].max():,})" if grade == "1" else f"{grade} ({rows['n'].max():,})"


def _across(labels: Sequence[str], narrow: bool) -> int:
    """Return how many entries of a legend stand side by side."""
    if len(labels) == len(INTEGRAL):
        return 3 if narrow or sum(map(len, labels)) > _CHARACTERS else len(labels)
    return 2 if narrow else len(labels)


def _dodge(labels: Mapping[float, str], series: int) -> float:
    """Return how far apart two series are in powers of two: all of them together stay well within the least step."""
    steps = np.diff(np.log2(sorted(labels)))
    return min(_DODGE, _SPREAD * steps.min() / series) if len(steps) else _DODGE


def _draw_panel(axes: Axes, series: Sequence[tuple[str, str, pd.DataFrame]], dodge: float, across: int) -> None:
    """Draw each series a little apart from the other, so that their intervals do not hide each other."""
    for index, (label, colour, rows) in enumerate(series):
        x = rows["x"] * 2.0 ** (dodge * (index - (len(series) - 1) / 2))
        axes.plot(x, rows["value"], color=colour, marker=MARKERS[index], markeredgecolor="white", label=label, zorder=3)
        upper = rows["upper"].where(rows[OF_ZERO].isna(), rows[OF_ZERO])
        axes.vlines(x, rows["lower"], upper, color=colour, linewidth=0.6, alpha=0.8)
        axes.vlines(x, rows["inner_lower"], rows["inner_upper"], color=colour, linewidth=1.6, alpha=0.8)
    axes.legend(loc="lower left", bbox_to_anchor=(0.02, 1), ncols=across, handlelength=1.3, columnspacing=0.7)


def _finish(axes: Axes, axis: Axis, ylabel: str) -> None:
    labels = axis.labels
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(labels), list(labels.values()))
    axes.set_xticks([], minor=True)
    axes.set_xlim(min(labels) / 1.3, max(labels) * 1.3)
    axes.set(xlabel=axis.title, ylabel=ylabel)
    axes.yaxis.set_tick_params(labelleft=True)
    axes.yaxis.grid(True)


def _floor(trend: pd.DataFrame) -> float:
    """Return the lowest value or bound, rounded down to a tenth, with a little room below."""
    lowest = np.nanmin(trend[["value", "lower"]].to_numpy())
    return float(np.floor(10 * lowest + 1e-6) / 10 - 0.02)
