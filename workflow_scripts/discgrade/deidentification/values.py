"""Whether one value may be kept, by the grammar of its value representation (PS3.5 6.2)."""

import re
import struct
from datetime import date, timedelta

from pydicom.datadict import dictionary_has_tag
from pydicom.valuerep import format_number_as_ds

# Dates that stand for "unknown"; shifting one would give the shift away.
CONSTANT_DATES = frozenset({"00010101", "11111111", "19000101", "19700101", "99991231"})
OLDEST_AGE = 90

Multiplicity = tuple[int, int | None]

_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
SIZES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
_PADDING = b" \0"
_LONGEST_DECIMAL = 16
_SHORTEST_SPELLED = 5
_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)
_PER_YEAR = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}


def numbers(value: bytes, representation: str, multiplicity: Multiplicity) -> bytes | None:
    """Return binary numbers, or None where the bytes are not as many numbers of this representation, or are text."""
    count, rest = divmod(len(value), SIZES[representation])
    fits = not rest and _fits(count, multiplicity) and not _spelled(value)
    return value if fits and (representation != "AT" or _points(value)) else None


def written_numbers(text: str, representation: str, multiplicity: Multiplicity) -> str | None:
    """Return DS or IS numbers without padding, or None where the text is not as many numbers."""
    parts = [part.strip(" ") for part in text.split("\\")]
    check = {"DS": decimal, "IS": integer}.get(representation)
    kept = [number for number in map(check, parts) if number is not None] if check else []
    return "\\".join(kept) if len(kept) == len(parts) and _fits(len(parts), multiplicity) else None


def decimal(part: str) -> str | None:
    """Return one DS value, rounded to the 16 characters it may have; None if it is no decimal number.

    A value too long is kept only if it is a fraction, as arithmetic makes it: a long whole number is an identifier.
    """
    if part and not _DECIMAL.fullmatch(part):
        return None
    if len(part) <= _LONGEST_DECIMAL:
        return part
    return format_number_as_ds(float(part)) if "." in part and len(part) <= 32 else None


def integer(part: str) -> str | None:
    """Return one IS value, or None if it is no whole number."""
    return part if not part or _INTEGER.fullmatch(part) else None


def _fits(count: int, multiplicity: Multiplicity) -> bool:
    least, most = multiplicity
    return count >= least and (most is None or count <= most)


def _spelled(value: bytes) -> bool:
    """Return whether binary numbers read as text: a name can be typed into any field that takes bytes."""
    text = value.strip(_PADDING)
    return len(text) >= _SHORTEST_SPELLED and text.isascii() and text.decode("ascii").isprintable()


def _points(value: bytes) -> bool:
    """Return whether attribute tags are known, or private ones in a private block (PS3.5 7.8)."""
    tags = [struct.unpack_from("<HH", value, at) for at in range(0, len(value), 4)]
    return all((group % 2 and element >= 0x1000) or dictionary_has_tag((group, element)) for group, element in tags)


def shifted(text: str, days: int) -> str | None:
    """Return a date (YYYYMMDD) moved by whole days; a constant stays, an incomplete or impossible date gives None."""
    if text in CONSTANT_DATES:
        return text
    day = parsed_date(text)
    try:
        return None if day is None else (day + timedelta(days)).isoformat().replace("-", "")
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
    """Return an AS value such as 034Y or 018M in years, or None if it is no age."""
    match = _AGE.fullmatch(age)
    return int(match[1]) / _PER_YEAR[match[2]] if match else None


def capped_age(age: str) -> str | None:
    """Return an age, 090Y for everyone older; None if it is no age."""
    value = years(age)
    if value is None:
        return None
    return age if value < OLDEST_AGE else f"{OLDEST_AGE:03d}Y"
