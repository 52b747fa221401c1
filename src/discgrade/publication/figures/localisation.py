"""Found boxes: how far off their centres are, how far they cover the drawn ones, what probabilities are worth."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    ORANGE,
    SKY,
    VERMILLION,
    draw,
    is_narrow,
    letter,
)
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.cohort.boxes import BOXES
from discgrade.reliability.localisation.threshold import PROPOSED, WITHIN_MM

COLUMNS = ["disc", "level", "probability", "proposed", "distance", "overlap"]
_COLOURS = (BLUE, ORANGE, GREEN, SKY, VERMILLION)
_LAST = 15.0
"""Distance in mm at which the axis ends; what is further off is not reached by the curve."""


def localisation(*, boxes: Path, context: Context, files: FigureFiles) -> None:
    """Draw the found boxes of all discs, each by a network that had not seen the patient.

    Args:
        boxes: `boxes.parquet`.
        context: What the study is, in words.
        files: What to write. The table: disc, level, probability, proposed, distance and overlap, as in
            `boxes.parquet`.
    """
    table = records.read(boxes, BOXES, [*COLUMNS, "patient"]).to_pandas()
    write_drawn(table[COLUMNS], _keys(table), files)

    def paint(sheet: Figure, width: float) -> None:
        draw_localisation(sheet, table, width)

    def height(width: float) -> float:
        return 180 if is_narrow(width) else 62

    draw(files, _words(table, context), paint, height=height, simulated=context.simulated)


def _words(table: pd.DataFrame, context: Context) -> FigureWords:
    """Say what is drawn."""
    near = (table["proposed"] & (table["distance"] <= WITHIN_MM)).mean()
    return FigureWords(
        name="localisation",
        number="",
        title="Found boxes",
        caption=caption(
            f"Boxes of n = {len(table):,} discs of {table['patient'].nunique():,} patients, each found by a network "
            f"that had not seen the patient, in {context.folds} folds.",
            "A: share of the discs whose proposed box is centred within a distance of the drawn one; dashed, "
            f"{WITHIN_MM:g} mm.",
            "B: intersection over union of the drawn box and the proposed one of its level.",
            f"C: how often a box is centred within {WITHIN_MM:g} mm of the drawn one, against its probability, in "
            "tenths; areas are numbers of boxes, from the dashed red line on a box is proposed.",
            data_sentence(context),
        ),
        alt=f"Distances and overlaps of found boxes by level; {100 * near:.0f} % lie within {WITHIN_MM:g} mm of the "
        "drawn ones at their level.",
    )


def _keys(table: pd.DataFrame) -> Iterator[Placed]:
    for place, disc in enumerate(table["disc"], start=1):
        yield from (
            (place, field, CellKey("boxes", field, group=disc, scope="disc", enters="from")) for field in COLUMNS[2:]
        )


def draw_localisation(figure: Figure, table: pd.DataFrame, width: float) -> None:
    """Draw the three panels: distances, overlaps, and the share of right boxes by their probability."""
    distances, overlaps, chances = figure.subplots(3, 1) if is_narrow(width) else figure.subplots(1, 3)
    _draw_distances(distances, table)
    _draw_overlaps(overlaps, table)
    _draw_chances(chances, table)
    for axes, name in zip((distances, overlaps, chances), "ABC", strict=True):
        letter(axes, name)


def _by_level(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
    levels = sorted(table["level"].unique())
    for place, level in enumerate(levels):
        yield level, table[table["level"] == level], {"color": _COLOURS[place % len(_COLOURS)], "linewidth": 1.1}


def _draw_distances(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the share of the discs whose found centre lies within a distance."""
    for level, rows, look in _by_level(table):
        within = np.sort(rows["distance"].where(rows["proposed"], np.inf).fillna(np.inf).to_numpy())
        share = np.arange(1, len(within) + 1) / len(within)
        shown = within <= _LAST
        axes.plot([0, *within[shown], _LAST], [0, *share[shown], shown.mean()], label=level, **look)
    axes.axvline(WITHIN_MM, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.set(xlim=(0, _LAST), ylim=(0, 1.02), xlabel="Distance of centres (mm)", ylabel="Share of the discs")
    axes.set_title("Centres")
    axes.legend(loc="lower right", fontsize=6.5)


def _draw_overlaps(axes: Axes, table: pd.DataFrame) -> None:
    """Draw how much of the drawn boxes the proposed ones cover."""
    edges = np.linspace(0, 1, 21)
    for _, rows, look in _by_level(table):
        counts, _ = np.histogram(rows.loc[rows["proposed"], "overlap"], edges)
        axes.stairs(counts / max(1, len(rows)), edges, **look)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="Intersection over union", ylabel="Share of the discs")
    axes.set_title("Overlap")


def _draw_chances(axes: Axes, table: pd.DataFrame) -> None:
    """Draw how often boxes of a probability are right, in tenths with at least one box."""
    right = table["distance"].to_numpy() <= WITHIN_MM
    tenth = np.minimum((10 * table["probability"].to_numpy()).astype(int), 9)
    counts = np.bincount(tenth, minlength=10)
    there = np.flatnonzero(counts)
    mean = np.bincount(tenth, table["probability"], minlength=10)[there] / counts[there]
    share = np.bincount(tenth, right, minlength=10)[there] / counts[there]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    axes.scatter(mean, share, s=6 + 50 * counts[there] / counts.max(), color=BLUE, marker=MARKERS[0], zorder=3)
    axes.axvline(PROPOSED, color=VERMILLION, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="Probability", ylabel=f"Share within {WITHIN_MM:g} mm")
    axes.set_title("Probabilities")
