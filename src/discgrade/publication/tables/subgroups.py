"""Agreement of the main model by level, manufacturer, field strength, sex and age, with tests of equal kappas."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from discgrade.publication.agreement_values import (
    BOUNDED,
    FACTORS,
    HEADINGS,
    Agreed,
    Row,
    absent_cell,
    bounds_words,
    count_cell,
    group_words,
    keys_in_row,
    keys_of_test,
    p_words,
    read_agreed,
    scored_words,
    test_words,
    traced,
)
from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, absences
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number, spread_notes
from discgrade.publication.wording import data_words
from discgrade.reliability.agreement.samples import GRADE

_NOTES = {
    "ac2": "Gwet's agreement coefficient, with linear weights as κ, linear.",
    "within_one": "Share of the samples at most one integral grade off.",
}
_TESTED = (
    "P: permutation test of equal linear κ in all groups of at least 10 patients, who are permuted as a whole, levels "
    "within each patient; adjusted for the number of tests by Holm's method."
)


def subgroups(*, agreement: Path, context: Context, files: TableFiles) -> None:
    """Print how well the main model agrees in each group of discs.

    Args:
        agreement: `agreement.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    agreed = read_agreed(agreement)
    shown = {scope: agreed.groups(scope) for scope in FACTORS}
    lacking = [(words, f"{test_words(agreed, scope)}.") for scope, words in FACTORS.items() if not shown[scope]]
    table = Table(
        name="subgroups",
        title="Agreement by group.",
        caption=_caption(agreed, context),
        stub="Discs",
        headings=[
            *(Cell("n"), Cell("Patients")),
            *(Cell(words, notes=(_NOTES[name],) if name in _NOTES else ()) for name, words in HEADINGS.items()),
        ],
        sections=[Section(Cell(), [_line(agreed, "all", "")]), *_sections(agreed, shown)],
        absent=absences(lacking),
    )
    write_table(table, list(_values(agreed, shown)), files)


def _caption(agreed: Agreed, context: Context) -> str:
    parts = [f"Data: {data_words(context.study, context.source)}", scored_words(agreed, context)]
    parts += ["on the integral grades", bounds_words(agreed)]
    return "; ".join(parts) + f". {_TESTED}{_of_grades(agreed)} κ: Cohen's kappa."


def _of_grades(agreed: Agreed) -> str:
    """Say whether all grades are met equally often; nothing where that was not tested."""
    test = agreed.test(GRADE)
    if not test or isnan(test["p"]["value"]):
        return ""
    return f" Equal exact agreement in all reference grades, permuted within each patient: {p_words(test)}."


def _sections(agreed: Agreed, shown: dict[str, list[str]]) -> Iterator[Section]:
    for scope, groups in shown.items():
        if groups:
            title = Cell(f"{FACTORS[scope]} ({test_words(agreed, scope)})", keys=keys_of_test(agreed, scope))
            yield Section(title, [_line(agreed, scope, group) for group in groups])


def _line(agreed: Agreed, scope: str, group: str) -> Line:
    first = _row(agreed, scope, group, "kappa_linear")
    counts = [count_cell(agreed, first, field) for field in ("n", "patients")]
    cells = [_cell(agreed, _row(agreed, scope, group, metric)) for metric in HEADINGS]
    return Line(Cell(group_words(group) or "All"), [*counts, *cells])


def _row(agreed: Agreed, scope: str, group: str, metric: str) -> Row:
    return agreed.rows[scope, group, metric]


def _cell(agreed: Agreed, row: Row) -> Cell:
    if isnan(row["value"]):
        return absent_cell(row)
    return Cell(number(row["value"]), interval_text(row), notes=spread_notes(row), keys=keys_in_row(agreed, row))


def _values(agreed: Agreed, shown: dict[str, list[str]]) -> Iterator[dict[str, object]]:
    """Yield what was measured in each group, and the tests, in full precision."""
    places = [("all", ""), *((scope, group) for scope, groups in shown.items() for group in groups)]
    for scope, group in places:
        first = _row(agreed, scope, group, "kappa_linear")
        values: dict[str, object] = {"row": f"{scope}:{group}" if group else scope, "source": THIS_STUDY}
        values |= {field: traced(agreed, first, field) for field in ("n", "patients")}
        for metric in HEADINGS:
            row = _row(agreed, scope, group, metric)
            names = [metric, f"{metric}_lower", f"{metric}_upper"]
            values |= {name: traced(agreed, row, field) for name, field in zip(names, BOUNDED, strict=True)}
            values |= {f"{metric}_{inner}": traced(agreed, row, inner) for inner in ("inner_lower", "inner_upper")}
        yield values
    for scope in (*FACTORS, GRADE):
        tests = {metric: traced(agreed, row, "value") for metric, row in agreed.test(scope).items()}
        yield {"row": f"{scope}:test", "source": THIS_STUDY, **tests}
