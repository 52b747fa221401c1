"""Bias and limits of agreement of grades, and of the sum of a patient's grades."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from discgrade.publication.agreement_values import (
    BOUNDED,
    Agreed,
    Row,
    absent_cell,
    bounds_words,
    count_cell,
    keys_in_row,
    read_agreed,
    scored_words,
    traced,
)
from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, absences
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number, spread_notes
from discgrade.publication.wording import data_words

METRICS = {
    "bias": "Bias",
    "sd": "SD of the difference",
    "limit_lower": "Lower limit",
    "limit_upper": "Upper limit",
    "lin_ccc": "Lin's CCC",
}
SCOPES = {"grades": "Grade of a disc", "sums": "Sum of a patient's grades"}


def limits(*, agreement: Path, context: Context, files: TableFiles) -> None:
    """Print how far predicted and reference grades, and their sums, lie apart.

    Args:
        agreement: `agreement.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    agreed = read_agreed(agreement)
    known = {scope: _rows(agreed, scope) for scope in SCOPES}
    shown = {scope: rows for scope, rows in known.items() if not isnan(rows["bias"]["value"])}
    lacking = [(SCOPES[scope], str(rows["bias"]["reason"])) for scope, rows in known.items() if scope not in shown]
    parts = [f"Data: {data_words(context.study, context.source)}", scored_words(agreed, context)]
    table = Table(
        name="limits",
        title="Bias and 95 % limits of agreement.",
        caption="; ".join([*parts, bounds_words(agreed)])
        + ". In grades, predicted minus reference; limits: bias ± 1.96 SD. CCC: concordance correlation coefficient.",
        stub="What is compared",
        headings=[Cell("n"), Cell("Patients"), *map(Cell, METRICS.values())],
        sections=[Section(Cell(), [_line(agreed, scope, rows) for scope, rows in shown.items()])] if shown else [],
        absent=absences(lacking),
    )
    write_table(table, list(_values(agreed, known)), files)


def _rows(agreed: Agreed, scope: str) -> dict[str, Row]:
    """Return the rows of a scope by metric."""
    return {metric: row for (one, _, metric), row in agreed.rows.items() if one == scope}


def _line(agreed: Agreed, scope: str, rows: dict[str, Row]) -> Line:
    group = rows["bias"]["group"]
    counts = [count_cell(agreed, rows["bias"], field) for field in ("n", "patients")]
    return Line(
        Cell(f"{SCOPES[scope]}, {group}" if group else SCOPES[scope]),
        [*counts, *(_cell(agreed, rows[metric]) for metric in METRICS)],
    )


def _cell(agreed: Agreed, row: Row) -> Cell:
    if isnan(row["value"]):
        return absent_cell(row)
    return Cell(number(row["value"]), interval_text(row), notes=spread_notes(row), keys=keys_in_row(agreed, row))


def _values(agreed: Agreed, known: dict[str, dict[str, Row]]) -> Iterator[dict[str, object]]:
    """Yield each scope's numbers in full precision."""
    for scope, rows in known.items():
        values: dict[str, object] = {"row": scope, "source": THIS_STUDY, "group": rows["bias"]["group"]}
        values |= {field: traced(agreed, rows["bias"], field) for field in ("n", "patients")}
        for metric in METRICS:
            names = [metric, f"{metric}_lower", f"{metric}_upper"]
            fields = zip(names, BOUNDED, strict=True)
            values |= {name: traced(agreed, rows[metric], field) for name, field in fields}
        yield values
