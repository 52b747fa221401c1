"""Whether one value may be kept, by the grammar of its value representation (PS3.5 6.2)."""

import re
import struct
from datetime import date, timedelta

import numpy as np
from pydicom.datadict import dictionary_has_tag
from pydicom.valuerep import format_number_as_ds

# Dates that stand for "unknown"; shifting one would give the shift away.
CONSTANT_DATES = frozenset({"00010101", "11111111", "19000101", "19700101", "99991231"})
Multiplicity = tuple[int, int | None]

_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
SIZES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
_PADDING = b" \0"
_LONGEST_DECIMAL = 16
_SHORTEST_SPELLED = 5
# Above it a number written in digits is an identifier, a phone number or a date; so is a long one that starts with 0.
_LARGEST = 10**7
_LEADING_ZERO = re.compile(r"[+-]?0\d{5,}", re.ASCII)
# Words in the bytes of numbers: in any code page, two bytes a letter too; words of letters only in those of fractions.
_WORD = re.compile(rb"[\x20-\x7e]{4}|[A-Za-z\xc0-\xfe]{5}|(?:[A-Za-z]\0){5}")
_LETTERS = re.compile(rb"[A-Za-z]{5}")
# Magnitudes that measurements have, in any unit; those of bytes that are a text lie beyond, save by chance.
_MAGNITUDES = {"FL": (1e-30, 1e7), "FD": (1e-30, 1e15)}


def numbers(value: bytes, representation: str, multiplicity: Multiplicity) -> bytes | None:
    """Return binary numbers, or None where the bytes are not as many numbers of this representation, or are text.

    A double in whose bytes a word can be read by chance keeps the digits of single precision.
    """
    count, rest = divmod(len(value), SIZES[representation])
    if rest or not _fits(count, multiplicity) or _spelled(value):
        return None
    if representation in _MAGNITUDES:
        return _fractions(value, representation)
    if _WORD.search(value) or (representation == "AT" and not _points(value)):
        return None
    return value


def _fractions(value: bytes, representation: str) -> bytes | None:
    """Return binary fractions of magnitudes that measurements have, or None."""
    least, most = _MAGNITUDES[representation]
    found = np.frombuffer(value, f"<f{SIZES[representation]}")
    with np.errstate(invalid="ignore"):
        if not np.all((found == 0) | ((np.abs(found) >= least) & (np.abs(found) <= most))):
            return None
    if representation == "FD" and _LETTERS.search(value):
        value = found.astype("<f4").astype("<f8").tobytes()
    return None if _LETTERS.search(value) else value


def integers(value: bytes, representation: str) -> set[str]:
    """Return in digits those binary numbers that are whole and have four digits or more."""
    if representation == "AT":
        return set()
    kind = {"U": "u", "S": "i", "F": "f"}[representation[0]]
    found = np.frombuffer(value, f"<{kind}{SIZES[representation]}")
    return {str(abs(int(one))) for one in found[np.abs(found.astype(np.float64)) >= 1e3] if one == int(one)}


def written_numbers(text: str, representation: str, multiplicity: Multiplicity) -> str | None:
    """Return DS or IS numbers without padding, or None where the text is not as many numbers."""
    parts = [part.strip(" ") for part in text.split("\\")]
    check = {"DS": decimal, "IS": integer}.get(representation)
    kept = [number for number in map(check, parts) if number is not None] if check else []
    return "\\".join(kept) if len(kept) == len(parts) and _fits(len(parts), multiplicity) else None


def decimal(part: str) -> str | None:
    """Return one DS value, rounded to the 16 characters it may have; None if it is no decimal number.

    One as large as an identifier or a date is none. A value too long is kept only if it is a fraction, as arithmetic
    makes it.
    """
    if part and (not _DECIMAL.fullmatch(part) or _LEADING_ZERO.fullmatch(part) or abs(float(part)) >= _LARGEST):
        return None
    if len(part) <= _LONGEST_DECIMAL:
        return part
    return format_number_as_ds(float(part)) if "." in part and len(part) <= 32 else None


def integer(part: str) -> str | None:
    """Return one IS value, or None if it is no whole number, or one so long that it is an identifier."""
    fits = _INTEGER.fullmatch(part) and not _LEADING_ZERO.fullmatch(part) and abs(int(part)) < _LARGEST
    return part if not part or fits else None


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
