"""How good the labels are: agreement of models and rater, signs of noise, and the kappa that noise leaves a model."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, absences, missing
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.labels import LABEL_NOISE
from discgrade.settings.run import Run

Row = Mapping[str, Any]

NO_LABELS = "Fewer than two patients have a label that a rater gave with no model in view."
_FIELDS = ("value", "lower", "upper", "p", "n", "patients", "detail")
_DRAWN = ("probability", "unit", "units", "draws", "bootstrap_seed")
_AGREEMENT = {"all": "All discs", "reader": "Reading {}", "level": "{}", "month": "Month {} of the reading"}
_SIGNS = {
    "shared": "Residuals of a patient's discs, intraclass correlation",
    "drift": "Drift from the first to the last reading, grades",
    "careless": "Largest day's mean squared residual, multiple of the others'",
    "swapped": "Neighbouring discs that fit better exchanged, share above chance",
}
_SIGN_NOTES = {
    "shared": "A rater's shift of a day or patient shows here; so does what a model makes of a patient's picture.",
    "careless": "Day {}, counted from the rater's first.",
}
_MODELS = {
    "seeds": "trainings from another seed",
    "variants": "trained variants, same patients",
    "parts": "trainings on other patients",
}
_PAIRS = {
    "kappa_models": "Linear κ of model with model: {}",
    "kappa_readings": "Linear κ of the same models with the reading",
    "kappa_apart": "Paired difference",
}
_AGAIN = {
    "kappa_label": "Linear κ of the models with the label",
    "kappa_again": "Linear κ of the models with the later reading",
    "kappa_moved": "Paired difference",
}
_READ_AGAIN = {
    "all": "all that were read again",
    "list": "of these, in the list worth reading again",
    "elsewhere": "elsewhere",
}
_SHRUNKEN = (
    "Mean residual of the patient's discs in grades, shrunken by how much patients differ at all; positive: read "
    "higher than the models expect. A rater's shift shows here, and what the models do not see in a patient's pictures."
)
_CEILINGS = {"ceiling_apart": "each disc for itself", "ceiling_together": "all discs of a patient together"}
_REREAD = "The rate at which the rater's first two readings would agree as often as they did."


def label_noise(*, noise: Path, reason: str, context: Context, files: TableFiles) -> None:
    """Print how good the labels are.

    Args:
        noise: `label_noise.parquet`.
        reason: Why there is nothing to judge them by; empty if there is.
        context: What the study is, in words.
        files: What to write.
    """
    rows: list[Row] = records.read(noise, LABEL_NOISE).to_pylist()
    missed = reason or (NO_LABELS if not rows else "")
    sections = [Section(Cell(title), lines) for title, lines in _sections(rows) if lines]
    table = Table(
        name="label_noise",
        title="How good the labels are.",
        caption=_caption(rows, context),
        stub="",
        headings=[
            Cell("Samples"),
            Cell("Patients"),
            Cell("Value"),
            Cell("P", notes=("Share of permutations of the residuals with as large a value.",)),
        ],
        sections=sections,
        absent=absences([("Labels judged by models", missed)]) if missed else (),
    )
    write_table(table, [_values(row) for row in rows], files)


def _caption(rows: Sequence[Row], context: Context) -> str:
    data = f"Data: {wording.data_words(context.study, context.source)}"
    if not rows:
        return f"{data}."
    first = rows[0]
    label = context.variants[first["variant"]].label
    drawn = wording.interval_words(
        first["probability"], f"{first['units']} patients", first["draws"], first["bootstrap_seed"]
    )
    return (
        f"{data}; out-of-fold predictions of {context.folds} folds, variant “{label}”; "
        f"labels of raters who saw no model, n = {first['n']:,} scored samples; {wording.seed_words(context.seeds)}; "
        f"{drawn}; those of simulated ceilings hold as many of the simulated studies. "
        "Residual: the grade read, minus its least-squares fit by the models' expected grade, level and cohort. "
        "Ceiling: linear κ of a model that knows the true grades, simulated with this study's grades and patients and "
        "readings that err by one grade, up or down. Later readings change neither label nor score."
    )


def _sections(rows: Sequence[Row]) -> Iterator[tuple[str, list[Line]]]:
    """Yield the printed sections; errors and tenths of the reading order stand in the CSV and the figure alone."""
    kappas = [row for row in rows if row["metric"] == "kappa_linear" and row["scope"] in _AGREEMENT]
    yield "Linear κ of model and reading", [_line(_AGREEMENT[row["scope"]].format(row["group"]), row) for row in kappas]
    signs = [row for row in rows if row["scope"] == "sign"]
    yield "Signs of noise", [_line(_SIGNS[row["metric"]], row, _sign_notes(row)) for row in signs]
    patients = [row for row in rows if row["scope"] == "patient"]
    yield "Patients who stand out most", [_line(row["group"], row, (_SHRUNKEN,)) for row in patients]
    again = [row for row in rows if row["scope"] == "again"]
    lines = [_line(f"{_AGAIN[row['metric']]}: {_READ_AGAIN[row['group']]}", row) for row in again]
    yield "Discs that were read again: before and after", lines
    pairs = [row for row in rows if row["scope"] == "models"]
    words = [_PAIRS[row["metric"]].format(_MODELS[row["group"]]) for row in pairs]
    yield "Models with each other", [_line(text, row) for text, row in zip(words, pairs, strict=True)]
    ceilings = [row for row in rows if row["scope"] in _CEILINGS]
    yield "Ceiling of linear κ, by share of readings one grade off", [_ceiling(row) for row in ceilings]


def _sign_notes(row: Row) -> tuple[str, ...]:
    note = _SIGN_NOTES.get(row["metric"], "").format(row["detail"])
    return (note,) if note and not isnan(row["value"]) else ()


def _ceiling(row: Row) -> Line:
    reread = row["group"] == "reread"
    rate = "as re-readings tell" if reread else wording.percent(float(row["group"]))
    return _line(f"{rate}, {_CEILINGS[row['scope']]}", row, (_REREAD,) if reread else ())


def _line(label: str, row: Row, notes: tuple[str, ...] = ()) -> Line:
    counts = [Cell(f"{row[field]:,}", keys=_keys(row, [field])) for field in ("n", "patients")]
    if isnan(row["value"]):
        value = missing(row["reason"] or "No interval and no value: one grade only.")
    else:
        value = Cell(number(row["value"]), interval_text(row), keys=_keys(row, ("value", "lower", "upper")))
    chance = Cell() if isnan(row["p"]) else Cell(number(row["p"], 4), keys=_keys(row, ["p"]))
    return Line(Cell(label, notes=notes), [*counts, value, chance])


def _values(row: Row) -> dict[str, object]:
    values: dict[str, object] = {"row": " ".join(filter(None, (row["scope"], row["group"], row["metric"])))}
    values |= {"source": THIS_STUDY, **{name: row[name] for name in ("scope", "group", "metric")}}
    return values | {name: Traced(row[name], _keys(row, [name])) for name in (*_FIELDS, *_DRAWN)}


def _keys(row: Row, fields: Sequence[str]) -> tuple[CellKey, ...]:
    return tuple(label_key(row).cell("label_noise", field) for field in fields)


def label_key(row: Row) -> Key:
    """Return the key of a row of `LABEL_NOISE`."""
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"])
