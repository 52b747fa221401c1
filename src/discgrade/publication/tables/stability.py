"""How stable grades are: the model on regions moved a little, next to raters who read a disc again."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.rows.lines import THIS_STUDY, Line, known_lines, line_row
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import (
    Study,
    interval_text,
    interval_value,
    number,
    read_study,
    score_value,
    score_values,
    spread_notes,
    undefined_words,
)
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.stability import STABILITY
from discgrade.settings.run import FOLDS, Run

Found = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""Rows of `stability.STABILITY` by scope, group and metric."""

_METRICS = {
    "kappa_linear": "κ (linear)",
    "accuracy": "Grade unchanged",
    "within_one": "At most one grade apart",
    "mae": "MAE",
}
_MOVES = {
    ("box", ""): "Box moved by 2 px",
    ("box", "left"): "… to the left",
    ("box", "right"): "… to the right",
    ("box", "up"): "… upwards",
    ("box", "down"): "… downwards",
    ("slice", ""): "Neighbouring slice",
    ("slice", "slice before"): "… before",
    ("slice", "slice after"): "… after",
}
_ABSENT = {
    "box": "No box can be moved within its slice.",
    "slice": "No disc's stack has another slice.",
}
_READERS = {"intra_rater": "The same rater again", "inter_rater": "Another rater"}
_DRAWN = ("probability", "unit", "units", "draws", "bootstrap_seed")


def stability(*, stability: Path, scores: Path, intervals: Path, context: Context, files: TableFiles) -> None:
    """Print how well the model agrees with itself when a region is moved, and raters with themselves and each other.

    Args:
        stability: `stability.parquet`.
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    rows = records.read(stability, STABILITY).to_pylist()
    found = {(row["scope"], row["group"], row["metric"]): row for row in rows}
    study, readers = read_study(scores, intervals), (INTRA_RATER, INTER_RATER)
    moves = [move for move in _MOVES if (*move, "accuracy") in found]
    printed = [_named(line) for line in known_lines(study, readers, compare=False)]
    sections = [
        Section(Cell("The model, on the region as drawn and"), [_row(found, *move) for move in moves]),
        Section(Cell("Readings"), [line_row(study, line, list(_METRICS), {}) for line in printed]),
    ]
    table = Table(
        name="stability",
        title="How stable a grade is.",
        caption=_caption(rows, context),
        stub="A disc graded twice",
        headings=[Cell("n"), *map(Cell, _METRICS.values())],
        sections=[section for section in sections if section.rows],
        absent=absences([*_missed(moves), *_unread(study, readers)]),
    )
    values = [*(_values(found, *move) for move in _MOVES), *(_reader_values(study, line) for line in readers)]
    write_table(table, values, files)


def _missed(moves: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield from ((_MOVES[scope, ""], reason) for scope, reason in _ABSENT.items() if (scope, "") not in moves)


def _unread(study: Study, readers: Sequence[Line]) -> Iterator[tuple[str, str]]:
    yield from ((_READERS[line.row], line.absent) for line in readers if line.samples(study) is None)


def _named(line: Line) -> Line:
    return Line(line.row, _READERS[line.row], line.run, absent=line.absent)


def _caption(rows: Sequence[Mapping[str, Any]], context: Context) -> str:
    data = f"Data: {wording.data_words(context.study, context.source)}"
    if not rows:
        return f"{data}. No disc could be graded again."
    first = rows[0]
    who = f"out of {context.folds} folds" if first["split"] == FOLDS else "of the hold-out test set"
    variant = context.variants[first["variant"]]
    drawn = wording.interval_words(
        first["probability"], wording.patients(first["units"]), first["draws"], first["bootstrap_seed"]
    )
    return (
        f"{data}; discs {who}, each graded by networks that have not seen its patient; variant “{variant.label}”; "
        f"{wording.seed_words(context.seeds)}; {drawn}. Each disc is graded as drawn and once for each move, and n "
        "counts these pairs. κ and unchanged grades are of integral grades. A reading that is given again differs in "
        "more than the region, so that raters and model are not measured by the same."
    )


def _row(found: Found, scope: str, group: str) -> Row:
    first = found[scope, group, "accuracy"]
    cells = [_cell(found[scope, group, metric]) for metric in _METRICS]
    return Row(Cell(_MOVES[scope, group]), [Cell(f"{first['n']:,}", keys=(_key(first, "n"),)), *cells])


def _cell(row: Mapping[str, Any]) -> Cell:
    if isnan(row["value"]):
        return missing(undefined_words(row))
    keys = tuple(_key(row, field) for field in ("value", "lower", "upper"))
    return Cell(number(row["value"]), interval_text(row), notes=spread_notes(row), keys=keys)


def _values(found: Found, scope: str, group: str) -> dict[str, object]:
    """Return what was measured of a move, in full precision."""
    first = found.get((scope, group, "accuracy"))
    values: dict[str, object] = {"row": group or scope, "source": THIS_STUDY}
    values |= {"split": first and first["split"], "n": _traced(first, "n"), "patients": _traced(first, "patients")}
    for metric in _METRICS:
        row = found.get((scope, group, metric))
        values[metric] = _traced(row, "value")
        values |= {f"{metric}_{bound}": _traced(row, bound) for bound in ("lower", "upper")}
    return values | {field: _traced(first, field) for field in _DRAWN}


def _traced(row: Mapping[str, Any] | None, field: str) -> Traced | None:
    return None if row is None else Traced(row[field], (_key(row, field),))


def _key(row: Mapping[str, Any], field: str) -> CellKey:
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"]).cell("stability", field)


def _reader_values(study: Study, line: Line) -> dict[str, object]:
    values: dict[str, object] = {"row": line.row, "source": THIS_STUDY, "split": line.run.split}
    values["n"] = score_value(study, line.key("accuracy"), "n")
    for metric in _METRICS:
        values |= score_values(study, line.key(metric))
    return values | {name: interval_value(study, line.key("accuracy"), name) for name in _DRAWN}
