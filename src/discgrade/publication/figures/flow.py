"""Flow of exclusions: how many files, readings, discs and patients were received and kept, and why others were not."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from discgrade.publication.context import Context
from discgrade.publication.figures.captions import caption, data_sentence
from discgrade.publication.figures.files import FigureFiles, write_drawn
from discgrade.publication.figures.style import BLUE, COLUMN, GREY, INK, ORANGE, STRIP, draw
from discgrade.publication.figures.words import FigureWords
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


def draw_flow(*, flow: Path, context: Context, files: FigureFiles) -> None:
    """Draw the flow of exclusions, and the cohorts that it ends in.

    Args:
        flow: `flow.json` (`records.flow.Flow`).
        context: What the study is, in words.
        files: What to write. The table: unit, count (received, excluded: and the reason, kept, or a cohort), n.
    """
    counts = read_flow(flow)
    write_drawn(pd.DataFrame(_counts(counts), columns=COLUMNS), _keys(counts), files)
    rows = _rows(counts)
    height = 2 * _MARGIN + sum(map(_height, rows)) + _GAP * (len(rows) - 1)
    words = FigureWords(
        name="flow",
        number="",
        title="Flow of exclusions",
        caption=caption(
            "Files, readings, discs and patients that were received and kept, with the reasons why others were left "
            "out, and the cohorts that remain.",
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
    figure.set_layout_engine(None)
    wide = figure.get_figwidth() * 25.4
    axes = figure.add_axes((0, 0, COLUMN / wide, 1), xlim=(0, COLUMN), ylim=(height + STRIP, 0))
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
