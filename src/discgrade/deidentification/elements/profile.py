"""What happens to each attribute: Table E.1-1 of DICOM PS3.15 under the options chosen here, default-deny beyond it.

Basic Application Level Confidentiality Profile (113100) with the options Retain Longitudinal Temporal Information
Modified Dates (113107), Retain Patient Characteristics (113108, cut to sex and age) and Clean Descriptors (113105, for
two descriptions). The table's edition is in its file's name.
"""

import csv
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pydicom.datadict import dictionary_VM
from pydicom.tag import Tag

from discgrade.deidentification.elements import raw, vocabulary
from discgrade.deidentification.elements.values import Multiplicity

TABLE = "ps315_table_e1_1_2026c.csv"

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
LEGACY_ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.4"
SOP_CLASSES = frozenset({MR_IMAGE, ENHANCED_MR, LEGACY_ENHANCED_MR})


class Action(Enum):
    """What is done to an element; a value that is not fit for its action is removed."""

    DROP = auto()  # leaves no trace
    REMOVE = auto()  # a dummy where Type 1, empty where Type 2, else dropped: the table's X, Z, D and their mixtures
    UID = auto()
    RECURSE = auto()
    NUMBER = auto()
    TERM = auto()
    TEXT = auto()
    DESCRIBE = auto()
    SHIFT = auto()
    SEX = auto()
    AGE = auto()


class Options(NamedTuple):
    """What is kept of the patient's characteristics (113108)."""

    sex_and_age: bool = True
    weight_and_size: bool = False


DEFAULT = Options()


@dataclass(frozen=True)
class Rule:
    """How one attribute is treated.

    Attributes:
        action: What is done.
        representations: Value representations of the dictionary; an element with another one is removed.
        multiplicity: Least and greatest number of values; None: unbounded.
    """

    action: Action
    representations: tuple[str, ...] = ()
    multiplicity: Multiplicity = (0, None)


def _tags(*keywords: str) -> frozenset[int]:
    return frozenset(int(Tag(keyword)) for keyword in keywords)


# Type 2 attributes of the three MR objects (PS3.3 A.4, A.36, A.71): without a value they stay, empty.
TYPE_2 = _tags(
    "StudyDate", "StudyTime", "ContentDate", "ContentTime", "AccessionNumber", "Manufacturer",
    "ReferringPhysicianName", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "SeriesNumber",
    "InstanceNumber", "PatientOrientation", "Laterality", "PatientPosition", "PositionReferenceIndicator",
    "ContrastBolusAgent", "ScanOptions", "MRAcquisitionType", "SliceThickness", "RepetitionTime", "EchoTime",
    "InversionTime", "EchoTrainLength", "TriggerTime", "LowRRValue", "HighRRValue", "IntervalsAcquired",
    "IntervalsRejected", "ReceiveCoilManufacturerName", "TransmitCoilManufacturerName", "MRSpatialSaturationSequence",
    "ReferencedImageSequence", "SourceImageSequence", "DerivationImageSequence", "AcquisitionContextSequence",
    "PurposeOfReferenceCodeSequence", "ContrastBolusVolume", "ContrastBolusIngredientConcentration",
    "ContrastBolusIngredientCodeSequence", "ContrastBolusAgentDetected", "ContrastBolusAgentPhase",
    "ASLTechniqueDescription", "ASLBolusCutoffTechnique",
)  # fmt: skip

# What stands for the value of a Type 1 attribute of a multi-frame image.
DUMMIES = {
    **dict.fromkeys(
        _tags("AcquisitionDateTime", "FrameAcquisitionDateTime", "FrameReferenceDateTime", "FunctionalSyncPulse"),
        b"19000101000000",
    ),
    **dict.fromkeys(
        _tags(
            "Manufacturer",
            "ManufacturerModelName",
            "SoftwareVersions",
            "PulseSequenceName",
            "ReceiveCoilName",
            "TransmitCoilName",
            "MultiCoilElementName",
            "LUTExplanation",
            "LUTLabel",
        ),
        b"REMOVED",
    ),
    int(Tag("ContentDate")): b"19000101",
    int(Tag("ContentTime")): b"000000",
    int(Tag("ParallelAcquisitionTechnique")): b"OTHER",
    int(Tag("StackID")): b"1",
}
# What describes how pixels are stored: the pixels prove these numbers, and mean something else without them.
PIXELS = _tags(
    "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit",
)  # fmt: skip
# Times and grey values, in which a number of four or five digits is as common as an ID of as many.
MEASURED = _tags(
    "RepetitionTime", "EchoTime", "EffectiveEchoTime", "InversionTime", "InversionTimes", "TriggerTime",
    "AcquisitionDuration", "FrameAcquisitionDuration", "PixelBandwidth", "MagneticFieldStrength", "WindowCenter",
    "WindowWidth", "SmallestImagePixelValue", "LargestImagePixelValue",
)  # fmt: skip
NUMBER_OF_FRAMES = int(Tag("NumberOfFrames"))
DEVICE_SERIAL_NUMBER = int(Tag("DeviceSerialNumber"))

