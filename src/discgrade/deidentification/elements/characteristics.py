"""Sex and age of a patient and the scanner's field strength, however they are written: as the standard has them."""

import re
from datetime import date

from discgrade.deidentification.elements.values import CONSTANT_DATES, parsed_date

OLDEST_AGE = 90
"""Age in years that stands for all from there on."""

_OLDEST_PERSON = 120
_AGE = re.compile(r"(\d{1,3})(?:[.,]\d{1,2})?\s*([DWMYJA]?)", re.ASCII | re.IGNORECASE)
_PER_YEAR = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}
# German and French letters; no letter stands for years, too.
_UNITS = {"J": "Y", "A": "Y", "": "Y"}
_SEXES = {
    "F": frozenset({"f", "female", "w", "weiblich", "frau", "woman", "femme", "mujer"}),
    "M": frozenset({"m", "male", "m\xe4nnlich", "maennlich", "mann", "man", "homme", "hombre"}),
    "O": frozenset({"o", "other", "d", "divers", "diverse"}),
}


def sex(text: str) -> str | None:
    """Return F, M or O of a Patient's Sex (0010,0040), None if it says nothing known."""
    folded = text.strip().rstrip(".").casefold()
    return next((code for code, words in _SEXES.items() if folded in words), None)


def years(age: str) -> float | None:
    """Return an age such as 034Y, 18M, 58 or 58 y in years; None if it is no age of a person; 0 means unknown."""
    number, unit = _parsed(age)
    value = number / _PER_YEAR[unit] if number else None
    return value if value is not None and value <= _OLDEST_PERSON else None


def written_age(age: str) -> str | None:
    """Return an age as AS has it, three digits and a unit, 090Y for everyone older; None if it is no age."""
    value = years(age)
    if value is None:
        return None
    number, unit = _parsed(age)
    return f"{number:03d}{unit}" if value < OLDEST_AGE else f"{OLDEST_AGE:03d}Y"


def _parsed(age: str) -> tuple[int | None, str]:
    match = _AGE.fullmatch(age.strip())
    if match is None:
        return None, "Y"
    unit = match[2].upper()
    return int(match[1]), _UNITS.get(unit, unit)


def age_between(birth: str, day: str) -> str | None:
    """Return a patient's age on a day as `written_age` does, in whole years; None if a date is unknown.

    Args:
        birth: Date of birth, YYYYMMDD, with or without separators.
        day: Date of the examination.
    """
    texts = [re.sub(r"[.\-/]", "", text) for text in (birth, day)]
    dates = [None if text in CONSTANT_DATES else parsed_date(text) for text in texts]
    if dates[0] is None or dates[1] is None or dates[1] < dates[0]:
        return None
    return written_age(f"{_birthdays(dates[0], dates[1]):03d}Y")


def _birthdays(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
