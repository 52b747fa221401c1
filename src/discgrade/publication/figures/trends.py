"""Figures 3 and 4: how the scores depend on the training fraction and on the resolution of the image."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.selection import of_run
from discgrade.publication.figures.style import (
    BLUE,
    FULL,
    GRADE_COLOURS,
    GREEN,
    MARKERS,
    ORANGE,
    VERMILLION,
    drawing,
    grade_text,
    letter,
    say,
)
from discgrade.publication.keys import Key, drawn_keys
from discgrade.publication.wording import METRICS
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.discs import DISCS
from discgrade.records.intervals import INTERVALS
from discgrade.records.scores import SCORES
from discgrade.records.splits import SPLITS
from discgrade.settings.run import Run

COLUMNS = ["metric", "grade", "value", "lower", "upper", "probability", "unit", "n"]
_GLOBAL = {"kappa_linear": BLUE, "accuracy": ORANGE, "mcc": GREEN, "f1": VERMILLION}
_PER_GRADE = "f1"
_DODGE = 0.05


def figure3(*, scores: Path, intervals: Path, discs: Path, splits: Path, run: Run, files: FigureFiles) -> None:
    """Draw the global scores and the F1 score of each grade against the training fraction.

    Args:
        scores: Table `records.scores.SCORES`.
        intervals: Table `records.intervals.INTERVALS`; a score without an interval is drawn as a point.
        discs: Table `records.discs.DISCS`.
        splits: Table `records.splits.SPLITS`; with `discs` it tells how many discs a training fraction has.
        run: The run whose training fraction is varied.
        files: What to write. The table: share (denominator of the training fraction), training_discs, metric, grade
            (empty for a global score), value, lower and upper bound of the credible interval, its probability, the
            bootstrap's unit, n (scored samples).
    """
    trend = read_trend(scores, intervals, run, "share")
    training = _training_discs(discs, splits, run.split)
    trend.insert(1, "training_discs", [int((training >= share).sum()) for share in trend["share"]])
    write_drawn(trend, [*_training_keys(run), *drawn_keys(trend, _key(run, "share"))], files)
    sizes = dict(zip(trend["share"], trend["training_discs"], strict=True))
    labels = {1 / share: f"{'1' if share == 1 else f'1/{share}'}\n{size:,}" for share, size in sizes.items()}
    with drawing(files, width=FULL, height=78) as figure:
        draw_trend(figure, trend.assign(x=1 / trend["share"]), labels, "Training fraction, and its discs")


def _training_keys(run: Run) -> Iterator[Placed]:
    yield None, "training_discs", CellKey("splits", "share", split=run.split, enters="from")


def _key(run: Run, varied: str) -> Callable[[Mapping[str, Any]], Key]:
    """Return the function from a row of a trend to the score that it shows."""
    return lambda row: Key(replace(run, **{varied: row[varied]}), row["metric"], grade=row["grade"])


def figure4(*, scores: Path, intervals: Path, run: Run, files: FigureFiles) -> None:
    """Draw the global scores and the F1 score of each grade against the resolution of the image.

    Args:
        scores: Table `records.scores.SCORES`.
        intervals: Table `records.intervals.INTERVALS`; a score without an interval is drawn as a point.
        run: The run whose resolution is varied.
        files: What to write. The table: resolution (pixels on a side), then as in `figure3`.
    """
    trend = read_trend(scores, intervals, run, "resolution")
    write_drawn(trend, drawn_keys(trend, _key(run, "resolution")), files)
    labels = {px: f"{px}" for px in sorted(set(trend["resolution"]))}
    with drawing(files, width=FULL, height=75) as figure:
        draw_trend(figure, trend.assign(x=trend["resolution"]), labels, "Side of the square image (px)")


def read_trend(scores: Path, intervals: Path, run: Run, varied: str) -> pd.DataFrame:
    """Return the drawn scores of a run at every value of its field `varied`, with intervals where there are any."""
    of_all = of_run(run, [varied]) & (pc.field("scope") == "all") & pc.field("metric").isin(list(_GLOBAL))
    keys = [varied, "metric", "grade"]
    values = records.read(scores, SCORES, [*keys, "value", "n"], of_all).to_pandas()
    bounds = ["lower", "upper", "probability", "unit"]
    spans = records.read(intervals, INTERVALS, [*keys, *bounds], of_all).to_pandas()
    drawn = values[values["grade"].isna() | (values["metric"] == _PER_GRADE)]
    trend: pd.DataFrame = drawn.merge(spans, on=keys, how="left", validate="one_to_one")
    order = trend["metric"].map(list(_GLOBAL).index)
    trend = trend.assign(order=order).sort_values([varied, "grade", "order"], na_position="first")
    return trend[[varied, *COLUMNS]]


def _training_discs(discs: Path, splits: Path, split: str) -> NDArray[np.int32]:
    """Return, for each disc of the training part, the largest denominator of a fraction that holds it."""
    training = (pc.field("split") == split) & (pc.field("part") == "train")
    patients: pd.DataFrame = records.read(splits, SPLITS, ["patient", "share"], training).to_pandas()
    all_discs: pd.DataFrame = records.read(discs, DISCS, ["patient"]).to_pandas()
    return all_discs.merge(patients, on="patient")["share"].to_numpy()


def draw_trend(figure: Figure, trend: pd.DataFrame, labels: Mapping[float, str], xlabel: str) -> None:
    """Draw global scores (A) and per-grade F1 scores (B) of `read_trend` against its column x, on a log2 axis."""
    if trend["value"].notna().sum() == 0:
        say(figure, "No scores: none of the runs that this figure compares has been scored.")
        return
    overall = trend[trend["grade"].isna()]
    scores = [(METRICS[key], colour, overall[overall["metric"] == key]) for key, colour in _GLOBAL.items()]
    grades = [(_grade_label(grade), GRADE_COLOURS[grade], trend[trend["grade"] == grade]) for grade in INTEGRAL]
    panels = figure.subplots(1, 2, sharey=True)
    for axes, series, name, ylabel in zip(panels, (scores, grades), "AB", ("Score", "F1 score"), strict=True):
        _draw_panel(axes, series)
        _finish(axes, labels, xlabel, ylabel)
        letter(axes, name)
    panels[1].set_xlabel(xlabel + _without_score(trend))
    panels[0].set_ylim(_floor(trend), 1.02)


def _without_score(trend: pd.DataFrame) -> str:
    """Say, on a line of its own, of which grades there is no score at all."""
    defined = set(trend.loc[trend["value"].notna(), "grade"])
    absent = [grade_text(grade) for grade in INTEGRAL if grade not in defined]
    return f"\nNot defined, no disc scored: grade {', '.join(absent)}" if absent else ""


def _grade_label(grade: float) -> str:
    return "Grade 1" if grade == INTEGRAL[0] else grade_text(grade)


def _draw_panel(axes: Axes, series: Sequence[tuple[str, str, pd.DataFrame]]) -> None:
    """Draw each series a little apart from the other, so that their intervals do not hide each other."""
    for index, (label, colour, rows) in enumerate(series):
        x = rows["x"] * 2.0 ** (_DODGE * (index - (len(series) - 1) / 2))
        axes.plot(x, rows["value"], color=colour, marker=MARKERS[index], markeredgecolor="white", label=label, zorder=3)
        axes.vlines(x, rows["lower"], rows["upper"], color=colour, linewidth=0.7, alpha=0.7)
    axes.legend(loc="lower left", bbox_to_anchor=(0.02, 1), ncols=len(series), handlelength=1.3, columnspacing=0.7)


def _finish(axes: Axes, labels: Mapping[float, str], xlabel: str, ylabel: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(labels), list(labels.values()))
    axes.set_xticks([], minor=True)
    axes.set_xlim(min(labels) / 1.3, max(labels) * 1.3)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.yaxis.set_tick_params(labelleft=True)
    axes.yaxis.grid(True)


def _floor(trend: pd.DataFrame) -> float:
    """Return the lowest value or bound, rounded down to a tenth, with a little room below."""
    lowest = np.nanmin(trend[["value", "lower"]].to_numpy())
    return float(np.floor(10 * lowest + 1e-6) / 10 - 0.02)
