"""External validation: the same network on the study's own test patients and on those of the external cohort."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.publication import wording
from discgrade.publication.agreement_values import FACTORS, group_words
from discgrade.publication.context import Context
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.external import EXTERNAL
from discgrade.settings.run import EXTERNAL as COHORT
from discgrade.settings.run import Run

Score = Mapping[str, Any]
Found = Mapping[tuple[str, str, float | None, str], Score]

_PARTS = ("test", COHORT)
_AGREEMENT = {
    "kappa_linear": "κ, linear weights",
    "kappa_quadratic": "κ, quadratic weights",
    "kappa_unweighted": "κ, unweighted",
    "balanced_accuracy": "Balanced accuracy",
    "lin_ccc": "Lin's concordance correlation",
    "bias": "Bias (grades)",
    "mae": "Mean absolute error (grades)",
}
_CALIBRATION = {
    "rps_before": "RPS, no map",
    "rps_after": "RPS, map",
    "ece_before": "ECE, no map",
    "ece_after": "ECE, map",
}
_NO_MAP = "The study learned no map of probabilities."
_GROUPS = FACTORS | {"field_strength": "Field strength (T)"}
_FEW = "Too few patients."
_NONE_INTERNAL = "Judged on external patients alone."


def external(*, scores: Path, reason: str, context: Context, files: TableFiles) -> None:
    """Print internal next to external scores.

    Args:
        scores: `external.parquet`.
        reason: Why no run is judged; empty if one is.
        context: What the study is, in words.
        files: What to write.
    """
    rows = records.read(scores, EXTERNAL).to_pylist()
    found = {(row["scope"], row["group"], row["grade"], row["metric"]): row for row in rows}
    why = reason or f"No disc is of the cohort {COHORT}: name it so in the sheet of readings, or by ratings.fill."
    sections = list(_sections(found)) if rows else []
    table = Table(
        name="external",
        title="External validation.",
        caption=_caption(found, context) if rows else f"Data: {wording.data_words(context.study, context.source)}.",
        stub="Score",
        headings=[Cell("Test part"), Cell("External cohort")],
        sections=sections,
        absent=() if rows else absences([("External validation", why)]),
    )
    write_table(table, [_values(row) for row in rows], files)


def _caption(found: Found, context: Context) -> str:
    sides = [found[part, "", None, "kappa_linear"] for part in _PARTS]
    counts = [f"{one['n']:,} scored samples of {one['patients']:,} patients" for one in sides]
    first = sides[0]
    variant = context.variants[first["variant"]]
    drawn = wording.interval_words(first["probability"], "patients", first["draws"], first["bootstrap_seed"])
    parts = [
        f"Data: {wording.data_words(context.study, context.source)}",
        f"variant “{variant.label}” as trained on the hold-out split",
        wording.protocol_words(variant.protocol),
        wording.seed_words([first["seed"]]),
        f"test part: {counts[0]}; external cohort, never trained on: {counts[1]}",
        drawn,
    ]
    return (
        "; ".join(parts)
        + ". All scores are on the integral scale. Recalibrated: a rising map from the expected to the "
        "reference grade, fitted on so many external patients drawn at random and scored on the others; the median "
        "over the draws, and in parentheses what so many of them lie between. RPS: ranked probability score, ECE: "
        "expected calibration error."
    )


def _sections(found: Found) -> Iterator[Section]:
    grades = [float(grade) for grade in INTEGRAL]
    yield Section(Cell("Share of the reference grades"), [_line(found, f"{g:g}", "prevalence", g) for g in grades])
    yield Section(Cell("Share of the predicted grades"), [_line(found, f"{g:g}", "predicted", g) for g in grades])
    yield Section(Cell("Agreement"), [_line(found, words, name) for name, words in _AGREEMENT.items()])
    yield Section(Cell("Probabilities"), [_line(found, words, name) for name, words in _CALIBRATION.items()])
    for group, words in _GROUPS.items():
        there = {key[1] for key in found if key[0] in {f"{part}/{group}" for part in _PARTS}}
        names = sorted(there, key=lambda name: (not name.startswith("under"), name))
        if names:
            title = Cell(f"κ, linear weights, by {words[0].lower()}{words[1:]}")
            yield Section(title, [_of_group(found, group, one) for one in names])
    sizes = sorted({int(key[1]) for key in found if key[0] == "recalibrated"})
    if sizes:
        yield Section(
            Cell("κ, linear weights, recalibrated on external patients"), [_tried(found, one) for one in sizes]
        )


def _line(found: Found, label: str, metric: str, grade: float | None = None) -> Row:
    return Row(Cell(label), [_cell(found.get((part, "", grade, metric)), _NO_MAP) for part in _PARTS])


def _of_group(found: Found, group: str, name: str) -> Row:
    cells = [_cell(found.get((f"{part}/{group}", name, None, "kappa_linear")), _FEW) for part in _PARTS]
    return Row(Cell(group_words(name)), cells)


def _tried(found: Found, size: int) -> Row:
    label = f"{size} patients" if size else "none"
    cell = _cell(found.get(("recalibrated", str(size), None, "kappa_linear")), _FEW, ranged=size > 0)
    return Row(Cell(label), [missing(_NONE_INTERNAL), cell])


def _cell(row: Score | None, absent: str, ranged: bool = True) -> Cell:
    if row is None:
        return missing(absent)
    if isnan(row["value"]):
        return missing(f"{row['reason'][0].upper()}{row['reason'][1:]}.")
    if isnan(row["lower"]) or not ranged:
        return Cell(number(row["value"]), keys=_keys(row, ["value"]))
    return Cell(number(row["value"]), interval_text(row), keys=_keys(row, ["value", "lower", "upper"]))


def _keys(row: Score, names: Sequence[str]) -> tuple[CellKey, ...]:
    return tuple(key_of(row).cell("external", name) for name in names)


def key_of(row: Score) -> Key:
    """Return the key of a row of `external.EXTERNAL`."""
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"], row["grade"])


def _values(row: Score) -> dict[str, object]:
    """Return a score in full precision."""
    key = key_of(row)
    plain = {name: row[name] for name in ("scope", "group", "grade", "metric")}
    numbers = {
        name: Traced(row[name], (key.cell("external", name),)) for name in ("value", "lower", "upper", "n", "patients")
    }
    return (
        {"source": THIS_STUDY, "variant": row["variant"], "split": row["split"], "seed": row["seed"]} | plain | numbers
    )
