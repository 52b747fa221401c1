"""Figures 2 and 5: reference against predicted grade, with the clearest outliers as pictures or in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from matplotlib.figure import Figure
from numpy.typing import NDArray

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import drawn_as
from discgrade.publication.figures.drawing.captions import caption, counted, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.pictures import disc_pictures
from discgrade.publication.figures.drawing.scatter import SQUARE, all_integral, draw_agreement, told
from discgrade.publication.figures.drawing.selection import of_run
from discgrade.publication.figures.drawing.style import draw, is_narrow, number, wrapped
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import run_key
from discgrade.publication.wording import interval_words, percent, protocol_words
from discgrade.records.cell_keys import Placed
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.intervals import INTERVALS
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.settings.model import Intervals
from discgrade.settings.run import Run

COLUMNS = ["disc", "copy", "level", "reference", "predicted", "deviation", "x", "y", "outlier"]
_KAPPA = "kappa_linear"
_NAMES = "ABCD"
_TITLE = 52
"""Characters of a line of the title: as many as kappa with two intervals has."""


@dataclass(frozen=True)
class Shown:
    """The run that is drawn, its variant's name in print, and the number of the figure."""

    run: Run
    label: str
    figure: str


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa of the drawn samples on the integral grades, and its bounds by probability, the wider last.

    `weighed` and `drawn` are of the wider interval: what the bootstrap weighs, and how it was drawn.
    """

    value: float
    bounds: Mapping[float, tuple[float, float]]
    weighed: str = ""
    drawn: Intervals | None = None


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
        graded: Table `scores.GRADED`.
        discs: Table `discs.DISCS`.
        samples: Shards of samples at the run's resolution, named after the shard; read for pictures only.
        scores: Table `scores.SCORES`.
        intervals: Table `intervals.INTERVALS`.
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
        return SQUARE + beside * (SQUARE + 6 if seen else 4 + 4 * len(outliers))

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
    return 0.3 if all_integral(points) else 0.1


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
    if not rows:
        return Kappa(found[0]["value"], {})
    *narrower, wide = rows
    drawn = drawn_as(wide, narrower[0]["probability"] if narrower else None)
    return Kappa(found[0]["value"], bounds, f"{wide['units']} {wide['unit']}s", drawn)


def _words(points: pd.DataFrame, patients: int, kappa: Kappa | None, shown: Shown, context: Context) -> FigureWords:
    """Say what is drawn."""
    run, label = shown.run, shown.label
    trained = context.variants.get(run.variant)
    outliers = points[points["outlier"] != ""].sort_values("outlier")
    named = "; ".join(told(row) for row in outliers.to_dict("records"))
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
            _interval_sentence(kappa),
            f"Protocol: {protocol_words(trained.protocol)}." if trained else "",
            data_sentence(context),
            explained("κ", "px"),
        ),
        alt=f"Scatter of predicted against reference grades: {near} lie within one grade.",
        absent="" if len(points) else _absent(label, trained is not None),
    )


def _absent(label: str, trained: bool) -> str:
    """Say why there is nothing to draw."""
    if not trained:
        return f"The study trains no variant that it would show (“{label}”)."
    return f"No predictions of the variant “{label}” on the hold-out test set."


def _interval_sentence(kappa: Kappa | None) -> str:
    """Say what stands in parentheses after kappa."""
    if kappa is None or kappa.drawn is None:
        return "κ has linear weights, on the integral grades."
    drawn = kappa.drawn
    words = interval_words(drawn.probability, kappa.weighed, drawn.draws, drawn.seed)
    inner = f" and the {percent(drawn.inner)} ones" if drawn.inner else ""
    return f"κ has linear weights, on the integral grades; in parentheses {words}{inner}."


def _title(points: pd.DataFrame, kappa: Kappa | None, label: str) -> str:
    size = points["deviation"].abs()
    discs = f"{points['disc'].nunique():,} discs"
    scored = discs if points["disc"].is_unique else f"{len(points):,} copies of {discs}"
    lines = [wrapped(f"{label}: {scored}", _TITLE), _kappa_words(kappa)]
    lines.append(f"exact agreement {(size == 0).mean():.1%}, within one grade {(size <= 1).mean():.1%}")
    return "\n".join(lines)


def _kappa_words(kappa: Kappa | None) -> str:
    """Print kappa with its intervals, the narrower first."""
    if kappa is None:
        return "κ is not defined"
    spans = [f"{percent(one)}: {number(low)} to {number(high)}" for one, (low, high) in kappa.bounds.items()]
    return f"κ {number(kappa.value)}" + (f" ({'; '.join(spans)})" if spans else " (no interval)")
