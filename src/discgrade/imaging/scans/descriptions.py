"""The scanner's description of a series, without what identifies the patient or the people around them."""

import re
from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset

TAGS = (
    "PatientName", "PatientID", "OtherPatientIDs", "PatientBirthName", "PatientBirthDate", "PatientAge",
    "AccessionNumber", "StudyID", "ReferringPhysicianName", "PerformingPhysicianName", "NameOfPhysiciansReadingStudy",
    "OperatorsName", "InstitutionName", "InstitutionAddress", "StationName", "DeviceSerialNumber", "StudyDate",
    "SeriesDate", "AcquisitionDate", "ContentDate", "StudyDescription", "SeriesDescription", "SpecificCharacterSet",
)  # fmt: skip
"""Elements that are read for it."""

_KEPT = ("StudyDescription", "SeriesDescription", "SpecificCharacterSet")
_SHORTEST = 3
_LONGEST = 64
_MASK = "…"
# A number of five or more digits may be an identifier; three numbers with points, dashes or slashes a date.
_NUMBERS = re.compile(r"\d{5,}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_WORD = re.compile(r"[^\W_]+")


def description(dataset: Dataset) -> str:
    """Return the series description with the people's own words and long numbers masked; one line of text, not HTML.

    Args:
        dataset: Header, at least the elements of `TAGS`.
    """
    said = "".join(one if one.isprintable() else " " for one in _text(dataset, "SeriesDescription"))
    own = set(_own(dataset))
    masked = _WORD.sub(lambda found: _MASK if _names(found[0], own) else found[0], _NUMBERS.sub(_MASK, said))
    return " ".join(masked.split())[:_LONGEST]


def _names(word: str, own: set[str]) -> bool:
    folded = word.casefold()
    return folded in own or any(len(one) > _SHORTEST and one in folded for one in own)


def _own(dataset: Dataset) -> Iterator[str]:
    """Yield the words of everything that is a person's, an institution's or a date."""
    for keyword in TAGS:
        if keyword not in _KEPT:
            for word in _WORD.findall(_text(dataset, keyword).casefold()):
                if len(word) >= _SHORTEST:
                    yield word


def _text(dataset: Dataset, keyword: str) -> str:
    try:
        value: Any = dataset.get(keyword)
    except Exception:
        return ""
    return "" if value is None else str(value)
