"""Who read, and when: raters by number and readings by day, so that nothing tells a name or a date.

A number is given once. The map from names to numbers outlives the order of the sheet, withdrawals and new readings, and
so does the day that a rater's readings are counted from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, count
from typing import NamedTuple

from discgrade.readings.sheets.alike import alike, plain
from discgrade.readings.sheets.faults import SheetError
from discgrade.readings.sheets.numbers import day
from discgrade.readings.sheets.sheet import Row

MAP = "raters.csv"
"""The map in the private folder."""
NUMBER = re.compile(r"R[1-9]\d{0,3}", re.ASCII)
"""Pseudonym of a rater."""

_MOST = 99
_OWN = re.compile(r"R[ ._-]?0*([1-9]\d{0,2})", re.ASCII | re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:rater|reader|observer|radiologist|leser|befunder)?[ ._-]?0*([1-9])", re.ASCII | re.IGNORECASE
)


class Rater(NamedTuple):
    """One name in the map; a person may have several.

    Attributes:
        name: As the sheet writes it.
        number: R1, R2 ...; empty while it is asked whether the name is another spelling of one that is known.
        mark: Tells the number's person apart from another one's without telling the name.
        first: Day of the first reading when the number was given, as ISO date; empty if unknown.
    """

    name: str
    number: str
    mark: str = ""
    first: str = ""


class AlikeError(SheetError):
    """Names of raters are nearly alike, and nobody has said whether they are one person's.

    Attributes:
        asked: The map with an empty number for each name that waits for an answer.
    """

    def __init__(self, text: str, asked: Sequence[Rater] = ()) -> None:
        super().__init__(text)
        self.asked = asked


def number_raters(rows: Sequence[Row], known: Sequence[Rater]) -> list[Rater]:
    """Return the map with a number for every rater of a sheet: the known ones as they are, new ones at the end.

    New raters are numbered in the order in which the sheet first names them. One who is called R2 keeps that name.

    Args:
        rows: The whole sheet, withdrawn patients' rows among them.
        known: The map so far.

    Raises:
        AlikeError: if a name is nearly the same as another, and the map does not say whose it is.
        SheetError: if a rater is called by a number that is another's.
    """
    answered = [one for one in known if one.number]
    first_rows = {row.get("rater"): row.number for row in reversed(rows) if row.get("rater")}
    names = sorted(first_rows, key=lambda name: first_rows[name])
    if len(names) > _MOST:
        raise SheetError(f"ratings: rater: should have at most {_MOST} different names. Received: {len(names)}")
    _check_own(first_rows, answered)
    _ask(first_rows, names, answered)
    numbered = {one.name: one.number for one in answered}
    new = [name for name in names if name not in numbered]
    for name, number in _new_numbers(new, set(numbered.values())).items():
        answered.append(Rater(name, number))
    return _dated(rows, answered)


def _check_own(first_rows: Mapping[str, int], known: Sequence[Rater]) -> None:
    """Refuse a rater who is called R2 and known by another number, or whose number is another person's."""
    given = {one.name: one.number for one in known}
    for name, row in first_rows.items():
        found = _OWN.fullmatch(name)
        if found is None:
            continue
        own = f"R{found[1]}"
        if name in given and given[name] != own:
            wrong = f"gives this name the number {given[name]}"
        elif name not in given and any(one.number == own and not alike(one.name, name) for one in known):
            wrong = "gives that number to another name"
        else:
            continue
        raise SheetError(
            f"ratings: row {row}, rater: is called {own}, but {MAP} in the private folder {wrong}. Call the rater "
            "otherwise in the sheet, or correct the map"
        )


