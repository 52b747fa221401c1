"""How many patients the next study needs for an interval of a given width."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from discgrade.publication.agreement_values import HEADINGS, Agreed, Row, keys_in_row, read_agreed, scored_words, traced
from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Section, Table, absences, missing
from discgrade.publication.render.table import Row as Line
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.wording import data_words, percent
from discgrade.reliability.agreement.planning import ASSURANCE, FEWEST, METRICS, SIMULATED, SIZES, WIDTHS

_FEWEST = f"{SIZES[0]} patients are the fewest that were simulated."


def sample_size(*, agreement: Path, context: Context, files: TableFiles) -> None:
    """Print how many patients intervals of some widths need.

    Args:
        agreement: `agreement.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    agreed = read_agreed(agreement)
    scopes = plan_scopes(agreed)
    known = any(not isnan(row["value"]) for scope in scopes for row in _wanted(agreed, scope))
    reason = f"the study has fewer than {FEWEST} patients, or agrees alike in all of them: it tells of no width."
    table = Table(
        name="sample_size",
        title="Patients that the next study needs.",
        caption=_caption(agreed, context),
        stub="Width of the interval",
        headings=[Cell(HEADINGS[metric]) for metric in METRICS],
        spans=[("Patients for", len(METRICS))],
        sections=[_section(agreed, scope) for scope in scopes] if known else [],
        absent=() if known else absences([("Sample sizes", reason)]),
    )
    write_table(table, list(_values(agreed, scopes)), files)


def plan_scopes(agreed: Agreed) -> list[str]:
    """Return the scopes of plans, each of a probability."""
    return list(dict.fromkeys(scope for scope, _, _ in agreed.rows if scope.startswith("plan_")))


def plan_probability(scope: str) -> float:
    """Return the probability that a plan's intervals hold."""
    return float(scope.removeprefix("plan_"))


def _wanted(agreed: Agreed, scope: str) -> list[Row]:
    return [row for (one, group, _), row in agreed.rows.items() if one == scope and group.startswith("patients for")]


def _caption(agreed: Agreed, context: Context) -> str:
    parts = [f"Data: {data_words(context.study, context.source)}", f"simulated from {scored_words(agreed, context)}"]
    return "; ".join(parts) + (
        f". With so many patients, {percent(ASSURANCE)} of {SIMULATED} studies drawn from this one's posterior have an "
        "interval of at most that width. It holds for a study like this one: its model, its mix of grades, its number "
        "of discs a patient. On the integral grades; κ: Cohen's kappa; AC2: Gwet's coefficient with linear weights."
    )


def _section(agreed: Agreed, scope: str) -> Section:
    title = f"{percent(plan_probability(scope))} interval"
    return Section(Cell(title), [Line(Cell(f"{width:g}"), _cells(agreed, scope, width)) for width in WIDTHS])


def _cells(agreed: Agreed, scope: str, width: float) -> list[Cell]:
    cells = []
    for metric in METRICS:
        row = agreed.rows[scope, f"patients for {width:g}", metric]
        known = not isnan(row["value"])
        keys = keys_in_row(agreed, row, ["value"])
        fewest = known and row["value"] <= SIZES[0]
        text = f"{row['value']:,.0f}" if known else ""
        few = Cell(f"\N{LESS-THAN OR EQUAL TO} {text}", notes=(_FEWEST,), keys=keys)
        cells.append(few if fewest else Cell(text, keys=keys) if known else missing(f"{row['reason']}.".capitalize()))
    return cells


def _values(agreed: Agreed, scopes: list[str]) -> Iterator[dict[str, object]]:
    """Yield the numbers of patients by probability and width."""
    for scope in scopes:
        for width in WIDTHS:
            rows = {metric: agreed.rows[scope, f"patients for {width:g}", metric] for metric in METRICS}
            named: dict[str, object] = {"row": f"{scope}:{width:g}", "source": THIS_STUDY}
            named |= {"probability": plan_probability(scope), "width": width}
            yield named | {metric: traced(agreed, row, "value") for metric, row in rows.items()}
