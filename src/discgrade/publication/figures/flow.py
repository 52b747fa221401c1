"""Flow of exclusions: how many files, readings, discs and patients were received and kept, and why others were not."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.style import BLUE, COLUMN, GREY, INK, ORANGE, drawing, say
from discgrade.records.cell_keys import CellKey, Placed
from discgrade.records.flow import CohortSize, Flow, read_flow
from discgrade.settings.run import EXTERNAL

COLUMNS = ["unit", "count", "n"]
_MARGIN, _GAP, _LINE = 2.0, 5.0, 3.3
_LEFT, _RIGHT = (_MARGIN, 36.0), (46.0, COLUMN - 46.0 - _MARGIN)
_CHARACTERS = 27
"""Characters of a reason that fit on one line."""

UNTRAINED = ", never trained on"

_Row = tuple[list[str], list[str]]


def draw_flow(*, flow: Path, files: FigureFiles) -> None:
    """Draw the flow of exclusions, and the cohorts that it ends in.

    Args:
        flow: `flow.json` (`records.flow.Flow`).
        files: What to write. The table: unit, count (received, excluded: and the reason, kept, or a cohort), n.
    """
    counts = read_flow(flow)
    write_drawn(pd.DataFrame(_counts(counts), columns=COLUMNS), _keys(counts), files)
    rows = _rows(counts)
    height = 2 * _MARGIN + sum(map(_height, rows)) + _GAP * (len(rows) - 1)
    with drawing(files, width=COLUMN, height=max(height, 1)) as figure:
        draw_rows(figure, rows, height)


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


def _rows(counts: Flow) -> list[_Row]:
    """Return the lines of the box of each stage and of the box of its exclusions, and those of the cohorts' box."""
    rows: list[_Row] = []
    for stage in counts.stages:
        kept = [stage.unit.capitalize(), f"{stage.received:,} received", f"{stage.kept:,} kept"]
        reasons = [line for reason, n in stage.excluded.items() for line in wrap(f"{n:,} {reason}", _CHARACTERS)]
        rows.append((kept, ["Excluded", *reasons] if reasons else []))
    cohorts = [_cohort(name, size) for name, size in counts.cohorts.items()]
    return [*rows, (["Cohorts", *cohorts], [])] if cohorts else rows


def _cohort(name: str, size: CohortSize) -> str:
    return f"{name}: {size.patients:,} patients, {size.discs:,} discs" + (UNTRAINED if name == EXTERNAL else "")


def draw_rows(figure: Figure, rows: Sequence[_Row], height: float) -> None:
    """Draw the boxes of each row from the top down; lengths in mm."""
    if not rows:
        say(figure, "No flow: nothing was received.")
        return
    figure.set_layout_engine(None)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, COLUMN), ylim=(height, 0))
    axes.set_axis_off()
    top = _MARGIN
    for index, (kept, excluded) in enumerate(rows):
        last = index == len(rows) - 1
        _box(axes, (_LEFT[0], COLUMN - 2 * _MARGIN) if last and not excluded else _LEFT, top, kept, BLUE)
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
