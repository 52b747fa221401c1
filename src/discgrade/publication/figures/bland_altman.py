"""Bland-Altman plots: predicted minus reference against their mean, of grades and of the sum of a patient's grades."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade.publication.agreement_values import Agreed, Row, bounds_words, read_agreed, scored_words
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, GREY, ORANGE, draw, is_narrow, letter, number
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.reliability.agreement.limits import Measured, discs_measured, sums_measured
from discgrade.reliability.agreement.samples import read_samples
from discgrade.settings.run import Run

COLUMNS = ["panel", "mean", "difference", "n"]
TITLES = {"grades": "Grade of a disc", "sums": "Sum of a patient's grades"}
_LARGEST = 9.0
"""Diameter of the largest point, in points."""


def bland_altman(
    *, graded: Path, discs: Path, agreement: Path, runs: Sequence[Run], context: Context, files: FigureFiles
) -> None:
    """Draw how far predicted and reference grades lie apart.

    Args:
        graded: `graded.parquet`.
        discs: `discs.parquet`.
        agreement: `agreement.parquet`, made of the same runs.
        runs: The runs of the main model.
        context: What the study is, in words.
        files: What to write. The table: panel (grades, sums), mean and difference (predicted minus reference) of a
            point, and n, how many samples, or patients, lie there.
    """
    agreed = read_agreed(agreement)
    samples = read_samples(graded, discs, runs)
    sums = sums_measured(samples)
    measured = {"grades": discs_measured(samples)} | ({} if isinstance(sums, str) else {"sums": sums[0]})
    points = pd.concat([_points(name, pairs) for name, pairs in measured.items()], ignore_index=True)
    write_drawn(points, _keys(runs), files)
    limits = {
        name: {metric: row for (scope, _, metric), row in agreed.rows.items() if scope == name} for name in TITLES
    }

    def paint(sheet: Figure, width: float) -> None:
        draw_limits(sheet, points, limits, width)

    def height(width: float) -> float:
        return 66.0 * len(measured) + 4 if is_narrow(width) else 76.0

    words = _words(agreed, limits, "" if not isinstance(sums, str) else sums, context)
    draw(files, words, paint, height=height, simulated=context.simulated)


def _points(name: str, pairs: Measured) -> pd.DataFrame:
    """Count the pairs at each mean and difference."""
    frame = pd.DataFrame(
        {"mean": (pairs.reference + pairs.predicted) / 2, "difference": pairs.predicted - pairs.reference}
    )
    counted = frame.round(6).groupby(["mean", "difference"]).size().rename("n").reset_index()
    return counted.assign(panel=name)[COLUMNS]


def _keys(runs: Sequence[Run]) -> Iterator[Placed]:
    for run in runs:
        for column in COLUMNS[1:]:
            yield from ((None, column, run_key(run, "graded", side, "from")) for side in ("reference", "predicted"))


def _words(agreed: Agreed, limits: Mapping[str, Mapping[str, Row]], lacking: str, context: Context) -> FigureWords:
    """Say what is drawn."""
    group = limits["sums"]["bias"]["group"]
    summed = f" and of the sum of a patient's grades ({group}, n = {limits['sums']['bias']['patients']:,} patients)"
    bias, ccc = limits["grades"]["bias"]["value"], limits["grades"]["lin_ccc"]["value"]
    agreement = "not defined" if isnan(ccc) else f"{ccc:.2f}"
    return FigureWords(
        name="bland_altman",
        number="",
        title="Bland-Altman plots",
        caption=caption(
            f"Predicted minus reference against their mean, of the grade of a disc{'' if lacking else summed}: "
            f"{scored_words(agreed, context)}.",
            "The area of a point shows how many lie there. Solid line: bias; dashed lines: 95 % limits of agreement, "
            f"bias ± 1.96 SD; bands and parentheses: {bounds_words(agreed)}.",
            f"Sums are not shown: {lacking}" if lacking else "",
            data_sentence(context),
            explained("CCC"),
        ),
        alt=f"Differences of grades scatter about a bias of {number(bias)} grades; concordance {agreement}.",
    )


def draw_limits(figure: Figure, points: pd.DataFrame, limits: Mapping[str, Mapping[str, Row]], width: float) -> None:
    """Draw a panel for the grades and, where there are sums, one for them."""
    shown = list(dict.fromkeys(points["panel"]))
    shape = (len(shown), 1) if is_narrow(width) else (1, len(shown))
    panels = np.atleast_1d(figure.subplots(*shape))
    for axes, name, mark in zip(panels, shown, "AB", strict=False):
        _draw_panel(axes, points[points["panel"] == name], limits[name])
        axes.set_title(f"{TITLES[name]}\n{_title(limits[name])}")
        axes.set(xlabel="Mean of reference and prediction", ylabel="Predicted minus reference")
        if len(shown) > 1:
            letter(axes, mark)


def _draw_panel(axes: Axes, points: pd.DataFrame, limits: Mapping[str, Row]) -> None:
    size = _LARGEST**2 * points["n"] / points["n"].max()
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.scatter(points["mean"], points["difference"], s=np.maximum(size, 4), color=BLUE, alpha=0.6, linewidths=0)
    for metric, style in (("bias", "-"), ("limit_lower", (0, (4, 3))), ("limit_upper", (0, (4, 3)))):
        row = limits[metric]
        if not isnan(row["value"]):
            axes.axhline(row["value"], color=ORANGE, linewidth=1, linestyle=style)
        if not isnan(row["lower"]):
            axes.axhspan(row["lower"], row["upper"], color=ORANGE, alpha=0.18, linewidth=0)
    lowest = np.nanmin([points["difference"].min(), limits["limit_lower"]["lower"], 0])
    highest = np.nanmax([points["difference"].max(), limits["limit_upper"]["upper"], 0])
    room = 0.08 * max(highest - lowest, 1)
    axes.set_ylim(lowest - room, highest + room)


def _title(limits: Mapping[str, Row]) -> str:
    return f"bias {_number(limits['bias'])}, CCC {_number(limits['lin_ccc'])}"


def _number(row: Row) -> str:
    if isnan(row["value"]):
        return "not defined"
    span = "" if isnan(row["lower"]) else f" ({number(row['lower'])}, {number(row['upper'])})"
    return number(row["value"]) + span
