"""Text in and of a volume: none of it is taken. What an exported volume may hold is a closed list of elements."""

import re
import struct
from pathlib import Path

from pydicom.dataset import Dataset

from discgrade.deidentification.files.contents import RejectedError

ELEMENTS = frozenset({
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "Manufacturer",
    "SeriesDescription", "PatientName", "PatientID", "PatientSex", "PatientAge", "PatientIdentityRemoved",
    "DeidentificationMethod", "RepetitionTime", "EchoTime", "MagneticFieldStrength", "StudyInstanceUID",
    "SeriesInstanceUID", "InstanceNumber", "FrameOfReferenceUID", "SamplesPerPixel", "PhotometricInterpretation",
    "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "PixelData",
    "PixelMeasuresSequence", "PlaneOrientationSequence", "PlanePositionSequence", "PixelValueTransformationSequence",
    "PixelSpacing", "SliceThickness", "SpacingBetweenSlices", "ImageOrientationPatient", "ImagePositionPatient",
    "RescaleIntercept", "RescaleSlope", "RescaleType",
})  # fmt: skip
"""All that an exported volume may hold."""
METHOD = "Made of voxels and geometry alone; no text was taken"

_SERIES = re.compile(r"(?:s?t[12](?:w|star)?|pd|flair|stir|tirm|dwi|adc|space|tse|fse|fs|dixon|vista|cube|[ w])*", re.I)
_UID = re.compile(r"2\.25\.\d{1,39}")
_PSEUDONYM = re.compile(r"P[0-9a-f]{16}")
_SPOKEN = {"descrip": (148, 80), "aux_file": (228, 24), "intent_name": (328, 16), "db_name": (14, 18)}


def check_written(dataset: Dataset) -> None:
    """Check an exported volume element by element.

    Raises:
        RejectedError: if it holds an element, or a text, that is not on the list.
    """
    for element in dataset.iterall():
        if element.keyword not in ELEMENTS:
            raise RejectedError("read-back: an element that is not on the list")
    texts = {"PatientID": _PSEUDONYM, "PatientName": _PSEUDONYM, "SeriesDescription": _SERIES}
    texts |= dict.fromkeys(("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"), _UID)
    for keyword, pattern in texts.items():
        if not pattern.fullmatch(str(dataset.get(keyword) or "")) and dataset.get(keyword):
            raise RejectedError(f"read-back: a {keyword} that is made of the volume's own words")


def spoken(path: Path) -> list[str]:
    """Return the names of the fields of a NIfTI header that hold text, extensions among them; none of other formats."""
    if not path.name.casefold().endswith((".nii", ".nii.gz")):
        return []
    import gzip  # noqa: PLC0415

    try:
        with gzip.open(path, "rb") if path.name.casefold().endswith(".gz") else path.open("rb") as file:
            head = file.read(352)
        order = "<" if struct.unpack_from("<i", head)[0] == 348 else ">"
        (offset,) = struct.unpack_from(f"{order}f", head, 108)
    except (OSError, EOFError, struct.error):
        return []
    found = [name for name, (at, size) in _SPOKEN.items() if head[at : at + size].strip(b"\0 ")]
    return [*found, "extension"] if len(head) == 352 and head[348] and offset > 352 else found
