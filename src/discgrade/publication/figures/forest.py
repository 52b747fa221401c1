"""Forest plot: every variant and the raters' own agreement, with credible intervals."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import read_drawn
from discgrade.publication.figures.drawing.captions import bars_sentence, caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, GREY, INK, draw, is_narrow, number
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import Key, drawn_keys
from discgrade.publication.wording import GROUPS, METRICS, PAIRS
from discgrade.records.results.intervals import INTERVALS, POSTERIORS
from discgrade.records.results.scores import SCORES
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, READINGS, Run

COLUMNS = ["split", "variant", "metric", "value", "lower", "upper", "probability", "unit", "n"]
_BOUNDS = ["lower", "upper", "probability", "unit"]
_INNER = ["inner_lower", "inner_upper", "inner_probability"]
_KEYS = ["variant", "resolution", "share", "split", "seed", "metric"]
_KAPPA, _MAE, _MAE_OF_INTEGRAL = "kappa_linear", "mae", "mae_fractional_reference"
_ROW = 4.4
_HEIGHT = 0.6
"""Of a density, in rows."""
_RATERS = (
    "Raters: readings of the same rater again and of another, as far as there are any; the noise ceiling is a model "
    "that knew every true grade: single readings disagree with it, too."
)
_READ = "Readings are weighed by patient."
_MEANS = (
    "Means of the folds are weighed by fold: their intervals are narrower than those of pooled folds, since only the "
    "folds' few scores are weighed anew, not the patients in them: they say how much a mean of such folds varies, and "
    "nothing of new patients."
)
Densities = Mapping[tuple[str, str, str], tuple[Sequence[float], Sequence[float]]]


def forest(
    *,
    scores: Path,
    intervals: Path,
    shown: Path,
    posteriors: Path,
    run: Run,
    labels: Mapping[str, str],
    context: Context,
    files: FigureFiles,
) -> None:
    """Draw Cohen's kappa and the mean absolute error of the readings, of every variant and of the folds.

    A variant that predicts integral grades is shown with its error against the fractional reference where there is
    one, so that it compares with the others. Scores are the mean of all seeds, as in the tables.

    Args:
        scores: Table `scores.SCORES`.
        intervals: Table `intervals.INTERVALS`; a score without an interval is drawn as a point.
        shown: The same of the narrower intervals, drawn as the thick part of each bar.
        posteriors: Table `intervals.POSTERIORS`; above a score stands its density, if it has one.
        run: Variants are compared at its resolution, share and split; its variant's scores are the dashed lines.
        labels: Variants to show, in this order, each with its name in print.
        context: What the study is, in words.
        files: What to write. The table: split (readings, holdout, folds, fold-mean), variant (or intra_rater,
            inter_rater, noise_ceiling), metric, value, lower and upper bound of the credible interval, its probability,
            the bootstrap's unit, n (scored samples), inner_lower, inner_upper and inner_probability of the narrower
            interval.
    """
    rows = read_forest(scores, intervals, shown, run, list(labels))
    dense = read_posteriors(posteriors, run)
    write_drawn(rows[[*COLUMNS, *_INNER]], drawn_keys(rows, _key), files)

    def paint(sheet: Figure, width: float) -> None:
        if is_narrow(width):
            draw_column(sheet, rows, run, labels, dense)
        else:
            draw_forest(sheet, rows, run, labels, dense)

    def height(width: float) -> float:
        return (2 * _ROW * _lines(rows) + 26) if is_narrow(width) else _ROW * _lines(rows) + 14

    draw(
        files,
        _words(rows, run, labels, context, read_drawn(intervals, shown)),
        paint,
        height=height,
        simulated=context.simulated,
    )


def _words(
    rows: pd.DataFrame, run: Run, labels: Mapping[str, str], context: Context, drawn: Intervals | None
) -> FigureWords:
    """Say what is drawn."""
    default = rows[(rows["split"] == run.split) & (rows["variant"] == run.variant) & (rows["metric"] == _KAPPA)]
    read = rows["split"].eq(READINGS).any()
    weighed = "discs" if context.unit == "disc" else "patients"
    return FigureWords(
        name="forest",
        number="",
        title="All variants with intervals",
        caption=caption(
            "Agreement with the reference.",
            _RATERS if read else "No disc was read twice: what raters reach is not known.",
            "Variants are scored on the hold-out test set and, those trained in every fold, out of fold.",
            "κ has linear weights, on the integral grades; the error of variants on the integral scale is against the "
            "fractional reference where there is one. n counts scored samples. Dashed lines mark the variant "
            f"“{labels[run.variant]}”"
            + (f"; scores are means over {len(context.seeds)} training seeds." if len(context.seeds) > 1 else "."),
            bars_sentence(drawn, weighed),
            "Above each stands the density of the same posterior.",
            _READ if read else "",
            _MEANS if rows["split"].eq(FOLD_MEAN).any() else "",
            "Rows of different samples (n) compare only roughly; the table of global scores says which variants "
            "differ on the same discs."
            if len(labels) > 1
            else "",
            data_sentence(context),
            explained("κ"),
        ),
        alt="Forest plot of κ and mean absolute error of raters and variants"
        + (f"; κ of {labels[run.variant]}: {number(default['value'].iloc[0])}." if len(default) else "."),
        absent="" if len(rows) else "No scores: none of the variants has been scored.",
    )


def _key(row: Mapping[str, Any]) -> Key:
    return Key(Run(row["variant"], row["resolution"], row["share"], row["split"], ALL_SEEDS), row["metric"])


def read_forest(scores: Path, intervals: Path, shown: Path, run: Run, variants: Sequence[str]) -> pd.DataFrame:
    """Return the drawn scores, grouped by split: readings first, then the run's split, then the folds."""
    of_run = (pc.field("resolution") == run.resolution) & (pc.field("share") == run.share)
    chosen = (of_run | (pc.field("split") == READINGS)) & (pc.field("seed") == ALL_SEEDS)
    chosen &= pc.field("metric").isin([_KAPPA, _MAE, _MAE_OF_INTEGRAL]) & (pc.field("scope") == "all")
    values: pd.DataFrame = records.read(scores, SCORES, [*_KEYS, "value", "n"], chosen).to_pandas()
    spans: pd.DataFrame = records.read(intervals, INTERVALS, [*_KEYS, *_BOUNDS], chosen).to_pandas()
    narrower = records.read(shown, INTERVALS, [*_KEYS, *_BOUNDS[:3]], chosen).to_pandas()
    narrower = narrower.rename(columns=dict(zip(_BOUNDS[:3], _INNER, strict=True)))
    rows = values.merge(spans, on=_KEYS, how="left", validate="one_to_one")
    rows = rows.merge(narrower, on=_KEYS, how="left", validate="one_to_one")
    of_integral = rows.loc[rows["metric"] == _MAE_OF_INTEGRAL, "variant"]
    rows = rows[(rows["metric"] != _MAE) | ~rows["variant"].isin(of_integral)]
    splits, names = [READINGS, run.split, FOLDS, FOLD_MEAN], [*PAIRS, *variants]
    rows = rows[rows["split"].isin(splits) & rows["variant"].isin(names)]
    order = rows["split"].map(splits.index) * len(names) + rows["variant"].map(names.index)
    return rows.assign(order=order).sort_values(["order", "metric"])


