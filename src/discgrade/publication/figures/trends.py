"""Figures 3 and 4: how the scores depend on the training fraction and on the resolution of the image."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib.figure import Figure
from numpy.typing import NDArray

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import read_drawn
from discgrade.publication.figures.drawing.captions import bars_sentence, caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.selection import of_run
from discgrade.publication.figures.drawing.style import draw, is_narrow
from discgrade.publication.figures.drawing.trend_lines import GLOBAL, OF_ZERO, Axis, draw_trend
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import Key, drawn_keys
from discgrade.publication.wording import protocol_words, variant_name
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.intervals import INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.reliability.scores.zero import zero_bound
from discgrade.settings.model import Intervals
from discgrade.settings.run import Run

COLUMNS = ["metric", "grade", "value", "lower", "upper", "probability", "unit", "n"]
_INNER = ["inner_lower", "inner_upper", "inner_probability"]
_PER_GRADE = "f1"


def figure3(
    *,
    scores: Path,
    intervals: Path,
    shown: Path,
    discs: Path,
    splits: Path,
    run: Run,
    context: Context,
    files: FigureFiles,
) -> None:
    """Draw the global scores and the F1 score of each grade against the training fraction.

    Args:
        scores: Table `scores.SCORES`.
        intervals: Table `intervals.INTERVALS`; a score without an interval is drawn as a point.
        shown: The same of the narrower intervals, drawn as the thick part of each bar.
        discs: Table `discs.DISCS`.
        splits: Table `splits.SPLITS`; with `discs` it tells how many discs a training fraction has.
        run: The run whose training fraction is varied.
        context: What the study is, in words.
        files: What to write. The table: share (denominator of the training fraction), training_discs, metric, grade
            (empty for a global score), value, lower and upper bound of the credible interval, its probability, the
            bootstrap's unit, n (scored samples), inner_lower, inner_upper and inner_probability of the narrower
            interval, upper_of_zero (see `zero_bound`).
    """
    trend = read_trend(scores, intervals, shown, run, "share")
    training = _training_discs(discs, splits, run.split)
    trend.insert(1, "training_discs", [int((training >= share).sum()) for share in trend["share"]])
    write_drawn(trend, [*_training_keys(run), *drawn_keys(trend, _key(run, "share"))], files)
    sizes = dict(zip(trend["share"], trend["training_discs"], strict=True))
    labels = {1 / share: f"{'1' if share == 1 else f'1/{share}'}\n{size:,}" for share, size in sizes.items()}
    words = _words(trend, "training fraction", run, context, read_drawn(intervals, shown))
    axis = Axis("Training fraction, and its discs", labels)
    _draw(files, words, trend.assign(x=1 / trend["share"]), axis, context.simulated)


def _draw(files: FigureFiles, words: FigureWords, trend: pd.DataFrame, axis: Axis, simulated: bool) -> None:
    def paint(sheet: Figure, width: float) -> None:
        draw_trend(sheet, trend, axis, width)

    def height(width: float) -> float:
        return 148 if is_narrow(width) else 80

    draw(files, words, paint, height=height, simulated=simulated)


def _training_keys(run: Run) -> Iterator[Placed]:
    yield None, "training_discs", CellKey("splits", "share", split=run.split, enters="from")


def _key(run: Run, varied: str) -> Callable[[Mapping[str, Any]], Key]:
    """Return the function from a row of a trend to the score that it shows."""
    return lambda row: Key(replace(run, **{varied: row[varied]}), row["metric"], grade=row["grade"])


def figure4(*, scores: Path, intervals: Path, shown: Path, run: Run, context: Context, files: FigureFiles) -> None:
    """Draw the global scores and the F1 score of each grade against the resolution of the image.

    Args:
        scores: Table `scores.SCORES`.
        intervals: Table `intervals.INTERVALS`; a score without an interval is drawn as a point.
        shown: The same of the narrower intervals.
        run: The run whose resolution is varied.
        context: What the study is, in words.
        files: What to write. The table: resolution (pixels on a side), then as in `figure3`.
    """
    trend = read_trend(scores, intervals, shown, run, "resolution")
    write_drawn(trend, drawn_keys(trend, _key(run, "resolution")), files)
    labels = {px: f"{px}" for px in sorted(set(trend["resolution"]))}
    varied = "resolution of the input, the side of the square image in px"
    words = _words(trend, varied, run, context, read_drawn(intervals, shown))
    axis = Axis("Side of the square image (px)", labels)
    _draw(files, words, trend.assign(x=trend["resolution"]), axis, context.simulated)


def _words(trend: pd.DataFrame, varied: str, run: Run, context: Context, drawn: Intervals | None) -> FigureWords:
    """Say what is drawn."""
    number, title = {"share": (3, "Training fraction"), "resolution": (4, "Resolution")}[str(trend.columns[0])]
    overall = trend[(trend["metric"] == "kappa_linear") & trend["grade"].isna()]
    n = int(overall["n"].max()) if len(overall) else 0
    units, trained = trend["unit"].dropna(), context.variants.get(run.variant)
    zeros = trend[OF_ZERO].notna().any()
    low, high = overall["value"].min(), overall["value"].max()
    return FigureWords(
        name=f"figure{number}",
        number=f"Figure {number}",
        title=title,
        caption=caption(
            f"Scores of the variant “{variant_name(run.variant, context.labels)}” (training seed {run.seed}) on the "
            f"hold-out test set (n = {n:,} scored samples; of each grade as the legend says) against the {varied}.",
            "A: global scores on the integral grades; κ has linear weights, and the F1 is the mean of the grades'. "
            "B: F1 score of each integral grade.",
            bars_sentence(drawn, f"the {units.iloc[0]}s") if len(units) else "",
            "Where an F1 is 0 no weights change it: its bar is then a one-sided interval from a uniform prior on hits, "
            "misses and false alarms, samples taken to be independent."
            if zeros
            else "",
            f"Protocol: {protocol_words(trained.protocol)}." if trained else "",
            data_sentence(context),
            explained("F1", "MCC", "κ", *(["px"] if "px" in varied else [])),
        ),
        alt=f"Lines of scores: κ lies between {low:.2f} and {high:.2f}.",
        absent=_absent(trend),
    )


def _absent(trend: pd.DataFrame) -> str:
    """Say why there is no trend to draw; empty where there is."""
    if not trend["value"].notna().any():
        return "No scores: none of the runs that it compares has been scored."
    varied = str(trend.columns[0])
    kind = {"share": "training fraction", "resolution": "resolution"}[varied]
    return f"The study has one {kind} only: there is nothing to compare." if trend[varied].nunique() < 2 else ""


def read_trend(scores: Path, intervals: Path, shown: Path, run: Run, varied: str) -> pd.DataFrame:
    """Return the drawn scores of a run at every value of its field `varied`, with intervals where there are any."""
    of_all = of_run(run, [varied]) & (pc.field("scope") == "all") & pc.field("metric").isin(list(GLOBAL))
    keys = [varied, "metric", "grade"]
    values = records.read(scores, SCORES, [*keys, "value", "n"], of_all).to_pandas()
    bounds = ["lower", "upper", "probability", "unit"]
    spans = records.read(intervals, INTERVALS, [*keys, *bounds], of_all).to_pandas()
    narrower = records.read(shown, INTERVALS, [*keys, *bounds[:3]], of_all).to_pandas()
    narrower = narrower.rename(columns=dict(zip(bounds[:3], _INNER, strict=True)))
    drawn = values[values["grade"].isna() | (values["metric"] == _PER_GRADE)]
    trend: pd.DataFrame = drawn.merge(spans, on=keys, how="left", validate="one_to_one")
    trend = trend.merge(narrower, on=keys, how="left", validate="one_to_one")
    rejected = records.read(scores, SCORES, [*keys, "value"], _rejections(run, varied)).to_pandas()
    trend[OF_ZERO] = _zero_bounds(trend, rejected, varied)
    order = trend["metric"].map(list(GLOBAL).index)
    trend = trend.assign(order=order).sort_values([varied, "grade", "order"], na_position="first")
    return trend[[varied, *COLUMNS, *_INNER, OF_ZERO]]


def _rejections(run: Run, varied: str) -> pc.Expression:
    return of_run(run, [varied]) & (pc.field("scope") == "all") & (pc.field("metric") == "specificity")


def _zero_bounds(trend: pd.DataFrame, rejected: pd.DataFrame, varied: str) -> list[float]:
    """Return, for each F1 of 0 of a grade, the upper bound of `zero_bound`; NaN for every other score."""
    specificity = rejected.set_index([varied, "grade"])["value"]
    samples = trend[trend["grade"].isna()].groupby(varied)["n"].max()
    bounds = []
    for row in trend.to_dict("records"):
        place = (row[varied], row["grade"])
        if pd.isna(row["grade"]) or row["value"] != 0 or pd.isna(row["probability"]) or place not in specificity.index:
            bounds.append(np.nan)
            continue
        others = samples[row[varied]] - row["n"]
        alarms = round(float((1 - specificity[place]) * others)) if others else 0
        bounds.append(zero_bound(int(row["n"]), alarms, row["probability"]))
    return bounds


def _training_discs(discs: Path, splits: Path, split: str) -> NDArray[np.int32]:
    """Return, for each disc of the training part, the largest denominator of a fraction that holds it."""
    training = (pc.field("split") == split) & (pc.field("part") == "train")
    patients: pd.DataFrame = records.read(splits, SPLITS, ["patient", "share"], training).to_pandas()
    all_discs: pd.DataFrame = records.read(discs, DISCS, ["patient"]).to_pandas()
    return all_discs.merge(patients, on="patient")["share"].to_numpy()
