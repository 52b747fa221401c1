"""What there is to say of a cohort: patients, scanners, discs, readings and exclusions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from discgrade.grades import INTEGRAL, LEVELS
from discgrade.records.cohort.flow import Stage

Groups = Mapping[str, pd.DataFrame]
Value = int | str | None

TOTAL = "total"

HEADERS = ["sex", "age", "manufacturer", "field_strength"]
"""What is known of a patient and a scanner from the headers of the scans alone."""
UNKNOWN = "Not in the images' headers, or not kept at de-identification."
MADE_UP = "The study says that its scans' headers do not tell the truth."


@dataclass(frozen=True)
class Fact:
    """One line of the cohort table.

    Attributes:
        row: Its key.
        words: What it counts or measures.
        values: Its value in each group of discs, None where it is not known.
        reason: Why it is not known.
        table: The study's table that it was counted in.
    """

    row: str
    words: str
    values: Mapping[str, Value]
    reason: str = ""
    table: str = "discs"

    @property
    def is_known(self) -> bool:
        """Whether a group of discs has a value."""
        return any(value is not None for value in self.values.values())


def _counts(groups: Groups, column: str, kinds: Mapping[Any, str], reason: str = UNKNOWN) -> Iterator[Fact]:
    """Yield how often each kind occurs in a column; unknown where a group has no value at all."""
    for kind, words in kinds.items():
        values: dict[str, Value] = {}
        for name, group in groups.items():
            values[name] = None if group[column].isna().all() else int((group[column] == kind).sum())
        name = f"{kind:g}" if isinstance(kind, float) else kind
        yield Fact(f"{column}:{name}", words, values, reason)
    missing: dict[str, Value] = {name: int(group[column].isna().sum()) for name, group in groups.items()}
    if 0 < groups[TOTAL][column].isna().sum() < len(groups[TOTAL]):
        yield Fact(f"{column}:", f"{column.replace('_', ' ').capitalize()} not known", missing)


def _found(groups: Groups, column: str, words: str) -> dict[Any, str]:
    """Return the kinds that occur in a column, and their words."""
    kinds = sorted(groups[TOTAL][column].dropna().unique())
    return {kind: words.format(f"{kind:g}" if isinstance(kind, float) else kind) for kind in kinds}


def patient_facts(groups: Groups, reason: str) -> Iterator[Fact]:
    """Yield patients, sex, age and scanners.

    Args:
        groups: The discs of each cohort and of all, one row each.
        reason: Why something is not known, if it is not.
    """
    persons = {name: discs.drop_duplicates("patient") for name, discs in groups.items()}
    yield Fact("patients", "Patients", {name: len(group) for name, group in persons.items()})
    yield from _counts(persons, "sex", {"F": "Women", "M": "Men"}, reason)
    ages: dict[str, Value] = {name: _age(group["age"].dropna()) for name, group in persons.items()}
    yield Fact("age", "Age in years, mean ± SD (range)", ages, reason)
    yield from _counts(persons, "manufacturer", _found(groups, "manufacturer", "Scanner by {}"), reason)
    yield from _counts(persons, "field_strength", _found(groups, "field_strength", "Field strength {} T"), reason)


def _age(ages: pd.Series) -> str | None:
    if ages.empty:
        return None
    deviation = f" ± {ages.std():.0f}" if len(ages) > 1 else ""
    return f"{ages.mean():.0f}{deviation} ({ages.min():.0f} to {ages.max():.0f})"


def disc_facts(groups: Groups) -> Iterator[Fact]:
    """Yield discs by grade, level and origin of their label, and the size of their ROIs."""
    yield Fact("discs", "Discs", {name: len(group) for name, group in groups.items()})
    yield from _counts(groups, "integral", {float(grade): f"Grade {grade:g}" for grade in INTEGRAL})
    yield from _counts(groups, "level", {level: level for level in LEVELS})
    yield from _counts(groups, "origin", _found(groups, "origin", "Label: {}"))
    for side, words in (("width", "Width of the ROI, px"), ("height", "Height of the ROI, px")):
        ranges = {name: f"{group[side].min():.0f} to {group[side].max():.0f}" for name, group in groups.items()}
        yield Fact(f"roi_{side}", words, ranges)


def reading_facts(groups: Groups, readings: pd.DataFrame) -> Iterator[Fact]:
    """Yield how many discs each rater read, and how often; one row of `readings` a disc, rater and reading."""
    for (rater, reading), same in readings.groupby(["rater", "reading"]):
        values = {name: int(group["disc"].isin(same["disc"]).sum()) for name, group in groups.items()}
        yield Fact(f"reading:{rater}.{reading}", f"Discs in reading {reading} by {rater}", values, table="ratings")


def flow_facts(stages: Sequence[Stage]) -> Iterator[Fact]:
    """Yield what was received, excluded and kept at each stage of `flow.json`."""
    for stage in stages:
        excluded = {f"excluded:{reason}": (f"excluded: {reason}", count) for reason, count in stage.excluded.items()}
        counts = {"received": ("received", stage.received), **excluded, "kept": ("kept", stage.kept)}
        for name, (words, count) in counts.items():
            yield Fact(f"{stage.unit}:{name}", f"{stage.unit.capitalize()} {words}", {TOTAL: count}, table="flow")
