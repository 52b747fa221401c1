"""The drawing of Figures 2 and 5: the scatter of predicted against reference grades, and its outliers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from numpy.typing import NDArray

from discgrade.grades import FRACTIONAL, INTEGRAL, is_grade
from discgrade.publication.figures.drawing.style import BLUE, GREY, VERMILLION, grade_text, is_narrow

SQUARE = 84.0
"""Height of the scatter with its title, in mm."""
_AROUND = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_LETTER_DISTANCE, _LETTER_SIZE = 0.2, 0.27
"""Of a letter from its point, and of two letters at least, in grades."""


def all_integral(points: pd.DataFrame) -> bool:
    """Return whether every drawn grade is an integral one."""
    return bool(is_grade(points[["reference", "predicted"]], "integral").all())


def told(row: Mapping[Any, Any]) -> str:
    """Say which disc an outlier is, and what was read and predicted."""
    return f"{row['outlier']}, {row['level']}, reference {row['reference']:g}, predicted {row['predicted']:g}"


def draw_agreement(
    figure: Figure, points: pd.DataFrame, pictures: Mapping[str, NDArray[np.uint16]], title: str, width: float
) -> None:
    """Draw the scatter of `scored_points`, and next to it, or below it in a column, its outliers."""
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    grid = figure.add_gridspec(1, 1) if outliers.empty else _halves(figure, bool(pictures), len(outliers), width)
    axes = figure.add_subplot(grid[0])
    _draw_grid(axes, INTEGRAL if all_integral(points) else FRACTIONAL)
    axes.plot(points["x"], points["y"], "o", color=BLUE, alpha=0.45, markersize=2.6, markeredgewidth=0)
    axes.set_title(title)
    _ring(axes, points, outliers)
    if pictures:
        _show(figure, grid[1], outliers, pictures)
    elif not outliers.empty:
        _tell(figure, grid[1], outliers)


def _halves(figure: Figure, pictures: bool, outliers: int, width: float) -> GridSpec:
    if is_narrow(width):
        return figure.add_gridspec(2, 1, height_ratios=[SQUARE, SQUARE if pictures else 4 * outliers])
    return figure.add_gridspec(1, 2)


def _draw_grid(axes: Axes, grades: NDArray[np.float64]) -> None:
    margin = 0.4 if len(grades) > len(INTEGRAL) else 0.6
    limits = (FRACTIONAL[0] - margin, FRACTIONAL[-1] + margin)
    axes.set(xlim=limits, ylim=limits, aspect="equal", xlabel="Reference grade", ylabel="Predicted grade")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(INTEGRAL, [grade_text(grade) for grade in INTEGRAL])
        axis.set_ticks(np.setdiff1d(grades, INTEGRAL), minor=True)
    axes.grid(True, which="both")
    for shift, line in ((-1, (0, (4, 3))), (0, "-"), (1, (0, (4, 3)))):
        axes.axline((1, 1 + shift), slope=1, color=GREY, linewidth=0.6, linestyle=line, zorder=1)


def _ring(axes: Axes, points: pd.DataFrame, outliers: pd.DataFrame) -> None:
    """Ring the outliers, each with its letter where the plot is emptiest around it."""
    axes.plot(outliers["x"], outliers["y"], "o", markersize=7, markerfacecolor="none", markeredgecolor=VERMILLION)
    taken, letters = points[["x", "y"]].to_numpy(), np.empty((0, 2))
    for x, y, name in outliers[["x", "y", "outlier"]].itertuples(index=False):
        spots = [x, y] + _LETTER_DISTANCE * np.column_stack([np.cos(_AROUND), np.sin(_AROUND)])
        room = np.hypot(*(spots[:, None] - taken).T).min(axis=0)
        if len(letters):
            room[np.hypot(*(spots[:, None] - letters).T).min(axis=0) < _LETTER_SIZE] = -1
        spot = spots[room.argmax()]
        text = axes.text(
            spot[0], spot[1], name, ha="center", va="center", fontsize=8, fontweight="bold", color=VERMILLION
        )
        text.set_path_effects([patheffects.withStroke(linewidth=1.5, foreground="white")])
        letters = np.vstack([letters, spot])


def _show(
    figure: Figure, place: SubplotSpec, outliers: pd.DataFrame, pictures: Mapping[str, NDArray[np.uint16]]
) -> None:
    grid = place.subgridspec(2, 2)
    shown = outliers[outliers["disc"].isin(list(pictures))]
    for index, row in enumerate(shown.to_dict("records")):
        axes = figure.add_subplot(grid[index], xticks=[], yticks=[])
        axes.set_title(f"{row['outlier']}  {row['level']}", fontweight="bold")
        axes.set_xlabel(f"reference {grade_text(row['reference'])}, predicted {grade_text(row['predicted'])}")
        axes.imshow(pictures[row["disc"]], cmap="gray", interpolation="bicubic")
        axes.spines[:].set_visible(False)


def _tell(figure: Figure, place: SubplotSpec, outliers: pd.DataFrame) -> None:
    """Say which discs the letters name, where no picture may."""
    axes = figure.add_subplot(place, xlim=(0, 1), ylim=(len(outliers), -1))
    axes.set_axis_off()
    axes.text(0, -0.5, "Largest deviations", va="center")
    for line, row in enumerate(outliers.to_dict("records")):
        place_of: dict[str, Any] = {"va": "center", "y": line + 0.4}
        axes.text(0, s=row["outlier"], fontweight="bold", color=VERMILLION, **place_of)
        axes.text(0.06, s=told(row).partition(", ")[2], **place_of)
