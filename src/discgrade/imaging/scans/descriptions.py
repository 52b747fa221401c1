"""The scanner's description of a series, without what identifies the patient or the people around them."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from pydicom.dataset import Dataset

TAGS = (
    "PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName",
    "PatientBirthDate", "PatientAge", "PatientAddress", "PatientTelephoneNumbers", "ResponsiblePerson",
    "AccessionNumber", "StudyID", "ReferringPhysicianName", "PerformingPhysicianName", "RequestingPhysician",
    "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "OperatorsName", "InstitutionName", "InstitutionAddress",
    "StationName", "DeviceSerialNumber", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate",
    "StudyDescription", "SeriesDescription", "SpecificCharacterSet",
)  # fmt: skip
"""Elements that are read for it."""

_KEPT = ("StudyDescription", "SeriesDescription", "SpecificCharacterSet")
_SHORTEST = 3
_LONGEST = 64
_ALIKE, _ALIKE_FROM = 0.85, 6
_MASK = "…"
_MONTHS = "j[aä]n|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]"
_NUMBERS = re.compile(
    r"\d{5,}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"  # an identifier; a date
    r"|\d(?:[ ./-]?\d){5,}"  # an identifier or a telephone number in groups
    rf"|\d{{1,2}}[ ./-]*(?:{_MONTHS})[^\W\d_]*[ ./-]*\d{{2,4}}"
    r"|(?<![^\W_])(?:19|20)\d\d(?![^\W_])"  # a year
    r"|(?<![^\W_])\d{1,3} ?(?:y|yo|yrs?|years?|j|jahre?)(?![^\W_])",  # an age
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(rf"{_MASK}(?:[\W_]*{_MASK})+")


def description(dataset: Dataset) -> str:
    """Return the series description with the people's own words and long numbers masked; one line of text, not HTML.

    Words are compared without case, accents and separators, with umlauts written either way, and with a slip of the
    pen: it is better that a harmless word goes than that a name stays.

    Args:
        dataset: Header, at least the elements of `TAGS`.
    """
    said = "".join(one if one.isprintable() else " " for one in text(dataset, "SeriesDescription"))
    return _masked(said, frozenset(_own(dataset)))


@lru_cache(1 << 12)
def _masked(said: str, own: frozenset[str]) -> str:
    masked = _NUMBERS.sub(_MASK, _without(said, own))
    masked = _WORD.sub(lambda found: _MASK if _names(found[0], own) else found[0], masked)
    return " ".join(_RUN.sub(_MASK, masked).split())[:_LONGEST]


def _without(said: str, own: frozenset[str]) -> str:
    """Mask each of the own words that is there, also in pieces: from its first letter to its last, whole words."""
    letters, places = plain(said)
    hidden: set[int] = set()
    for word in own:
        start = letters.find(word) if len(word) > _SHORTEST else -1
        while start >= 0:
            hidden.update(range(places[start], places[start + len(word) - 1] + 1))
            start = letters.find(word, start + 1)
    spans = [match.span() for match in _WORD.finditer(said) if hidden.intersection(range(*match.span()))]
    for start, end in reversed(spans):
        said = said[:start] + _MASK + said[end:]
    return said


@lru_cache(1 << 14)
def plain(text: str) -> tuple[str, tuple[int, ...]]:
    """Return letters and digits without case and accents, ae, oe, ue as a, o, u; and where each of them stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        for letter in unicodedata.normalize("NFKD", one.replace("\N{LATIN SMALL LETTER DOTLESS I}", "i").casefold()):
            twice = letter == "e" and letters and letters[-1] in "aou" and places[-1] >= place - 1
            if letter.isalnum() and not twice:
                letters.append(letter)
                places.append(place)
    return "".join(letters), tuple(places)


def _names(word: str, own: frozenset[str]) -> bool:
    letters = plain(word)[0]
    return any(
        letters == one
        or (len(one) > _SHORTEST and one in letters)
        or (len(one) >= _ALIKE_FROM and SequenceMatcher(None, one, letters).ratio() >= _ALIKE)
        for one in own
    )


def _own(dataset: Dataset) -> Iterator[str]:
    """Yield the words of everything that is a person's, an institution's or a date, as `plain` writes them."""
    for keyword in TAGS:
        if keyword not in _KEPT:
            for found in _WORD.findall(text(dataset, keyword)):
                if len(word := plain(found)[0]) >= _SHORTEST:
                    yield word
                if keyword.endswith("Date") and len(word) == len("YYYYMMDD"):
                    yield from (word[6:] + word[4:6] + word[:4], word[6:] + word[4:6] + word[2:4], word[2:])


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element as text; empty if it is missing or cannot be read."""
    try:
        value: Any = dataset.get(keyword)
    except Exception:
        return ""
    return "" if value is None else str(value)
