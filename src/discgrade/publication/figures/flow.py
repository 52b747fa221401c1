"""Flow of participants in STARD's form: what was received, kept and left out and why, then who trained and tested."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap

import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from discgrade import records
from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.captions import caption, data_sentence
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, COLUMN, GREY, INK, ORANGE, STRIP, draw
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.parts import part_sizes
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.flow import CohortSize, Flow, read_flow
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.run import EXTERNAL, HOLDOUT

COLUMNS = ["unit", "count", "n"]
_MARGIN, _GAP, _LINE = 2.0, 5.0, 3.3
_LEFT, _RIGHT = (_MARGIN, 36.0), (46.0, COLUMN - 46.0 - _MARGIN)
_CHARACTERS = 27
"""Characters of a reason that fit on one line."""

_WIDE = ("Cohorts", "Hold-out split")
UNTRAINED = ", never trained on"

_Row = tuple[list[str], list[str]]


def draw_flow(*, flow: Path, discs: Path, splits: Path, context: Data, files: FigureFiles) -> None:
    """Draw the flow of exclusions, the cohorts that it ends in, and the parts of the hold-out split.

    Args:
        flow: `flow.json` (`flow.Flow`).
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        context: What the study is, in words.
        files: What to write. The table: unit, count (received, excluded: and the reason, kept, a cohort, or a part), n.
    """
    counts = read_flow(flow)
    kept, assigned = _frame(discs, DISCS, ["disc", "patient"]), _frame(splits, SPLITS, ["split", "patient", "part"])
    parts = part_sizes(kept, assigned, HOLDOUT)
    drawn = pd.DataFrame(_counts(counts) + _part_counts(parts), columns=COLUMNS)
    write_drawn(drawn, [*_keys(counts), *_part_keys(parts, len(_counts(counts)))], files)
    rows = _rows(counts, parts)
    height = 2 * _MARGIN + sum(map(_height, rows)) + _GAP * (len(rows) - 1)
    words = FigureWords(
        name="flow",
        number="",
        title="Flow of participants",
        caption=caption(
            "Files, readings, discs and patients that were received and kept, with the reasons why others were left "
            "out, the cohorts that remain, and the parts of the hold-out split; a patient is of one part.",
            data_sentence(context),
        ),
        alt=f"Boxes: {'; '.join(f'{one.kept:,} of {one.received:,} {one.unit} kept' for one in counts.stages)}.",
        absent="" if rows else "No flow: nothing was received.",
    )

    def paint(sheet: Figure, width: float) -> None:
        draw_rows(sheet, rows, height)

    draw(files, words, paint, height=lambda _: height + STRIP, simulated=context.simulated)


def _counts(counts: Flow) -> list[tuple[str, str, int]]:
    rows = []
    for stage in counts.stages:
        excluded = [(stage.unit, f"excluded: {reason}", number) for reason, number in stage.excluded.items()]
        rows += [(stage.unit, "received", stage.received), *excluded, (stage.unit, "kept", stage.kept)]
    return rows + [(unit, name, n) for name, size in counts.cohorts.items() for unit, n in vars(size).items()]


def _keys(counts: Flow) -> Iterator[Placed]:
    """Yield for each row where in `flow.json` its number stands."""
    for number, (unit, count, _) in enumerate(_counts(counts), start=1):
        of_cohort = CellKey("flow", unit, scope="cohort", group=count)
        of_stage = CellKey("flow", f"{unit}:{count.replace(': ', ':', 1)}")
        yield number, "n", of_cohort if count in counts.cohorts else of_stage


def _frame(path: Path, schema: pa.Schema, columns: Sequence[str]) -> pd.DataFrame:
    frame: pd.DataFrame = records.read(path, schema, columns).to_pandas()
    return frame


def _part_counts(parts: Mapping[str, CohortSize]) -> list[tuple[str, str, int]]:
    return [(unit, part, n) for part, size in parts.items() for unit, n in vars(size).items()]


def _part_keys(parts: Mapping[str, CohortSize], before: int) -> Iterator[Placed]:
    """Yield for each row of a part, after some rows before them, what it was counted in."""
    for number, (unit, _, _) in enumerate(_part_counts(parts), start=before + 1):
        yield number, "n", CellKey("splits", unit, split=HOLDOUT, enters="from")


def _rows(counts: Flow, parts: Mapping[str, CohortSize]) -> list[_Row]:
    """Return the lines of each stage's box and of that of its exclusions, those of the cohorts, and of the parts."""
    rows: list[_Row] = []
    for stage in counts.stages:
        kept = [stage.unit.capitalize(), f"{stage.received:,} received", f"{stage.kept:,} kept"]
        reasons = [line for reason, n in stage.excluded.items() for line in wrap(f"{n:,} {reason}", _CHARACTERS)]
        rows.append((kept, ["Excluded", *reasons] if reasons else []))
    cohorts = [_cohort(name, size) for name, size in counts.cohorts.items()]
    shares = [f"{name}: {size.patients:,} patients, {size.discs:,} discs" for name, size in parts.items()]
    last = {"Cohorts": cohorts, "Hold-out split": shares}
    return [*rows, *(([title, *lines], []) for title, lines in last.items() if lines)]


def _cohort(name: str, size: CohortSize) -> str:
    return f"{name}: {size.patients:,} patients, {size.discs:,} discs" + (UNTRAINED if name == EXTERNAL else "")


def draw_rows(figure: Figure, rows: Sequence[_Row], height: float) -> None:
    """Draw the boxes of each row from the top down; lengths in mm."""
    figure.set_layout_engine(None)
    sheet = figure.get_figwidth() * 25.4
    axes = figure.add_axes((0, 0, COLUMN / sheet, 1), xlim=(0, COLUMN), ylim=(height + STRIP, 0))
    axes.set_axis_off()
    top = _MARGIN
    for index, (kept, excluded) in enumerate(rows):
        last = index == len(rows) - 1
        wide = kept[0] in _WIDE
        _box(axes, (_LEFT[0], COLUMN - 2 * _MARGIN) if wide else _LEFT, top, kept, BLUE)
        middle = top + _height((kept, [])) / 2
        if excluded:
            _box(axes, _RIGHT, top, excluded, ORANGE)
            _arrow(axes, (sum(_LEFT), middle), (_RIGHT[0], middle))
        bottom = top + _height((kept, []))
        top += _height((kept, excluded)) + _GAP
        if not last:
            _arrow(axes, (_LEFT[0] + _LEFT[1] / 2, bottom), (_LEFT[0] + _LEFT[1] / 2, top))


def _height(row: _Row) -> float:
    return max(len(lines) for lines in row) * _LINE + 2.6


def _box(axes: Axes, place: tuple[float, float], top: float, lines: Sequence[str], colour: str) -> None:
    """Draw lines of text in a box at `place` (left, width), the first one bold."""
    left, width = place
    axes.add_patch(Rectangle((left, top), width, _height((list(lines), [])), facecolor="none", edgecolor=colour))
    for index, line in enumerate(lines):
        weight = "normal" if index else "bold"
        below = top + 1.3 + (index + 0.5) * _LINE
        axes.text(left + 1.5, below, line, va="center_baseline", fontsize=6.5, fontweight=weight, color=INK)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 0.7, "mutation_scale": 6, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)
