"""Figures 2 and 5: reference against predicted grade, with the clearest outliers as pictures or in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, is_grade
from discgrade.publication.context import Context
from discgrade.publication.figures.captions import caption, counted, data_sentence, explained
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.pictures import disc_pictures
from discgrade.publication.figures.selection import of_run
from discgrade.publication.figures.style import BLUE, GREY, VERMILLION, draw, grade_text, is_narrow, number
from discgrade.publication.figures.words import FigureWords
from discgrade.publication.keys import run_key
from discgrade.publication.wording import interval_words, percent, protocol_words
from discgrade.records.cell_keys import Placed
from discgrade.records.discs import DISCS
from discgrade.records.intervals import INTERVALS
from discgrade.records.scores import GRADED, SCORES
from discgrade.settings.run import Run

COLUMNS = ["disc", "copy", "level", "reference", "predicted", "deviation", "x", "y", "outlier"]
_KAPPA = "kappa_linear"
_NAMES = "ABCD"
_AROUND = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_LETTER_DISTANCE, _LETTER_SIZE = 0.2, 0.27
"""Of a letter from its point, and of two letters at least, in grades."""
_SQUARE = 84.0
"""Height of the scatter with its title, in mm."""


@dataclass(frozen=True)
class Shown:
    """The run that is drawn, its variant's name in print, and the number of the figure."""

    run: Run
    label: str
    figure: str


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa of the drawn samples on the integral grades, and its bounds by probability, the wider last."""

    value: float
    bounds: Mapping[float, tuple[float, float]]
    weighed: str


def agreement(
    *,
    graded: Path,
    discs: Path,
    samples: Sequence[Path],
    scores: Path,
    intervals: Path,
    shown: Path,
    run: Run,
    label: str,
    figure: str,
    pictures: bool,
    seed: int,
    context: Context,
    files: FigureFiles,
) -> None:
    """Draw reference against predicted grade of one run, each point jittered within its cell of valid grades.

    The up to four discs with the largest deviation are ringed and named A to D; they are shown where pictures are
    allowed, else told.

    Args:
        graded: Table `records.scores.GRADED`.
        discs: Table `records.discs.DISCS`.
        samples: Shards of samples at the run's resolution, named after the shard; read for pictures only.
        scores: Table `records.scores.SCORES`.
        intervals: Table `records.intervals.INTERVALS`.
        shown: The same of the narrower intervals.
        run: The run to draw.
        label: Its variant's name in print.
        figure: Number of the figure, 2 or 5.
        pictures: Whether discs may be shown.
        seed: Seed of the jitter.
        context: What the study is, in words.
        files: What to write. The table: disc, copy, level, reference, predicted, deviation (predicted - reference), x
            and y (the jittered point), all in grades, and outlier (A to D or empty).
    """
    points = scored_points(graded, discs, run, seed)
    write_drawn(points, _keys(run), files)
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    seen = disc_pictures(samples, run.resolution, outliers["disc"]) if pictures else {}
    patients = records.read(discs, DISCS, ["disc", "patient"]).to_pandas().set_index("disc")["patient"]
    kappa = read_kappa(scores, [shown, intervals], run)
    words = _words(points, patients[points["disc"]].nunique(), kappa, Shown(run, label, figure), context)

    def paint(sheet: Figure, width: float) -> None:
        draw_agreement(sheet, points, seen, _title(points, kappa, label), width)

    def height(width: float) -> float:
        beside = not outliers.empty and is_narrow(width)
        return _SQUARE + beside * (_SQUARE + 6 if seen else 4 + 4 * len(outliers))

    draw(files, words, paint, height=height, simulated=context.simulated)


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
    keys = [_hash(seed, disc, copy) for disc, copy in zip(points["disc"], points["copy"], strict=True)]
    uniform = np.frombuffer(b"".join(keys), "<u8").reshape(-1, 2) / 2**64
    return _reach(points) * (2 * uniform - 1)


def _reach(points: pd.DataFrame) -> float:
    return 0.3 if _all_integral(points) else 0.1


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


def read_kappa(scores: Path, intervals: Sequence[Path], run: Run) -> Kappa | None:
    """Return the linear kappa of a run on the integral grades; None where it was not scored or is undefined."""
    chosen = of_run(run) & (pc.field("scope") == "all") & (pc.field("metric") == _KAPPA)
    found = records.read(scores, SCORES, ["value"], chosen).to_pylist()
    if not found or isnan(found[0]["value"]):
        return None
    rows = [row for path in intervals for row in records.read(path, INTERVALS, filters=chosen).to_pylist()]
    rows = [row for row in rows if row["lower"] < row["upper"]]
    bounds = {row["probability"]: (row["lower"], row["upper"]) for row in rows}
    weighed = f"{rows[0]['units']} {rows[0]['unit']}s" if rows else ""
    return Kappa(found[0]["value"], bounds, weighed)


def _words(points: pd.DataFrame, patients: int, kappa: Kappa | None, shown: Shown, context: Context) -> FigureWords:
    """Say what is drawn."""
    run, label = shown.run, shown.label
    trained = context.variants.get(run.variant)
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    named = "; ".join(_told(row) for row in outliers.to_dict("records"))
    n = counted(points["disc"].nunique(), patients, len(points))
    near = f"{(points['deviation'].abs() <= 1).mean():.0%} of {len(points):,} samples" if len(points) else ""
    return FigureWords(
        name=f"figure{shown.figure}",
        number=f"Figure {shown.figure}",
        title="Reference against prediction" + (", regression" if shown.figure == "5" else ""),
        caption=caption(
            f"Reference grade against the grade that the variant “{label}” predicted on the hold-out test set, {n} "
            f"({run.resolution} × {run.resolution} px, training seed {run.seed}).",
            f"A point is one scored sample, shifted at random by up to {_reach(points)} grades so that points do not "
            "hide each other; grid lines mark the valid grades, dashed lines a deviation of one grade.",
            f"Largest deviations: {named}." if named else "",
            _interval_sentence(kappa, context),
            f"Protocol: {protocol_words(trained.protocol)}." if trained else "",
            data_sentence(context),
            explained("κ", "px"),
        ),
        alt=f"Scatter of predicted against reference grades: {near} lie within one grade.",
        absent="" if len(points) else f"No predictions of the variant “{label}” on the hold-out test set.",
    )


def _interval_sentence(kappa: Kappa | None, context: Context) -> str:
    """Say what stands in parentheses after kappa."""
    if kappa is None or not kappa.bounds:
        return "κ has linear weights, on the integral grades."
    drawn = context.intervals
    words = interval_words(drawn.probability, kappa.weighed, drawn.draws, drawn.seed)
    inner = f" and the {percent(drawn.inner)} ones" if drawn.inner else ""
    return f"κ has linear weights, on the integral grades; in parentheses {words}{inner}."


def _told(row: Mapping[Any, Any]) -> str:
    return f"{row['outlier']}, {row['level']}, reference {row['reference']:g}, predicted {row['predicted']:g}"


def draw_agreement(
    figure: Figure, points: pd.DataFrame, pictures: Mapping[str, NDArray[np.uint16]], title: str, width: float
) -> None:
    """Draw the scatter of `scored_points`, and next to it, or below it in a column, its outliers."""
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    grid = figure.add_gridspec(1, 1) if outliers.empty else _halves(figure, bool(pictures), len(outliers), width)
    axes = figure.add_subplot(grid[0])
    _draw_grid(axes, INTEGRAL if _all_integral(points) else FRACTIONAL)
    axes.plot(points["x"], points["y"], "o", color=BLUE, alpha=0.45, markersize=2.6, markeredgewidth=0)
    axes.set_title(title)
    _ring(axes, points, outliers)
    if pictures:
        _show(figure, grid[1], outliers, pictures)
    elif not outliers.empty:
        _tell(figure, grid[1], outliers)


def _halves(figure: Figure, pictures: bool, outliers: int, width: float) -> GridSpec:
    if is_narrow(width):
        return figure.add_gridspec(2, 1, height_ratios=[_SQUARE, _SQUARE if pictures else 4 * outliers])
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
        axes.text(0.06, s=_told(row).partition(", ")[2], **place_of)


def _title(points: pd.DataFrame, kappa: Kappa | None, label: str) -> str:
    size = points["deviation"].abs()
    discs = f"{points['disc'].nunique():,} discs"
    scored = discs if points["disc"].is_unique else f"{len(points):,} copies of {discs}"
    lines = [f"{label}: {scored}", _kappa_words(kappa)]
    lines.append(f"exact agreement {(size == 0).mean():.1%}, within one grade {(size <= 1).mean():.1%}")
    return "\n".join(lines)


def _kappa_words(kappa: Kappa | None) -> str:
    """Print kappa with its intervals, the narrower first."""
    if kappa is None:
        return "κ is not defined"
    spans = [f"{percent(one)}: {number(low)} to {number(high)}" for one, (low, high) in kappa.bounds.items()]
    return f"κ {number(kappa.value)}" + (f" ({'; '.join(spans)})" if spans else " (no interval)")