_SHIFTED = _tags("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_DESCRIPTIONS = _tags("SeriesDescription", "ProtocolName")
# Tables of grey values could spell anything, and no MR image needs them. Context groups say nothing without the code,
# descriptions of private elements nothing without these.
_DROPPED = _tags(
    "ModalityLUTSequence", "VOILUTSequence", "LUTData", "LUTDescriptor", "ContextUID", "MappingResourceUID",
    "ContextGroupExtensionCreatorUID", "PrivateDataElementCharacteristicsSequence",
)  # fmt: skip
_WEIGHT_AND_SIZE = _tags("PatientWeight", "PatientSize")
_NUMBERS = frozenset({"DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "SV", "UV", "AT"})
# Commands, file and directory elements, signatures, padding.
_FILE_GROUPS = frozenset({0x0000, 0x0002, 0x0004, 0xFFFA, 0xFFFC})
_IMAGING_GROUPS = frozenset({0x0008, 0x0018, 0x0020, 0x0028, 0x0040, 0x0054, 0x2050, 0x5200})


@cache
def table() -> dict[int, str]:
    """Return the basic profile's action by tag, for all of Table E.1-1 but repeating groups and private tags."""
    text = (files(__package__) / TABLE).read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if "x" not in row["tag"] and row["tag"] != "private"]
    return {int(row["tag"], 16): row["basic"] for row in rows}


@cache
def rule(tag: int, options: Options = DEFAULT) -> Rule:
    """Return how an attribute is treated.

    Private elements, group lengths, unknown tags and every group that describes no image are dropped: command and file
    elements (0000, 0002), directories (0004), curves (50xx), overlays (60xx), pixels (7FE0), signatures and padding
    (FFFx).
    """
    representations = raw.dictionary(tag)
    listed = table().get(tag)
    unknown = representations[0] in ("", "NONE") or tag & 0xFFFF in (0x0000, 0x0001) or tag in _DROPPED
    elsewhere = tag >> 16 not in _IMAGING_GROUPS if listed is None else tag >> 16 in _FILE_GROUPS
    if unknown or elsewhere:
        return Rule(Action.DROP)
    return Rule(_action(tag, representations[0], listed, options), representations, _multiplicity(dictionary_VM(tag)))


def _action(tag: int, representation: str, listed: str | None, options: Options) -> Action:
    chosen = _chosen(options).get(tag)
    if chosen is not None:
        return chosen
    if listed is not None:
        return {"U": Action.UID, "X/Z/U*": Action.RECURSE}.get(listed, Action.REMOVE)
    if tag in vocabulary.text_tags():
        return Action.TEXT
    if representation in _NUMBERS:
        return Action.NUMBER
    return {"UI": Action.UID, "SQ": Action.RECURSE, "CS": Action.TERM}.get(representation, Action.REMOVE)


@cache
def _chosen(options: Options) -> dict[int, Action]:
    """Return the actions of attributes that the options (113107, 113105, 113108) keep in part."""
    chosen = dict.fromkeys(_SHIFTED, Action.SHIFT) | dict.fromkeys(_DESCRIPTIONS, Action.DESCRIBE)
    if options.sex_and_age:
        chosen |= {int(Tag("PatientSex")): Action.SEX, int(Tag("PatientAge")): Action.AGE}
    if options.weight_and_size:
        chosen |= dict.fromkeys(_WEIGHT_AND_SIZE, Action.NUMBER)
    return chosen


def _multiplicity(text: str) -> Multiplicity:
    """Parse a value multiplicity such as 1, 1-3, 2-2n or 1-n."""
    least, _, most = text.partition("-")
    if not most:
        return int(least), int(least)
    return int(least), int(most) if most.isdigit() else None