def read_posteriors(posteriors: Path, run: Run) -> Densities:
    """Return values of each score and the density there, by split, variant and metric."""
    chosen = ((pc.field("resolution") == run.resolution) & (pc.field("share") == run.share)) | (
        pc.field("split") == READINGS
    )
    rows = records.read(posteriors, POSTERIORS, filters=chosen).to_pylist()
    return {(row["split"], row["variant"], row["metric"]): (row["scores"], row["density"]) for row in rows}


def draw_forest(figure: Figure, rows: pd.DataFrame, run: Run, labels: Mapping[str, str], dense: Densities) -> None:
    """Draw the scores of `read_forest` as rows under the names of their groups, with their numbers next to them.

    Above each score stands the density of its posterior, each as high as the others.
    """
    names, counts, *rest = figure.subplots(1, 6, sharey=True, width_ratios=[42, 10, 40, 25, 40, 25])
    names.set_ylim(_lines(rows) - 0.3, -0.7)
    for axes in (names, counts, rest[1], rest[3]):
        axes.set_axis_off()
    for line, split, variant in _layout(rows):
        if variant is None:
            names.text(0, line, GROUPS[split], fontweight="bold", va="center_baseline")
            continue
        group = rows[(rows["split"] == split) & (rows["variant"] == variant)]
        names.text(0.03, line, {**PAIRS, **labels}[variant], va="center_baseline")
        counts.text(1, line, f"{group['n'].iloc[0]:,}", va="center_baseline", ha="right", fontsize=6.5)
        ours = (split, variant) == (run.split, run.variant)
        _draw_row(rest[:2], line, group[group["metric"] == _KAPPA], ours)
        _draw_row(rest[2:], line, group[group["metric"] != _KAPPA], ours)
        for plot, metric in ((rest[0], _KAPPA), (rest[2], group.loc[group["metric"] != _KAPPA, "metric"].max())):
            if (split, variant, metric) in dense:
                _draw_density(plot, line, *dense[split, variant, metric], INK if split == READINGS else BLUE)
    counts.text(1, 0, "n", va="center_baseline", ha="right")
    for axes, metric in ((rest[0], _KAPPA), (rest[2], _MAE)):
        _finish(axes, METRICS[metric])


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False, labelleft=False)
    axes.xaxis.grid(True)


