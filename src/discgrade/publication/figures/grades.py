"""Figure 1: how many discs of each grade each cohort has."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, is_grade
from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.captions import caption, counted, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import (
    BLUE,
    GREEN,
    ON_GRID,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    draw,
    grade_text,
    is_narrow,
    letter,
)
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.cohort.discs import DISCS

COLUMNS = ["scale", "grade", "cohort", "discs"]
_KNOWN = ("primary", "supplemental", "external")
_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION)


def figure1(*, discs: Path, context: Data, files: FigureFiles) -> None:
    """Draw the distribution of the reference grades by cohort: stacked bars, so that their height is all cohorts.

    Args:
        discs: Table `discs.DISCS`.
        context: What the study is, in words.
        files: What to write. The table: scale, grade, cohort, discs. The fractional scale is left out where every grade
            is integral.
    """
    kept = records.read(discs, DISCS, ["grade", "integral", "cohort", "patient"]).to_pandas()
    counts = count_grades(kept)
    write_drawn(counts, _keys(counts), files)
    fractional = "fractional" in set(counts["scale"])

    def height(width: float) -> float:
        return 118 if fractional and is_narrow(width) else 66

    def paint(sheet: Figure, width: float) -> None:
        draw_grades(sheet, counts, width)

    words = _words(counts, kept["patient"].nunique(), context)
    draw(files, words, paint, height=height, simulated=context.simulated)


def _words(counts: pd.DataFrame, patients: int, context: Data) -> FigureWords:
    """Say what is drawn."""
    scales = list(dict.fromkeys(counts["scale"]))
    integral = counts[counts["scale"] == "integral"]
    n = counted(int(integral["discs"].sum()), patients)
    panels = "A: on the fractional scale of 13 grades. B: on the integral scale." if len(scales) > 1 else ""
    by_grade = ", ".join(f"{grade:g}: {discs}" for grade, discs in integral.groupby("grade")["discs"].sum().items())
    return FigureWords(
        name="figure1",
        number="Figure 1",
        title="Distribution of grades",
        caption=caption(
            f"Number of discs of each reference Pfirrmann grade, stacked by cohort: {n}.",
            panels,
            "The number on a bar counts all cohorts.",
            data_sentence(context),
        ),
        alt=f"Bars: discs of each integral grade, {by_grade}.",
        absent="" if scales and len(integral) else "No discs: there are no grades to count.",
    )


def _keys(counts: pd.DataFrame) -> Iterator[Placed]:
    """Yield for each count the column of `discs.parquet` in which it was made."""
    columns = {"fractional": "grade", "integral": "integral"}
    for number, (scale, grade, cohort) in enumerate(counts[["scale", "grade", "cohort"]].itertuples(index=False), 1):
        key = CellKey("discs", columns[scale], scope="cohort", group=cohort, grade=float(grade), enters="from")
        yield number, "discs", key


def count_grades(discs: pd.DataFrame) -> pd.DataFrame:
    """Count discs by scale, grade and cohort; grades without a disc count 0."""
    scales = {"fractional": ("grade", FRACTIONAL), "integral": ("integral", INTEGRAL)}
    if is_grade(discs["grade"], "integral").all():
        del scales["fractional"]
    rows = [
        (scale, grade, cohort, int((np.isclose(discs[column], grade) & (discs["cohort"] == cohort)).sum()))
        for scale, (column, grades) in scales.items()
        for grade in grades
        for cohort in _cohorts(discs)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def draw_grades(figure: Figure, counts: pd.DataFrame, width: float) -> None:
    """Draw one panel for each scale of `count_grades`, with one legend."""
    scales = list(dict.fromkeys(counts["scale"]))
    if is_narrow(width):
        panels = np.atleast_1d(figure.subplots(len(scales), 1))
    else:
        panels = np.atleast_1d(figure.subplots(1, len(scales), width_ratios=[13, 8][: len(scales)]))
    for axes, scale, name in zip(panels, scales, "AB", strict=False):
        _draw_scale(axes, counts[counts["scale"] == scale])
        axes.set_xlabel("Fractional Pfirrmann grade" if scale == "fractional" else "Pfirrmann grade")
        if len(scales) > 1:
            letter(axes, name)
    for axes in panels if is_narrow(width) else panels[:1]:
        axes.set_ylabel("Discs")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2 if is_narrow(width) else 4)


def _draw_scale(axes: Axes, counts: pd.DataFrame) -> None:
    grades = counts["grade"].unique()
    width = 0.24 if len(grades) > len(INTEGRAL) else 0.7
    floor = np.zeros(len(grades))
    for (cohort, bars), colour in zip(counts.groupby("cohort", sort=False), cycle(_COLOURS), strict=False):
        heights = bars["discs"].to_numpy()
        label = f"{str(cohort)[:1].upper()}{str(cohort)[1:]} ({heights.sum():,} discs)"
        axes.bar(grades, heights, width, floor, color=colour, edgecolor="white", label=label)
        floor += heights
    for grade, total in zip(grades, floor, strict=True):
        axes.annotate(f"{total:,.0f}", (grade, total), (0, 2), textcoords="offset points", ha="center", **ON_GRID)
    axes.set_xticks(grades, [grade_text(grade) for grade in grades])
    axes.set_ylim(0, max(1.0, 1.08 * floor.max()))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.grid(True)
    axes.tick_params(axis="x", length=0)


def _cohorts(discs: pd.DataFrame) -> list[str]:
    found = set(discs["cohort"])
    return [name for name in _KNOWN if name in found] + sorted(found.difference(_KNOWN))
