"""What is wrong with a sheet: told row by row, without a value that could identify anybody."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from discgrade import private as privacy
from discgrade.readings.sheets.numbers import number

PROBLEMS = "problems.csv"

_SHOWN = frozenset({"level", "x", "y", "width", "height", "grade"})
# What a level or a number may look like; anything else in these columns may have slipped there from another one.
_HARMLESS = re.compile(
    r"(?:T?h?\d{0,2}|[CTLS]\d?)[/_ -]?(?:[TLS]\d)?|[+-]?\d{0,5}(?:[.,]\d{0,4})?|nan|inf", re.ASCII | re.I
)
_MOST_SHOWN = 50


class SheetError(privacy.RefusedError):
    """The sheet of readings breaks rules; the message tells rows, columns and rules, and no value that identifies."""


class Fault(NamedTuple):
    """One broken rule.

    Attributes:
        row: Number of the row.
        column: Our name of the column; empty if it is the whole row.
        rule: What should be.
        value: What was received.
        reason: Why the row is left out, where rows with faults may be; empty for what the whole sheet has wrong.
        others: Numbers of other rows that contradict this one, and are left out with it.
    """

    row: int
    column: str
    rule: str
    value: str
    reason: str
    others: tuple[int, ...] = ()


def write_problems(faults: Sequence[Fault], private: Path) -> None:
    """Write faults with all values to a private table, anew; an empty one if there are none."""
    privacy.write_rows(private / PROBLEMS, Fault._fields[:4], [fault[:4] for fault in faults])


def message(faults: Sequence[Fault], identifiers: Collection[str]) -> str:
    """Return what may be shown of faults.

    Args:
        faults: In the order of the rows.
        identifiers: Texts that identify people of the source, however they are written: never shown.
    """
    many = "s" * (len(faults) > 1)
    lines = [f"ratings: {len(faults)} fault{many} (with all values in the private folder's {PROBLEMS})"]
    known = {_bare(identifier) for identifier in identifiers}
    for fault in faults[:_MOST_SHOWN]:
        place = f"row {fault.row}, {fault.column}" if fault.column else f"row {fault.row}"
        shown = fault.column in _SHOWN and _HARMLESS.fullmatch(fault.value) and _bare(fault.value) not in known
        lines.append(f"  {place}: {fault.rule}" + (f". Received: {fault.value!r}" if shown else ""))
    if len(faults) > _MOST_SHOWN:
        lines.append(f"  and {len(faults) - _MOST_SHOWN} more")
    return "\n".join(lines)


def _bare(text: str) -> str:
    """Return a text as it would be compared: a number by its value, all else by its letters and digits."""
    value = number(text.strip())
    return f"{value:g}" if value is not None else "".join(filter(str.isalnum, text.casefold())).lstrip("0")