def draw_column(figure: Figure, rows: pd.DataFrame, run: Run, labels: Mapping[str, str], dense: Densities) -> None:
    """Draw the same in a column: kappa above, the error below, each next to the names and n."""
    grid = figure.subplots(2, 3, sharey=True, width_ratios=[36, 32, 19])
    for (names, plot, numbers), of_kappa in zip(grid, (True, False), strict=True):
        names.set_ylim(_lines(rows) - 0.3, -0.7)
        for axes in (names, numbers):
            axes.set_axis_off()
        for line, split, variant in _layout(rows):
            if variant is None:
                names.text(0, line, GROUPS[split], fontweight="bold", va="center_baseline", fontsize=6.5)
                continue
            group = rows[(rows["split"] == split) & (rows["variant"] == variant)]
            score = group[(group["metric"] == _KAPPA) == of_kappa]
            name = f"{ {**PAIRS, **labels}[variant] } ({group['n'].iloc[0]:,})"
            names.text(0.03, line, name, va="center_baseline", fontsize=6)
            _draw_row((plot, numbers), line, score, (split, variant) == (run.split, run.variant), size=6)
            metric = score["metric"].max()
            if (split, variant, metric) in dense:
                _draw_density(plot, line, *dense[split, variant, metric], INK if split == READINGS else BLUE)
        _finish(plot, METRICS[_KAPPA if of_kappa else _MAE])


def _draw_row(axes: Sequence[Axes], line: int, score: pd.DataFrame, ours: bool, *, size: float = 6.5) -> None:
    """Draw one score: a point with its interval and, next to it, the numbers; words in place of what there is not."""
    plot, numbers = axes
    if score["value"].isna().all():
        numbers.text(0, line, "not defined", va="center_baseline", fontsize=size, color=GREY)
        return
    value, lower, upper = score[["value", "lower", "upper"]].iloc[0]
    inner_lower, inner_upper = score[_INNER[:2]].iloc[0]
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


def _layout(rows: pd.DataFrame) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, split and variant of every row, and before each split a line of its own."""
    line = 0
    for split, group in rows.groupby("split", sort=False):
        yield line, str(split), None
        for variant in group["variant"].unique():
            line += 1
            yield line, str(split), str(variant)
        line += 1


def _lines(rows: pd.DataFrame) -> int:
    return sum(1 for _ in _layout(rows))
