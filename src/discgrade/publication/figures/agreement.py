"""Figures 2 and 5: reference against predicted grade, with the clearest outliers as pictures."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, is_grade
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.pictures import disc_pictures
from discgrade.publication.figures.selection import of_run
from discgrade.publication.figures.style import (
    BLUE,
    COLUMN,
    FULL,
    GREY,
    VERMILLION,
    drawing,
    grade_text,
    say,
)
from discgrade.publication.keys import run_key
from discgrade.records.cell_keys import Placed
from discgrade.records.discs import DISCS
from discgrade.records.scores import GRADED
from discgrade.settings.run import Run

COLUMNS = ["disc", "copy", "level", "reference", "predicted", "deviation", "x", "y", "outlier"]
_NAMES = "ABCD"
_AROUND = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_LETTER_DISTANCE = 0.2


def agreement(
    *,
    graded: Path,
    discs: Path,
    samples: Sequence[Path],
    run: Run,
    label: str,
    pictures: bool,
    seed: int,
    files: FigureFiles,
) -> None:
    """Draw reference against predicted grade of one run, each point jittered within its cell of valid grades.

    The up to four discs with the largest deviation are ringed, named A to D and, where pictures are allowed, shown.

    Args:
        graded: Table `records.scores.GRADED`.
        discs: Table `records.discs.DISCS`.
        samples: Shards of samples at the run's resolution, named after the shard; read for pictures only.
        run: The run to draw.
        label: Its variant's name in print.
        pictures: Whether discs may be shown.
        seed: Seed of the jitter.
        files: What to write. The table: disc, copy, level, reference, predicted, deviation (predicted - reference), x
            and y (the jittered point), all in grades, and outlier (A to D or empty).
    """
    points = scored_points(graded, discs, run, seed)
    write_drawn(points, _keys(run), files)
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    shown = disc_pictures(samples, run.resolution, outliers["disc"]) if pictures else {}
    with drawing(files, width=FULL if shown else COLUMN, height=92 if shown else 95) as figure:
        draw_agreement(figure, points, shown, label)


def _keys(run: Run) -> Iterator[Placed]:
    """Yield for each column what of `graded.parquet` its rows show, or were worked out from."""
    both = ["reference", "predicted"]
    read = {
        "reference": both[:1],
        "x": both[:1],
        "predicted": both[1:],
        "y": both[1:],
        "deviation": both,
        "outlier": both,
    }
    for column, names in read.items():
        yield from ((None, column, run_key(run, "graded", name, "from")) for name in names)


def scored_points(graded: Path, discs: Path, run: Run, seed: int) -> pd.DataFrame:
    """Return one row for each scored sample of a run, with the jittered point and the outliers' names."""
    scored = of_run(run) & (pc.field("part") == "test")
    points: pd.DataFrame = records.read(graded, GRADED, ["disc", "copy", "reference", "predicted"], scored).to_pandas()
    levels = records.read(discs, DISCS, ["disc", "level"]).to_pandas()
    points = points.merge(levels, on="disc", how="left", validate="many_to_one")
    points["deviation"] = (points["predicted"] - points["reference"]).round(6)
    points[["x", "y"]] = points[["reference", "predicted"]] + _jitter(points, seed)
    points["outlier"] = _name_outliers(points, seed)
    return points[COLUMNS]


def _jitter(points: pd.DataFrame, seed: int) -> NDArray[np.float64]:
    """Return an offset of each point from its own hash: +/- 0.1 grades between fractional grades, +/- 0.3 else."""
    reach = 0.3 if _all_integral(points) else 0.1
    keys = [_hash(seed, disc, copy) for disc, copy in zip(points["disc"], points["copy"], strict=True)]
    uniform = np.frombuffer(b"".join(keys), "<u8").reshape(-1, 2) / 2**64
    return reach * (2 * uniform - 1)


def _all_integral(points: pd.DataFrame) -> bool:
    return bool(is_grade(points[["reference", "predicted"]], "integral").all())


def _hash(seed: int, disc: str, copy: int) -> bytes:
    return blake2b(f"{seed}/{disc}/{copy}".encode(), digest_size=16).digest()


def _name_outliers(points: pd.DataFrame, seed: int) -> pd.Series:
    """Name the discs with the largest deviations A to D, the largest first; ties go by the discs' hashes."""
    ties = [_hash(seed, disc, copy) for disc, copy in zip(points["disc"], points["copy"], strict=True)]
    order = points.assign(size=points["deviation"].abs(), tie=ties).sort_values(
        ["size", "tie"], ascending=[False, True]
    )
    chosen = order[order["size"] > 0].drop_duplicates("disc").index[: len(_NAMES)]
    return pd.Series(list(_NAMES[: len(chosen)]), chosen, dtype=str).reindex(points.index, fill_value="")


def draw_agreement(
    figure: Figure, points: pd.DataFrame, pictures: Mapping[str, NDArray[np.uint16]], label: str
) -> None:
    """Draw the scatter of `scored_points`, and next to it the pictures of the outliers by disc."""
    if points.empty:
        say(figure, f"No predictions of the variant “{label}” on the scored part.")
        return
    grid = figure.add_gridspec(1, 2 if pictures else 1)
    axes = figure.add_subplot(grid[0])
    _draw_grid(axes, INTEGRAL if _all_integral(points) else FRACTIONAL)
    axes.plot(points["x"], points["y"], "o", color=BLUE, alpha=0.45, markersize=2.6, markeredgewidth=0)
    axes.set_title(_summary(points, label))
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    _ring(axes, points, outliers)
    if pictures:
        _show(figure, grid[1], outliers, pictures)


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
    taken = points[["x", "y"]].to_numpy()
    for x, y, name in outliers[["x", "y", "outlier"]].itertuples(index=False):
        spots = [x, y] + _LETTER_DISTANCE * np.column_stack([np.cos(_AROUND), np.sin(_AROUND)])
        room = np.hypot(*(spots[:, None] - taken).T).min(axis=0)
        spot = spots[room.argmax()]
        text = axes.text(
            spot[0], spot[1], name, ha="center", va="center", fontsize=8, fontweight="bold", color=VERMILLION
        )
        text.set_path_effects([patheffects.withStroke(linewidth=1.5, foreground="white")])
        taken = np.vstack([taken, spot])


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


def _summary(points: pd.DataFrame, label: str) -> str:
    size = points["deviation"].abs()
    discs = f"{points['disc'].nunique():,} discs"
    scored = discs if points["disc"].is_unique else f"{len(points):,} copies of {discs}"
    agreement = f"exact agreement {(size == 0).mean():.1%}, within one grade {(size <= 1).mean():.1%}"
    return f"{label}: {scored}\n{agreement}"
