"""What a cell's text means as a number, a grade or a day, whatever decimal mark it is written with."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from discgrade.grades import FRACTIONAL

Mark = Literal[",", "."]

_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"(\d{1,5})(?:[.,]0{1,2})?", re.ASCII)
# One digit, a mark and three digits: a small fraction, or a whole number of thousands. No slice has 10,000 pixels.
_EITHER = re.compile(r"[+-]?[1-9][.,]\d{3}", re.ASCII)
# Pfirrmann's own numerals, and either kind behind the word.
_GRADE = re.compile(r"(?:pfirr?mann?[ _-]*)?(?:grad[e]?[ _-]*)?(?:(I{1,3}|IV|V)|([1-5]))", re.IGNORECASE)
_ROMAN = {"I": 1.0, "II": 2.0, "III": 3.0, "IV": 4.0, "V": 5.0}
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
# A grade that less than single precision carries is off by up to 0.002.
_NEAR = 0.003
_GRADES = tuple(float(grade) for grade in FRACTIONAL)


def number(text: str) -> float | None:
    """Return a number written with a decimal point or comma, or None."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def whole(text: str, default: int | None = None) -> int | None:
    """Return a whole number from 1, the default for an empty text, or None."""
    if not text:
        return default
    found = _WHOLE.fullmatch(text)
    return int(found[1]) or None if found else None


def grade(text: str) -> float | None:
    """Return the fractional grade that a text means, such as 3, 3.3, III or Pfirrmann grade 3, or None."""
    value = number(text)
    if value is None:
        said = _GRADE.fullmatch(text.strip())
        return None if said is None else _ROMAN[said[1].upper()] if said[1] else float(said[2])
    nearest = min(_GRADES, key=lambda one: abs(one - value))
    return nearest if abs(nearest - value) < _NEAR else None


def day(text: str) -> date | None:
    """Return the day of an ISO date or time between 1980 and 2100, or None."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year < _LAST_YEAR else None


def decimal_marks(columns: Mapping[str, Sequence[str]]) -> dict[str, frozenset[Mark]]:
    """Return which marks can be nothing but decimal marks in each column: in 24,5 the comma is one, in 1,010 not."""
    return {name: frozenset(filter(None, map(_decimal_mark, texts))) for name, texts in columns.items()}


def _decimal_mark(text: str) -> Mark | None:
    if not _NUMBER.fullmatch(text) or _EITHER.fullmatch(text):
        return None
    return "," if "," in text else "." if "." in text else None


def doubt(text: str, own: frozenset[Mark], others: frozenset[Mark]) -> str:
    """Say what makes a number doubtful; nothing where it can be read in one way only.

    Args:
        text: A number.
        own: Decimal marks of its column.
        others: Decimal marks of all columns.
    """
    if len(own) == 2 and _decimal_mark(text):
        return "should have one decimal mark throughout the column: both a comma and a point are in use"
    if not _EITHER.fullmatch(text):
        return ""
    settled = own or others
    # Programs write points: without any other sign three decimals after a point are three decimals.
    mark: Mark = "," if "," in text else "."
    if settled == {mark} or (not settled and mark == "."):
        return ""
    return "should be written without marks between thousands, a fraction not with just three decimals"
