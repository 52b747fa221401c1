"""How sure a grade is: probabilities against what came true, errors among the surest discs, sizes of the sets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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
from discgrade.publication.figures.drawing.style import (
    BLUE,
    GREY,
    INK,
    MARKERS,
    ORANGE,
    SKY,
    VERMILLION,
    draw,
    is_narrow,
    letter,
)
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import Key
from discgrade.publication.wording import interval_words, patients, percent
from discgrade.records.cell_keys import Placed
from discgrade.records.results.certainty import CERTAINTY
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.learned import read_learned
from discgrade.settings.run import Run

COLUMNS = ["scope", "group", "grade", "metric", "value", "lower", "upper", "n"]
_FIELDS = ("value", "lower", "upper", "n")
_FEW = 5
"""Fewest discs in a tenth for it to be drawn."""
_EXCEEDED = {f"exceeds_{grade}": colour for grade, colour in enumerate((BLUE, SKY, ORANGE, VERMILLION), start=1)}
Worth = Mapping[str, Mapping[str, Any]]
"""The row of each metric of all discs together."""
_SIZES = {1: "#DCEFF9", 2: "#A3D3EE", 3: SKY, 4: BLUE, 5: "#00395A"}


def calibration(*, certainty: Path, calibration: Path, context: Context, files: FigureFiles) -> None:
    """Draw what the probabilities and sets of grades of the out-of-fold discs were worth.

    Args:
        certainty: `certainty.parquet`.
        calibration: `calibration.json`: what was learned, or the reason why nothing was.
        context: What the study is, in words.
        files: What to write. The table: scope, group, grade, metric, value, lower, upper, n, as in `certainty.parquet`:
            what each panel shows.
    """
    learned = read_learned(Calibration, calibration)
    rows = records.read(certainty, CERTAINTY).to_pandas()
    shown = rows[rows["scope"].ne("all") | rows["metric"].eq("coverage")].reset_index(drop=True)
    write_drawn(shown[COLUMNS], _keys(shown), files)
    overall = rows[rows["scope"].eq("all") & rows["grade"].isna()]
    worth = {str(row["metric"]): row for row in overall.to_dict("records")}

    def paint(sheet: Figure, width: float) -> None:
        if isinstance(learned, Calibration):
            draw_certainty(sheet, shown, learned, worth, width)

    def height(width: float) -> float:
        return 190 if is_narrow(width) else 76

    draw(files, _words(worth, learned, context), paint, height=height, simulated=context.simulated)


def _words(worth: Worth, learned: Calibration | str, context: Context) -> FigureWords:
    """Say what is drawn."""
    if isinstance(learned, str):
        return FigureWords("calibration", "", "Calibration and sets of grades", data_sentence(context), "", learned)
    covered = worth["coverage"]
    drawn = drawn_as(covered)
    variant = context.variants[covered["variant"]].label
    words = interval_words(drawn.probability, patients(covered["units"]), drawn.draws, drawn.seed)
    holds = percent(round(float(covered["value"]), 3))
    return FigureWords(
        name="calibration",
        number="",
        title="Calibration and sets of grades",
        caption=caption(
            f"Variant “{variant}”, out of fold, n = {covered['n']:,} scored samples of {covered['patients']:,} "
            "patients, each judged by what was learned on the patients of other folds.",
            f"A: how often the reference is above a grade, against its probability, in tenths with at least {_FEW} "
            "samples; pale without the map; with the RPS (0 is best, 1 worst) and the ECE of the predicted grade, in "
            "tenths.",
            "B: the errors left when the samples with the least probable grades are set aside.",
            "C: number of grades in the sets (bars), and how often they hold the reference grade (points): each should "
            f"reach the dashed line, a probability of {percent(learned.coverage)}.",
            f"Bars, bands and parentheses are {words}; that of the ECE lies high, since chance alone makes it larger "
            "than 0, in each draw as well.",
            data_sentence(context),
            explained("ECE", "RPS"),
        ),
        alt="Calibration curves against the diagonal, errors of the surest discs, and sets of grades that hold the "
        f"reference grade in {holds} of the samples.",
    )


def _keys(rows: pd.DataFrame) -> Iterator[Placed]:
    for place, row in enumerate(rows.to_dict("records"), start=1):
        run = Run(row["variant"], row["resolution"], row["share"], row["split"], row["seed"])
        grade = None if pd.isna(row["grade"]) else row["grade"]
        key = Key(run, row["metric"], row["scope"], row["group"], grade)
        yield from ((place, field, key.cell("certainty", field)) for field in _FIELDS)


def draw_certainty(figure: Figure, rows: pd.DataFrame, learned: Calibration, worth: Worth, width: float) -> None:
    """Draw the three panels."""
    forecast, kept, sizes = figure.subplots(3, 1) if is_narrow(width) else figure.subplots(1, 3)
    _draw_forecasts(forecast, rows)
    _write_scores(forecast, worth)
    _draw_kept(kept, rows)
    _draw_sizes(sizes, rows, learned.coverage)
    for axes, name in zip((forecast, kept, sizes), "ABC", strict=True):
        letter(axes, name)


def _draw_forecasts(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw how often a higher grade came true against its probability: a line for each grade to exceed."""
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    for marker, (scope, colour) in zip(MARKERS, _EXCEEDED.items(), strict=False):
        look: dict[str, Any] = {"marker": marker, "markersize": 3, "color": colour}
        for when, alpha in (("before", 0.35), ("after", 1.0)):
            points = rows[(rows["scope"] == scope) & (rows["n"] >= _FEW)].pivot_table(
                index="group", columns="metric", values="value"
            )
            names = [f"forecast_{when}", f"observed_{when}"]
            if not set(names) <= set(points):
                continue
            drawn = points[names].dropna()
            label = f"> {scope[-1]}" if when == "after" else None
            axes.plot(drawn[names[0]], drawn[names[1]], label=label, alpha=alpha, linewidth=1, **look)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="Probability of a higher grade", ylabel="Share with one")
    axes.set_title("Calibration")
    axes.legend(title="Grade", loc="upper left", fontsize=6.5, title_fontsize=6.5)