def _ask(first_rows: Mapping[str, int], names: Sequence[str], known: Sequence[Rater]) -> None:
    """Ask about names that are nearly alike unless the map has both."""
    answered = {one.name for one in known}
    everybody = [*dict.fromkeys([*(one.name for one in known), *names])]
    pairs = [
        (one, other)
        for one, other in combinations(everybody, 2)
        if not {one, other} <= answered and (alike(one, other) or _same_own(one, other))
    ]
    if not pairs:
        return
    waiting = dict.fromkeys(name for pair in pairs for name in pair if name not in answered)
    told = "\n".join(f"  {_rows(pair, first_rows)}" for pair in pairs)
    raise AlikeError(
        "ratings: names of raters are nearly alike. Are they one person's?\n"
        f"{told}\nAnswer in {MAP} of the private folder, where they stand: give the names of one person one "
        "number, such as R1, and those of two persons two. Or spell them alike in the sheet",
        [*known, *(Rater(name, "") for name in waiting)],
    )


def _same_own(one: str, other: str) -> bool:
    ours, theirs = _OWN.fullmatch(one), _OWN.fullmatch(other)
    return bool(ours and theirs and ours[1] == theirs[1])


def _rows(pair: tuple[str, str], first_rows: Mapping[str, int]) -> str:
    places = [f"row {first_rows[name]}" if name in first_rows else "a name of the map" for name in pair]
    return f"rater: {places[0]} and {places[1]}"


def _new_numbers(names: Sequence[str], used: set[str]) -> dict[str, str]:
    """Return the numbers of raters who have none: their own if their names are numbers, else the next ones."""
    found: dict[str, str] = {}
    for pattern in (_OWN, _NUMBERED):
        for name in names:
            own = pattern.fullmatch(name)
            if own and name not in found and f"R{own[1]}" not in {*used, *found.values()}:
                found[name] = f"R{own[1]}"
    taken = {*used, *found.values()}
    free = (f"R{number}" for number in count(max((int(one[1:]) for one in taken), default=0) + 1))
    return {name: found.get(name) or next(free) for name in names}


def _dated(rows: Sequence[Row], raters: Sequence[Rater]) -> list[Rater]:
    """Return the map with the day of the first reading of those who have none yet."""
    number_of = {one.name: one.number for one in raters}
    first = {one.number: one.first for one in raters if one.first}
    days: dict[str, date] = {}
    for row in rows:
        number, read = number_of.get(row.get("rater"), ""), day(row.get("read_at"))
        if read is not None and number not in first:
            days[number] = min(read, days.get(number, read))
    first |= {number: read.isoformat() for number, read in days.items()}
    return [one._replace(first=first.get(one.number, "")) for one in raters]


def numbers_of(raters: Sequence[Rater]) -> dict[str, str]:
    """Return the number of each name."""
    return {one.name: one.number for one in raters}


def read_days(rows: Sequence[Row], raters: Sequence[Rater]) -> list[int | None]:
    """Return for each reading the days since that rater's first one in the map; None where it has no date.

    A reading that was added to the sheet later may lie before the first one: its day is negative, and no other moves.
    """
    first = {one.name: day(one.first) for one in raters}
    days = [(day(row.get("read_at")), first.get(row.get("rater"))) for row in rows]
    return [(one - start).days if one is not None and start is not None else None for one, start in days]


def number_of(name: str, raters: Sequence[Rater]) -> str | None:
    """Return the number of a rater by name or number; None if nobody has it."""
    if NUMBER.fullmatch(name):
        return name
    exact = [one.number for one in raters if one.name == plain(name)]
    return exact[0] if exact else None


def changes(rows: Sequence[Row], raters: Sequence[Rater], known: Sequence[Rater]) -> Iterator[str]:
    """Say what the map of raters gained, and who of it is no longer in the sheet."""
    before, named = {one.number for one in known}, {row.get("rater") for row in rows}
    new = sorted({one.number for one in raters} - before, key=lambda number: int(number[1:]))
    gone = sorted(before - {one.number for one in raters if one.name in named}, key=lambda number: int(number[1:]))
    if known and new:
        yield f"ratings: {', '.join(new)} of {MAP} in the private folder: raters who were not in the sheet before"
    if gone:
        also = ". If one of them is now written otherwise, give the new name the old number" if new else ""
        yield f"ratings: {', '.join(gone)} of {MAP}: raters whom the sheet does not name any more{also}"
