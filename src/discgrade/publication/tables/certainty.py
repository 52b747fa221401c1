"""How sure a grade is: coverage and size of the sets of grades, and what calibration does for the probabilities."""

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, absences, missing
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.certainty import CERTAINTY
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.learned import read_learned
from discgrade.settings.run import FOLDS, Run

Row = Mapping[str, Any]
Rows = Mapping[tuple[float | None, str], Row]

_COLUMNS = {
    "coverage": "Coverage",
    "set_size": "Grades in a set",
    "singletons": "Sets of one grade",
    "threshold": "Threshold",
    "rps_before": "RPS, no map",
    "rps_after": "RPS, map",
    "ece_before": "ECE, no map",
    "ece_after": "ECE, map",
}
_MEANS = ("coverage", "coverage_by_patient", "set_size", "singletons", "rps_before", "rps_after", "rps_gain")
_ERRORS = ("ece_before", "ece_after")
_BOUNDED = (*_MEANS, *_ERRORS)
_METRICS = (*_MEANS, "unbounded", "threshold", *_ERRORS)
_NOTES = {
    "coverage": "Share of the discs whose set holds the reference grade.",
    "threshold": "A new disc's set holds a grade if 1 minus its probability is at most this; learned from all folds.",
    "rps_before": "Ranked probability score, from 0 (best) to 1.",
    "ece_before": "Expected calibration error of the predicted grade's probability, in tenths. Chance alone makes it "
    "larger than 0, in each draw as well, so that its interval lies high.",
}
_OF_ALL = "Of all grades together only."
_EACH = "For each grade only."
_SHORT = "For want of patients in other folds this grade was in the set of {share:.0f} % of its discs."


def certainty(*, certainty: Path, calibration: Path, context: Context, files: TableFiles) -> None:
    """Print what the sets of grades keep of their promise, and the probabilities' scores with and without the map.

    Args:
        certainty: `certainty.parquet`.
        calibration: `calibration.json`: what was learned, or the reason why nothing was.
        context: What the study is, in words.
        files: What to write.
    """
    learned = read_learned(Calibration, calibration)
    rows = {(row["grade"], row["metric"]): row for row in records.read(certainty, CERTAINTY).to_pylist() if _whole(row)}
    reason = learned if isinstance(learned, str) else ""
    lines = [] if reason else [_line(rows, grade) for grade in (*map(float, INTEGRAL), None)]
    table = Table(
        name="certainty",
        title="How sure a grade is.",
        caption=_caption(rows, learned, context),
        stub="Reference grade",
        headings=[
            *(Cell("Discs"), Cell("Patients")),
            *(Cell(words, notes=(_NOTES[name],) if name in _NOTES else ()) for name, words in _COLUMNS.items()),
        ],
        spans=[("Scored", 2), ("Sets of grades", 4), ("Probabilities", 4)],
        sections=[] if reason else [Section(Cell(), lines)],
        absent=absences([("Sets of grades and calibrated probabilities", reason)]) if reason else (),
    )
    write_table(table, [_values(rows, grade) for grade in (*map(float, INTEGRAL), None)], files)


def _whole(row: Row) -> bool:
    return bool(row["scope"] == "all")


def _caption(rows: Rows, learned: Calibration | str, context: Context) -> str:
    data = f"Data: {wording.data_words(context.study, context.source)}"
    if isinstance(learned, str):
        return f"{data}. Nothing could be learned: {learned}"
    overall = rows[None, "coverage"]
    drawn = wording.interval_words(
        overall["probability"], wording.patients(overall["units"]), overall["draws"], overall["bootstrap_seed"]
    )
    variant = context.variants[overall["variant"]]
    parts = [
        data,
        f"out-of-fold predictions of {context.folds} folds, n = {overall['n']:,} scored samples",
        f"variant “{variant.label}”",
        wording.protocol_words(variant.protocol),
        wording.seed_words(context.seeds),
        drawn,
    ]
    return (
        "; ".join(parts) + f". Each disc's set and probabilities come from what was learned on the patients of the "
        f"other folds; a set should hold the reference grade with a probability of {100 * learned.coverage:g} %, for "
        f"each grade. What new discs get was learned from all {learned.patients:,} patients: {_map_words(learned)}."
    )


def _map_words(learned: Calibration) -> str:
    return {
        "none": "no map, since none improved the ranked probability score",
        "temperature": f"a temperature of {learned.temperature:.3g}",
        "isotonic": "an isotonic map of each P(grade > k)",
    }[learned.method]


def _line(rows: Rows, grade: float | None) -> Line:
    label = "All" if grade is None else f"{grade:g}"
    overall = rows[grade, "coverage"]
    cells = [_cell(rows, grade, metric) for metric in _COLUMNS]
    unbounded = rows[grade, "unbounded"]["value"]
    notes = (_SHORT.format(share=100 * unbounded),) if unbounded > 0 and grade is not None else ()
    counts = [Cell(f"{overall[field]:,}", keys=_cell_keys(overall, [field])) for field in ("n", "patients")]
    return Line(Cell(label, notes=notes), [*counts, *cells])


def _cell(rows: Rows, grade: float | None, metric: str) -> Cell:
    row = rows.get((grade, metric))
    if row is None:
        return missing(_EACH if grade is None else _OF_ALL)
    if isnan(row["value"]):
        return missing(f"{row['reason'][0].upper()}{row['reason'][1:]}.")
    fields = ("value", "lower", "upper") if metric in _BOUNDED else ("value",)
    return Cell(number(row["value"]), interval_text(row), keys=_cell_keys(row, fields))


def _cell_keys(row: Row, fields: Sequence[str]) -> tuple[CellKey, ...]:
    return tuple(_key(row).cell("certainty", field) for field in fields)


def _values(rows: Rows, grade: float | None) -> dict[str, object]:
    """Return what was measured for a grade, in full precision."""
    name = "all" if grade is None else f"grade-{grade:g}"

    def traced(metric: str, field: str) -> Traced | None:
        row = rows.get((grade, metric))
        return None if row is None else Traced(row[field], (_key(row).cell("certainty", field),))

    values: dict[str, object] = {"row": name, "source": THIS_STUDY, "split": FOLDS}
    values |= {field: traced("coverage", field) for field in ("n", "patients")}
    for metric in _METRICS:
        values[metric] = traced(metric, "value")
        if metric in _BOUNDED:
            values |= {f"{metric}_{bound}": traced(metric, bound) for bound in ("lower", "upper")}
    drawn: Sequence[str] = ("probability", "unit", "units", "draws", "bootstrap_seed")
    return values | {field: traced("coverage", field) for field in drawn}


def _key(row: Row) -> Key:
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], grade=row["grade"])