def _write_scores(axes: Axes, worth: Worth) -> None:
    """Write ranked probability score and expected calibration error, with and without the map, into the free corner."""
    scores = {"RPS": worth["rps_after"], "ECE": worth["ece_after"]}
    lines = [f"{name} {one['value']:.3f} ({one['lower']:.3f} to {one['upper']:.3f})" for name, one in scores.items()]
    lines.append(f"no map: {worth['rps_before']['value']:.3f}, {worth['ece_before']['value']:.3f}")
    axes.text(0.99, 0.02, "\n".join(lines), transform=axes.transAxes, ha="right", va="bottom", fontsize=6)


def _draw_kept(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the errors that are left among the discs with most confidence."""
    kept = rows[rows["scope"] == "kept"].assign(share=lambda frame: frame["group"].astype(float)).sort_values("share")
    for metric, colour, label in (("error", BLUE, "Wrong integral grade"), ("mae", ORANGE, "Mean error (grades)")):
        drawn = kept[kept["metric"] == metric]
        axes.fill_between(drawn["share"], drawn["lower"], drawn["upper"], color=colour, alpha=0.18, linewidth=0)
        axes.plot(drawn["share"], drawn["value"], color=colour, label=label)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="Share kept, the surest first", ylabel="Error")
    axes.yaxis.grid(True)
    axes.set_title("Setting uncertain discs aside")
    axes.legend(loc="lower right", fontsize=6.5)


def _draw_sizes(axes: Axes, rows: pd.DataFrame, coverage: float) -> None:
    """Draw for each reference grade how many grades its sets hold, and how often they hold it."""
    shares = rows[(rows["scope"] == "set_size") & rows["grade"].notna()]
    left = np.zeros(len(INTEGRAL))
    for size, colour in _SIZES.items():
        of_size = shares[shares["group"] == str(size)].set_index("grade")["value"].reindex(INTEGRAL).fillna(0)
        if of_size.any():
            axes.bar(INTEGRAL, of_size, bottom=left, color=colour, width=0.7, label=str(size))
        left += of_size.to_numpy()
    covered = rows[(rows["metric"] == "coverage") & rows["grade"].notna()].dropna(subset="value")
    span = [covered["value"] - covered["lower"], covered["upper"] - covered["value"]]
    axes.errorbar(covered["grade"], covered["value"], np.abs(span), fmt="o", color=INK, markersize=3, linewidth=0.8)
    axes.axhline(coverage, color=VERMILLION, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set(ylim=(0, 1.03), xlabel="Reference grade", ylabel="Share of the discs", xticks=INTEGRAL)
    axes.set_title("Sets of grades")
    axes.legend(title="Grades in a set", loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=5, fontsize=6.5)
