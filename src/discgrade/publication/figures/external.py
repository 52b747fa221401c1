"""External validation: prevalence, agreement, and what a recalibration on external patients would give."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import drawn_as
from discgrade.publication.figures.drawing.captions import caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, GREY, ORANGE, draw, is_narrow, letter
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import Key
from discgrade.publication.wording import interval_words
from discgrade.records.cell_keys import Placed
from discgrade.records.results.external import EXTERNAL
from discgrade.settings.run import EXTERNAL as COHORT
from discgrade.settings.run import Run

COLUMNS = ["scope", "group", "grade", "metric", "value", "lower", "upper", "n"]
_PARTS = {"test": ("Test part", BLUE, -0.18), COHORT: ("External cohort", ORANGE, 0.18)}
_METRICS = {
    "kappa_linear": "κ linear",
    "kappa_quadratic": "κ quadratic",
    "kappa_unweighted": "κ unweighted",
    "balanced_accuracy": "Balanced accuracy",
    "lin_ccc": "Concordance",
    "bias": "Bias (grades)",
}
_ABSENT = f"No disc is of the cohort {COHORT}: name it so in the sheet of readings, or by ratings.fill."


def external(*, scores: Path, reason: str, context: Context, files: FigureFiles) -> None:
    """Draw internal next to external scores.

    Args:
        scores: `external.parquet`.
        reason: Why no run is judged; empty if one is.
        context: What the study is, in words.
        files: What to write. The table: scope, group, grade, metric, value, lower, upper, n, as in `external.parquet`.
    """
    rows = records.read(scores, EXTERNAL).to_pandas()
    write_drawn(rows[COLUMNS], _keys(rows), files)

    def paint(sheet: Figure, width: float) -> None:
        if len(rows):
            _draw(sheet, rows, width)

    def height(width: float) -> float:
        return 190 if is_narrow(width) else 72

    draw(files, _words(rows, reason, context), paint, height=height, simulated=context.simulated)


def _words(rows: pd.DataFrame, reason: str, context: Context) -> FigureWords:
    title = "External validation"
    if not len(rows):
        return FigureWords("external", "", title, data_sentence(context), "", reason or _ABSENT)
    overall = rows[rows["metric"].eq("kappa_linear")].set_index("scope")
    test, outside = overall.loc["test"], overall.loc[COHORT]
    used = drawn_as(dict(test))
    drawn = interval_words(used.probability, "patients", used.draws, used.seed)
    label = context.variants[str(test["variant"])].label
    return FigureWords(
        name="external",
        number="",
        title=title,
        caption=caption(
            f"Variant “{label}” as trained on the hold-out split: n = {test['n']:,} scored samples of "
            f"{test['patients']:,} test patients, n = {outside['n']:,} of {outside['patients']:,} external ones, on "
            "the integral scale.",
            "A: shares of the reference grades.",
            "B: agreement with the reference grade, and bias.",
            "C: linear κ on external patients once a rising map from the expected to the reference grade was fitted "
            "on others of them: the median over draws of patients, and what so many of the draws lie between; dashed: "
            "no map.",
            f"Bars are {drawn}.",
            data_sentence(context),
            explained("κ"),
        ),
        alt=f"Shares of grades, agreement and recalibration; linear kappa is {test['value']:.2f} on the test part and "
        f"{outside['value']:.2f} on the external cohort.",
    )


def _keys(rows: pd.DataFrame) -> Iterator[Placed]:
    for place, row in enumerate(rows.to_dict("records"), start=1):
        run = Run(row["variant"], row["resolution"], row["share"], row["split"], row["seed"])
        grade = None if pd.isna(row["grade"]) else row["grade"]
        key = Key(run, row["metric"], row["scope"], row["group"], grade)
        yield from ((place, name, key.cell("external", name)) for name in ("value", "lower", "upper", "n"))


def _draw(figure: Figure, rows: pd.DataFrame, width: float) -> None:
    shares, agreement, curve = figure.subplots(3, 1) if is_narrow(width) else figure.subplots(1, 3)
    _draw_shares(shares, rows)
    _draw_agreement(agreement, rows)
    _draw_curve(curve, rows)
    for axes, name in zip((shares, agreement, curve), "ABC", strict=True):
        letter(axes, name)


def _draw_shares(axes: Axes, rows: pd.DataFrame) -> None:
    shown = rows[rows["metric"].eq("prevalence")]
    for part, (words, colour, shift) in _PARTS.items():
        own = shown[shown["scope"].eq(part) & shown["group"].eq("")].sort_values("grade")
        axes.bar(own["grade"] + shift, own["value"], width=0.34, color=colour, label=words)
        _bars(axes, own["grade"] + shift, own)
    axes.set(xlabel="Reference grade", ylabel="Share of the discs", xticks=list(INTEGRAL), ylim=(0, None))
    axes.set_title("Prevalence")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, fontsize=6.5)


def _bars(axes: Axes, places: pd.Series, rows: pd.DataFrame) -> None:
    spans = np.abs([rows["value"] - rows["lower"], rows["upper"] - rows["value"]])
    axes.errorbar(places, rows["value"], spans, fmt="none", ecolor=GREY, linewidth=0.9)


def _draw_agreement(axes: Axes, rows: pd.DataFrame) -> None:
    names = list(_METRICS)
    for part, (words, colour, shift) in _PARTS.items():
        own = rows[rows["scope"].eq(part) & rows["metric"].isin(names)].set_index("metric").reindex(names)
        places = np.arange(len(names)) + shift
        spans = np.abs([own["value"] - own["lower"], own["upper"] - own["value"]])
        axes.errorbar(own["value"], places, xerr=spans, fmt="o", color=colour, markersize=3.5, linewidth=1, label=words)
    axes.axvline(0, color=GREY, linewidth=0.7)
    axes.set(yticks=range(len(names)), yticklabels=list(_METRICS.values()))
    axes.invert_yaxis()
    axes.set_title("Agreement")


def _draw_curve(axes: Axes, rows: pd.DataFrame) -> None:
    shown = rows[rows["scope"].eq("recalibrated") & rows["metric"].eq("kappa_linear")]
    shown = shown.assign(size=shown["group"].astype(int)).sort_values("size")
    none, tried = shown[shown["size"].eq(0)], shown[shown["size"].gt(0)]
    if len(none):
        axes.axhline(float(none["value"].iloc[0]), color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    if len(tried):
        axes.fill_between(tried["size"], tried["lower"], tried["upper"], color=ORANGE, alpha=0.2, linewidth=0)
        axes.plot(tried["size"], tried["value"], color=ORANGE, marker="o", markersize=3)
        axes.set_xscale("log")
        axes.set_xticks(tried["size"], [str(size) for size in tried["size"]])
        axes.minorticks_off()
    axes.set(xlabel="External patients, fitted", ylabel="κ, linear, of the others")
    axes.set_title("Recalibration")
