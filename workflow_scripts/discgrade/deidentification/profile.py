"""What happens to each attribute: Table E.1-1 of DICOM PS3.15 under the options chosen here, and default-deny beyond it.

Basic Application Level Confidentiality Profile (113100) with the options Retain Longitudinal Temporal Information
Modified Dates (113107), Retain Patient Characteristics (113108, cut to sex and age) and Clean Descriptors (113105, for
two descriptions). The table's edition is in its file's name.
"""

import csv
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files

from pydicom.datadict import dictionary_VM, dictionary_VR
from pydicom.tag import Tag

TABLE = "ps315_table_e1_1_2026c.csv"

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
LEGACY_ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.4"
SOP_CLASSES = frozenset({MR_IMAGE, ENHANCED_MR, LEGACY_ENHANCED_MR})


class Action(Enum):
    """What is done to an element; every action but DROP may leave it empty or drop it where its value is not fit."""

    DROP = auto()
    REMOVE = auto()  # emptied where Type 2, a dummy where Type 1, else dropped: the table's X, Z, D and mixtures
    UID = auto()
    RECURSE = auto()
    NUMBER = auto()
    TERM = auto()
    TEXT = auto()
    TOKENS = auto()
    SHIFT = auto()
    SEX = auto()
    AGE = auto()
    POINTER = auto()
    PIXELS = auto()


@dataclass(frozen=True)
class Rule:
    """How one attribute is treated.

    Attributes:
        action: What is done.
        representations: Value representations that the dictionary allows; an element with another one is removed.
        multiplicity: Least and greatest number of values; None: unbounded.
    """

    action: Action
    representations: tuple[str, ...]
    multiplicity: tuple[int, int | None]


def _tags(*keywords: str) -> frozenset[int]:
    return frozenset(int(Tag(keyword)) for keyword in keywords)


# PS3.3 Type 2 attributes of the three MR IODs that may lose their value: they stay, empty.
TYPE_2 = _tags(
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID", "PatientName", "PatientID",
    "PatientBirthDate", "PatientSex", "Manufacturer", "SeriesNumber", "Laterality", "PositionReferenceIndicator",
    "InstanceNumber", "PatientOrientation", "ContentDate", "ContentTime", "ScanOptions", "MRAcquisitionType",
    "EchoTime", "EchoTrainLength", "RepetitionTime", "SliceThickness", "AcquisitionContextSequence",
)  # fmt: skip

_SHIFTED = _tags("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_DESCRIPTIONS = _tags("SeriesDescription", "ProtocolName")
_TEXTS = _tags(
    "Manufacturer", "ManufacturerModelName", "SequenceName", "ImagedNucleus", "RescaleType", "StackID",
)  # fmt: skip
_WEIGHT_AND_SIZE = _tags("PatientWeight", "PatientSize")
_NUMBERS = frozenset({"DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "SV", "UV"})
_PIXEL_DATA = 0x7FE00010


@cache
def table() -> dict[int, str]:
    """Return the basic profile's action of every tag of Table E.1-1; repeating groups and private tags are left out."""
    text = (files(__package__) / TABLE).read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if "x" not in row["tag"] and row["tag"] != "private"]
    return {int(row["tag"], 16): row["basic"] for row in rows}


@cache
def rule(tag: int, sex_and_age: bool = True, weight_and_size: bool = False) -> Rule:
    """Return how an attribute is treated.

    Args:
        tag: Group and element as one number.
        sex_and_age: Whether sex and age are kept.
        weight_and_size: Whether weight and size are kept.
    """
    group = tag >> 16
    repeating = 0x5000 <= group <= 0x501E or 0x6000 <= group <= 0x601E
    if group % 2 or group < 8 or group >= 0xFFF0 or repeating or tag & 0xFFFF == 0:
        return Rule(Action.DROP, (), (0, None))
    try:
        representations = tuple(dictionary_VR(tag).split(" or "))
        multiplicity = _multiplicity(dictionary_VM(tag))
    except KeyError:
        return Rule(Action.DROP, (), (0, None))
    return Rule(_action(tag, representations[0], sex_and_age, weight_and_size), representations, multiplicity)


def _action(tag: int, representation: str, sex_and_age: bool, weight_and_size: bool) -> Action:
    if tag == _PIXEL_DATA:
        return Action.PIXELS
    if tag in _SHIFTED:
        return Action.SHIFT
    if tag in _DESCRIPTIONS:
        return Action.TOKENS
    if tag in _tags("PatientSex", "PatientAge") and sex_and_age:
        return Action.SEX if tag in _tags("PatientSex") else Action.AGE
    if tag in _WEIGHT_AND_SIZE and weight_and_size:
        return Action.NUMBER
    listed = table().get(tag)
    if listed is not None:
        kept = {"U": Action.UID, "X/Z/U*": Action.RECURSE}
        return kept.get(listed, Action.REMOVE)
    return _unlisted(tag, representation)


def _unlisted(tag: int, representation: str) -> Action:
    """Default-deny: of the attributes that the table does not list, only what cannot name anyone is kept."""
    if tag >> 16 in (0x0010, 0x0012, 0x0032, 0x0038, 0x4008) and representation != "SQ":
        return Action.REMOVE
    if tag in _TEXTS:
        return Action.TEXT
    if representation in _NUMBERS:
        return Action.NUMBER
    return {"UI": Action.UID, "SQ": Action.RECURSE, "CS": Action.TERM, "AT": Action.POINTER}.get(
        representation, Action.REMOVE
    )


def _multiplicity(text: str) -> tuple[int, int | None]:
    """Parse a value multiplicity such as 1, 1-3, 2-2n or 1-n."""
    least, _, most = text.partition("-")
    if not most:
        return int(least), int(least)
    return int(least), int(most) if most.isdigit() else None
