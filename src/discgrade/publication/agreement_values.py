"""What tables and figures read of `agreement.parquet`, by scope, group and metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import drawn_as
from discgrade.publication.keys import Key, Traced
from discgrade.publication.render.table import Cell, missing
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.agreement import AGREEMENT
from discgrade.settings.model import Intervals
from discgrade.settings.run import HOLDOUT, Run

Row = Mapping[str, Any]

FACTORS = {
    "level": "Level",
    "manufacturer": "Manufacturer",
    "field_strength": "Field strength",
    "sex": "Sex",
    "age_group": "Age in years",
}
GROUPS = {"F": "women", "M": "men", "O": "other"}
"""What groups are called whose values are letters."""
HEADINGS = {
    "kappa_linear": "κ, linear",
    "kappa_quadratic": "κ, quadratic",
    "kappa_unweighted": "κ, unweighted",
    "ac2": "AC2",
    "accuracy": "Exact agreement",
    "within_one": "Within one grade",
}
BOUNDED = ("value", "lower", "upper")


@dataclass(frozen=True)
class Agreed:
    """Rows of `agreement.AGREEMENT` by scope, group and metric, and the run that they are of."""

    rows: Mapping[tuple[str, str, str], Row]
    run: Run

    def row(self, scope: str, group: str, metric: str) -> Row | None:
        """Return a row; None where there is none."""
        return self.rows.get((scope, group, metric))

    def groups(self, scope: str) -> list[str]:
        """Return the groups of a scope whose coefficients there are, in the file's order."""
        return [
            group for one, group, metric in self.rows if one == scope and metric == "kappa_linear" and ":" not in group
        ]

    def test(self, scope: str) -> dict[str, Row]:
        """Return the rows of the test of a scope: wald, p and p_holm."""
        return {metric: row for (one, _, metric), row in self.rows.items() if one == scope and metric in _TEST}


_TEST = ("wald", "p", "p_holm")


def read_agreed(path: Path) -> Agreed:
    """Read `agreement.parquet`."""
    rows = records.read(path, AGREEMENT).to_pylist()
    run = Run(*(rows[0][name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Agreed({(row["scope"], row["group"], row["metric"]): row for row in rows}, run)


def key_of(run: Run, row: Row, field: str) -> CellKey:
    """Return the key of a field of a row."""
    return Key(run, row["metric"], row["scope"], row["group"]).cell("agreement", field)


def traced(agreed: Agreed, row: Row | None, field: str) -> Traced | None:
    """Return a field with its key; None where there is no row."""
    return None if row is None else Traced(row[field], (key_of(agreed.run, row, field),))


def keys_in_row(agreed: Agreed, row: Row, fields: Sequence[str] = BOUNDED) -> tuple[CellKey, ...]:
    """Return the keys of some fields of a row."""
    return tuple(key_of(agreed.run, row, field) for field in fields)


def keys_of_test(agreed: Agreed, scope: str) -> tuple[CellKey, ...]:
    """Return the keys of the test of a scope, of what is printed first: who follows them back asks for the p value."""
    rows = sorted(agreed.test(scope).items(), key=lambda one: one[0] == "wald")
    return tuple(key for _, row in rows for key in keys_in_row(agreed, row, ["value"]))


def count_cell(agreed: Agreed, row: Row, field: str) -> Cell:
    """Print a count of a row."""
    return Cell(f"{row[field]:,}", keys=keys_in_row(agreed, row, [field]))


def absent_cell(row: Row) -> Cell:
    """Print the dash of a value that is not defined."""
    return missing(f"Undefined, {row['reason'] or 'no variance'}.")


def scored_words(agreed: Agreed, context: Context) -> str:
    """Say what was scored: variant, split, discs and patients."""
    row = next(iter(agreed.rows.values()))
    variant = context.variants[agreed.run.variant]
    where = "on the hold-out test set" if agreed.run.split == HOLDOUT else "out of fold"
    return (
        f"variant “{variant.label}”, that of the bundle, {where}, n = {row['n']:,} scored samples of "
        f"{row['patients']:,} patients; "
        f"{wording.protocol_words(variant.protocol)}; {wording.seed_words(context.seeds)}"
    )


def bounds_words(agreed: Agreed) -> str:
    """Say how intervals were drawn."""
    drawn, row = drawn_intervals(agreed), next(iter(agreed.rows.values()))
    return wording.interval_words(drawn.probability, f"{row['patients']:,} patients", drawn.draws, drawn.seed)


def drawn_intervals(agreed: Agreed) -> Intervals:
    """Return how intervals were drawn."""
    row = next(iter(agreed.rows.values()))
    return drawn_as(row, row["inner_probability"])


def p_words(tested: Mapping[str, Row]) -> str:
    """Print the p value of a test and, where there are several tests, that adjusted for their number."""
    adjusted = f", adjusted {_p_text(tested['p_holm']['value'], '')}" if "p_holm" in tested else ""
    return f"P {_p_text(tested['p']['value'], '= ')}{adjusted}"


def _p_text(value: float, equal: str) -> str:
    return "< 0.001" if value < 0.001 else f"{equal}{value:.3f}"


def test_words(agreed: Agreed, scope: str) -> str:
    """Say what the test of a scope found, or why there is none."""
    found = agreed.test(scope)
    if not found:
        return ""
    if isnan(found["p"]["value"]):
        return f"not tested: {found['p']['reason']}"
    return f"equal κ: {p_words(found)}"


def group_words(group: str) -> str:
    """Name a group in print."""
    return GROUPS.get(group, group)
