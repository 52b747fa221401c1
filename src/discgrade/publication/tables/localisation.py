"""What the found boxes are worth: how many discs are found, how far off, at which level, and for the grades."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.imaging.locating.trust import Trusted, read_trusted
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, missing
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number, spread_notes
from discgrade.records.cell_keys import CellKey
from discgrade.records.cohort.boxes import LOCALISATION
from discgrade.reliability.localisation.metrics import KAPPAS, METRICS
from discgrade.reliability.localisation.threshold import COST, PROPOSED, SURE, WITHIN_MM
from discgrade.settings.run import FOLDS, Run

Row = Mapping[str, Any]
Rows = Mapping[tuple[str, str, str], Row]

_COLUMNS = {
    "detected": "Found",
    "level_right": "Level right",
    "false": "False boxes",
    "flagged": "Flagged",
    "distance_median": "Median, mm",
    "distance_95": "95 %, mm",
    "overlap": "Overlap",
    "kappa_drawn": "κ, drawn",
    "kappa_found": "κ, found",
    "kappa_loss": "κ lost",
}
_NOTES = {
    "detected": f"Share of the discs with a proposed box whose centre lies within {WITHIN_MM:g} mm of the drawn one's.",
    "level_right": "Share of these whose nearest proposed box is said to be of the right level.",
    "false": f"Share of the proposed boxes that lie over {WITHIN_MM:g} mm from every drawn centre of the slice.",
    "flagged": f"Share of the proposed boxes that are marked for review: below a probability of {SURE:.2f}, or on a "
    "slice whose levels are unsure, cut off or missing between others, or over its border.",
    "distance_median": "Distance between the centres of the drawn box and the proposed one, at the right level.",
    "overlap": "Mean intersection over union of the drawn box and the proposed one of its level.",
    "kappa_drawn": "Linear κ of integral grades by the drawn region, on the discs with a proposed box, each as read.",
    "kappa_found": "The same networks on the same discs, by the proposed region.",
    "kappa_loss": "Paired difference: positive where the drawn regions are graded better.",
}
_SECTIONS = {"all": "", "level": "Level", "grade": "Reference grade", "manufacturer": "Manufacturer"}
_NO_KAPPA = "No κ within a grade."
_NO_VARIANT = "No variant is trained in the folds."


def localisation(*, localisation: Path, facts: Path, context: Context, regraded: str, files: TableFiles) -> None:
    """Print what the boxes of a study's locator are worth.

    Args:
        localisation: `localisation.parquet`.
        facts: `localisation/locator.json`.
        context: What the study is, in words.
        regraded: Name of the variant whose networks graded both regions; empty where there is none.
        files: What to write.
    """
    found = records.read(localisation, LOCALISATION).to_pylist()
    rows = {(row["scope"], row["group"], row["metric"]): row for row in found}
    groups = list(dict.fromkeys((row["scope"], row["group"]) for row in found))
    table = Table(
        name="localisation",
        title="Found boxes next to drawn ones.",
        caption=_caption(rows, read_trusted(facts), context, regraded),
        stub="Discs",
        headings=[
            Cell("Discs"),
            *(Cell(words, notes=(_NOTES[name],) if name in _NOTES else ()) for name, words in _COLUMNS.items()),
        ],
        spans=[("", 1), ("Boxes", 4), ("Distance of centres", 2), ("", 1), ("Grades", 3)],
        sections=[
            Section(Cell(title), [_line(rows, scope, group) for scope, group in groups if scope == name])
            for name, title in _SECTIONS.items()
            if any(scope == name for scope, _ in groups)
        ],
    )
    write_table(table, [_values(rows, scope, group) for scope, group in groups], files)


def _caption(rows: Rows, used: Trusted, context: Context, regraded: str) -> str:
    overall = rows["all", "", "detected"]
    parts = [
        f"Data: {wording.data_words(context.study, context.source)}",
        f"n = {overall['n']:,} discs of {overall['patients']:,} patients, each located by a network that had not seen "
        f"the patient, in {context.folds} folds",
        wording.interval_words(
            overall["probability"], wording.patients(overall["units"]), overall["draws"], overall["bootstrap_seed"]
        ),
    ]
    levels = ", ".join(reversed(used.facts.levels))
    told = (
        f"Levels: {levels}. A box is proposed from a probability of {PROPOSED:g} on, and marked for review below "
        f"{SURE:.2f}, where it is not {COST:g} times as probably right as wrong. A probability is the network's, times "
        "the share of boxes that are right however sure it is, as learned on the boxes of the other folds: "
        f"{1 - used.lapse:.3f} on all."
    )
    grades = (
        f" Grades: variant “{context.variants[regraded].label}”, by networks that had not seen the patient."
        if regraded
        else ""
    )
    return "; ".join(parts) + ". " + told + grades


def _line(rows: Rows, scope: str, group: str) -> Line:
    overall = rows[scope, group, "detected"]
    cells = [_cell(rows, scope, group, metric) for metric in _COLUMNS]
    return Line(Cell(group or "All"), [Cell(f"{overall['n']:,}", keys=_cell_keys(overall, ["n"])), *cells])


def _cell(rows: Rows, scope: str, group: str, metric: str) -> Cell:
    row = rows.get((scope, group, metric))
    if row is None:
        return missing(_NO_KAPPA if scope == "grade" and metric in KAPPAS else _NO_VARIANT)
    if isnan(row["value"]):
        return missing(f"{row['reason'][0].upper()}{row['reason'][1:]}.")
    digits = 1 if metric.startswith("distance") else 3
    keys = _cell_keys(row, ("value", "lower", "upper"))
    return Cell(number(row["value"], digits), interval_text(row, digits), notes=spread_notes(row), keys=keys)


def _cell_keys(row: Row, fields: Sequence[str]) -> tuple[CellKey, ...]:
    return tuple(_key(row).cell("localisation", field) for field in fields)


def _values(rows: Rows, scope: str, group: str) -> dict[str, object]:
    """Return what was measured of some discs, in full precision."""
    overall = rows[scope, group, "detected"]
    values: dict[str, object] = {"row": f"{scope} {group}".strip(), "source": THIS_STUDY, "split": FOLDS}
    values |= {"scope": scope, "group": group}
    return (
        values
        | dict(_traced(rows, scope, group))
        | {
            name: Traced(overall[name], _cell_keys(overall, [name]))
            for name in ("probability", "unit", "units", "draws", "bootstrap_seed")
        }
    )


def _traced(rows: Rows, scope: str, group: str) -> Iterator[tuple[str, Traced | None]]:
    overall = rows[scope, group, "detected"]
    for name in ("n", "patients"):
        yield name, Traced(overall[name], _cell_keys(overall, [name]))
    for metric in METRICS:
        row = rows.get((scope, group, metric))
        for field in ("value", "lower", "upper"):
            column = metric if field == "value" else f"{metric}_{field}"
            yield column, None if row is None else Traced(row[field], _cell_keys(row, [field]))


def _key(row: Row) -> Key:
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"], row["grade"])
