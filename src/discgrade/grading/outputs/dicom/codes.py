"""The codes of the DICOM structured report.

SNOMED CT names the discs (DICOM CID 7604). No public scheme that DICOM may refer to has codes for the five Pfirrmann
grades that could be checked, so grades and what belongs to them are coded in a private scheme, 99DISCGRADE: a scheme
whose name begins with 99 is private (PS3.16 8). docs/grading.md lists it.
"""

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.sr.coding import Code

SCHEME = "99DISCGRADE"

_ROMAN = ("I", "II", "III", "IV", "V")
_LONGEST_CODE, _LONGEST_MEANING = 16, 64
_DISCS = {
    "L1/L2": "80064006",
    "L2/L3": "67459009",
    "L3/L4": "62551000",
    "L4/L5": "84020006",
    "L5/S1": "715056000",
}


def scheme() -> CodingSchemeIdentificationItem:
    """Return what a report says of the private scheme."""
    return CodingSchemeIdentificationItem(
        designator=SCHEME, name="discgrade: Pfirrmann grades", version="1", responsible_organization="discgrade"
    )


def private(code: str, meaning: str) -> Code:
    """Return a concept of the private scheme; code and meaning are cut to what DICOM holds (PS3.3 8.1)."""
    return Code(code[:_LONGEST_CODE], SCHEME, meaning[:_LONGEST_MEANING])


def disc(level: str) -> Code:
    """Return the disc of a level, L1/L2 to L5/S1.

    Raises:
        KeyError: if it is another level.
    """
    return Code(_DISCS[level], "SCT", f"{level} disc")


def grade(number: int) -> Code:
    """Return one of the five grades."""
    return private(f"GRADE{number}", f"Pfirrmann grade {_ROMAN[number - 1]}")


def probability(number: int) -> Code:
    """Return the name of a grade's probability."""
    return private(f"P{number}", f"Probability of Pfirrmann grade {_ROMAN[number - 1]}")


PFIRRMANN = private("PFIRRMANN", "Pfirrmann grade")
IN_SET = private("INSET", "Pfirrmann grade in the prediction set")
EXPECTED = private("EXPECTED", "Expected Pfirrmann grade")
FRACTIONAL = private("FRACTIONAL", "Fractional Pfirrmann grade")
DEGENERATION = private("DEGENERATION", "Disc degeneration by Pfirrmann grade")
REVIEW = private("REVIEW", "Why a person should look")

COMMENT = Code("121106", "DCM", "Comment")
SPINE_MRI = Code("25056-3", "LN", "MRI unspecified body region")
"""Procedure reported; CID 100 has no MRI of the spine. Where in the body is said by the finding sites."""
ONE = Code("1", "UCUM", "no units")
