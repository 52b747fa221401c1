"""One reading of a sheet that holds several: the rows of a rater, and of the first or a later time."""

from collections.abc import Sequence
from dataclasses import dataclass

from discgrade.private import RefusedError
from discgrade.readings.sheets import numbers

COLUMNS = ("rater", "reading")
"""Columns that tell readings apart: who read, and the number of the reading by that rater, from 1."""

_MOST_TOLD = 5

Rows = Sequence[tuple[int, dict[str, str]]]
"""Rows of a sheet, each with its number and its cells by the name of the column."""


@dataclass(frozen=True)
class Reading:
    """Which rows of a sheet to take.

    Attributes:
        rater: Of this rater; empty: of all.
        number: Of this reading, from 1; None: of all.
    """

    rater: str = ""
    number: int | None = None


ALL = Reading()


def rows_of(rows: Rows, reading: Reading) -> Rows:
    """Return the rows of a reading.

    Raises:
        RefusedError: if there is none, or the sheet does not tell readings apart.
    """
    wanted = {"rater": reading.rater.strip(), "reading": "" if reading.number is None else str(reading.number)}
    for name, value in wanted.items():
        if value:
            found = [(number, row) for number, row in rows if _plain(row.get(name, "")) == _plain(value)]
            if not found:
                raise RefusedError(_missing(name, value, {row.get(name, "") for _, row in rows}))
            rows = found
    return rows


def _plain(said: str) -> str:
    number = numbers.whole(said)
    return said.strip().casefold() if number is None else str(number)


def _missing(name: str, value: str, known: set[str]) -> str:
    told = sorted(known - {""})
    if not told:
        return f"--{name} needs a column {name} in the sheet, which has none, or an empty one"
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"No row of the sheet is of {name} {value}. It holds: {', '.join(told[:_MOST_TOLD])}{more}"
