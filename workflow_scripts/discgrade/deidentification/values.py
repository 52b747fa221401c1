"""Whether one value may be kept, by the grammar of its value representation (PS3.5 6.2) or a list of known terms."""

import re
from datetime import date, timedelta

# Dates that stand for "unknown": shifting them would give the shift away.
CONSTANT_DATES = frozenset({"19000101", "19700101", "00010101", "11111111", "99991231"})
OLDEST_AGE = 90

_DECIMAL = re.compile(rb" *[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)? *")
_INTEGER = re.compile(rb" *[+-]?\d{1,12} *")
_TEXT = {"DS": (_DECIMAL, 16), "IS": (_INTEGER, 12)}
_SIZES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
_AGE = re.compile(r"(\d{3})([DWMY])")
_YEARS = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}


def numbers(value: bytes, representation: str, multiplicity: tuple[int, int | None]) -> bytes | None:
    """Return numbers without their padding, or None where the bytes are not numbers of this representation."""
    least, most = multiplicity
    if representation in _SIZES:
        size = _SIZES[representation]
        count, rest = divmod(len(value), size)
        spelled = len(value) >= 6 and value.isascii() and value.decode("ascii").isprintable()
        fits = not rest and not spelled and count >= least and (most is None or count <= most)
        return value if fits else None
    grammar, longest = _TEXT[representation]
    parts = value.rstrip(b" \0").split(b"\\")
    fits = least <= len(parts) and (most is None or len(parts) <= most)
    if not fits or not all(len(part) <= longest and grammar.fullmatch(part) for part in parts):
        return None
    return b"\\".join(part.strip() for part in parts)


def shifted(text: str, days: int) -> str | None:
    """Return a date (YYYYMMDD) moved by whole days; a constant stays, an incomplete or impossible date gives None."""
    if text in CONSTANT_DATES:
        return text
    day = parsed_date(text)
    if day is None:
        return None
    try:
        return (day + timedelta(days)).strftime("%Y%m%d")
    except OverflowError:
        return None


def parsed_date(text: str) -> date | None:
    """Return the day of a DA value, or None if it is not a whole date."""
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def years(age: str) -> float | None:
    """Return an AS value such as 034Y or 018M in years, or None if it is none."""
    match = _AGE.fullmatch(age)
    return int(match[1]) / _YEARS[match[2]] if match else None


def capped_age(age: str) -> str | None:
    """Return an age with everyone above 90 years made 90 years old, or None if it is not an age."""
    value = years(age)
    if value is None:
        return None
    return age if value < OLDEST_AGE else f"{OLDEST_AGE:03d}Y"
