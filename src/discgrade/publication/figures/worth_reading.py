"""The discs that are worth reading again, as pictures where they may be shown, else by level and grade."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from discgrade import records
from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.captions import caption, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.pictures import disc_pictures
from discgrade.publication.figures.drawing.style import draw, is_narrow
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.tables.label_noise import NO_LABELS
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.results.labels import LABEL_QUALITY

SHOWN = 20
COLUMNS = ["place", "disc", "level", "grade", "expected", "quality"]
_NO_PICTURES = "Pictures of discs are not shown (report.disc_pictures); table worth_reading names the discs."


def worth_reading(
    *,
    quality: Path,
    samples: Sequence[Path],
    resolution: int,
    pictures: bool,
    reason: str,
    context: Data,
    files: FigureFiles,
) -> None:
    """Draw the discs whose labels are least probable.

    Args:
        quality: `label_quality.parquet`.
        samples: Shards of samples at `resolution`; read for pictures only.
        resolution: Side of the pictures in pixels.
        pictures: Whether discs may be shown.
        reason: Why there is nothing to rank them by; empty if there is.
        context: What the study is, in words.
        files: What to write. The table: place, disc, level, grade, expected and quality, as in `label_quality.parquet`.
    """
    ranked = records.read(quality, LABEL_QUALITY, COLUMNS).to_pandas()
    first = ranked.head(SHOWN)
    write_drawn(first, _keys(first), files)
    seen = disc_pictures(samples, resolution, list(first["disc"])) if pictures else {}

    def paint(sheet: Figure, width: float) -> None:
        draw_discs(sheet, first, seen, width)

    def height(width: float) -> float:
        return 190 if is_narrow(width) else 150

    absent = reason or (NO_LABELS if first.empty else "" if pictures else _NO_PICTURES)
    draw(files, _words(len(ranked), absent, context), paint, height=height, simulated=context.simulated)


def _words(discs: int, absent: str, context: Data) -> FigureWords:
    title = "Discs worth reading again"
    if absent:
        return FigureWords("worth_reading", "", title, data_sentence(context), "", absent)
    return FigureWords(
        name="worth_reading",
        number="",
        title=title,
        caption=caption(
            f"The {min(SHOWN, discs)} discs of {discs:,} whose label is least probable to models that did not learn "
            "them, as the network sees them, with level, the grade that was read, and that which the models expect.",
            data_sentence(context),
        ),
        alt="Pictures of discs whose grade, as it was read, the models find least probable.",
    )


def _keys(first: pd.DataFrame) -> Iterator[Placed]:
    for number, disc in enumerate(first["disc"], start=1):
        for field in COLUMNS:
            yield number, field, CellKey("label_quality", field, scope="disc", group=disc, enters="from")


def draw_discs(figure: Figure, first: pd.DataFrame, pictures: Mapping[str, NDArray[np.uint16]], width: float) -> None:
    """Draw the discs in reading order, each under its place, level, grade and expected grade."""
    columns = 4 if is_narrow(width) else 5
    lines = -(-len(first) // columns)
    panels = np.atleast_1d(figure.subplots(lines, columns)).ravel()
    for axes, row in zip(panels, first.to_dict("records"), strict=False):
        if row["disc"] in pictures:
            axes.imshow(pictures[row["disc"]], cmap="gray", interpolation="bicubic")
        read = f"read {row['grade']:g}, expected {row['expected']:.1f}"
        axes.set_title(f"{row['place']}. {row['level']}\n{read}", fontsize=6)
    for axes in panels:
        axes.set_axis_off()
