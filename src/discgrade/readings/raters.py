"""Who read, and when: raters by number and readings by day, so that nothing tells a name or a date."""

from collections.abc import Sequence
from datetime import date

from discgrade.readings.sheet import Row, day


def rater_numbers(rows: Sequence[Row]) -> dict[str, str]:
    """Return the raters' pseudonyms: R1, R2 ... in the order in which the sheet first names them."""
    return {name: f"R{order}" for order, name in enumerate(dict.fromkeys(row.get("rater") for row in rows), 1)}


def read_days(rows: Sequence[Row]) -> list[int | None]:
    """Return for each reading the days since that rater's first one; None where it has no date."""
    days = [day(row.get("read_at")) for row in rows]
    first: dict[str, date] = {}
    for row, one in zip(rows, days, strict=True):
        if one is not None:
            first[row.get("rater")] = min(one, first.get(row.get("rater"), one))
    return [None if one is None else (one - first[row.get("rater")]).days for row, one in zip(rows, days, strict=True)]
