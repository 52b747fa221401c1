"""What a new DICOM object takes over from the images that it is about: whose they are and which study, nothing else.

Dates of the new objects are those of the study: the same images and the same bundle give the same bytes.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID

from discgrade.grading.discs import GradedStudy, Source, Sources
from discgrade.imaging.dicom import written
from discgrade.keyed import uid

MAKER = "discgrade"
CHARACTERS = "ISO_IR 192"
"""UTF-8, whatever the images are written in."""
NO_DATE = "19000101"
"""Content date where no date is known: the element may not be empty (PS3.3 C.17.2)."""

_NAMES = ("PatientName", "ReferringPhysicianName")
_PATIENT = ("PatientID", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber")
_REMOVED = ("PatientIdentityRemoved", "DeidentificationMethod")
_IMAGE = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
_REMOVED_BY = "DeidentificationMethodCodeSequence"
_LONGEST = {
    "PatientID": 64, "IssuerOfPatientID": 64, "DeidentificationMethod": 64, "StudyID": 16, "AccessionNumber": 16,
}  # fmt: skip
_SEXES = ("M", "F", "O")
_GEOMETRY = ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "SliceThickness")


@dataclass(frozen=True)
class Moment:
    """The date and time that new objects carry, as DICOM writes them."""

    date: str
    time: str


def about(header: Dataset) -> Dataset:
    """Return a header reduced to what a new object takes over, in UTF-8; what is missing or unreadable is empty.

    Only geometry that is complete is taken over, so that a report describes an image wholly or by its size alone.
    Names are left to `name`: libraries write those that look odd to them into their warnings.

    Raises:
        ValueError: if a UID is missing or is none: nobody could tell what the new object is about.
    """
    found = Dataset()
    found.SpecificCharacterSet = CHARACTERS
    for keyword in (*_IMAGE, *_PATIENT, *_NAMES):
        setattr(found, keyword, "" if keyword in _NAMES else text(header, keyword)[: _LONGEST.get(keyword)])
    if not all(UID(text(header, keyword)).is_valid for keyword in _IMAGE):
        raise ValueError("UIDs of the image should be valid (PS3.5 9.1)")
    found.PatientBirthDate = _valid(found.PatientBirthDate, "%Y%m%d")
    found.PatientSex = found.PatientSex if found.PatientSex in _SEXES else ""
    found.StudyDate, found.StudyTime = _valid(text(header, "StudyDate"), "%Y%m%d"), _time(text(header, "StudyTime"))
    found.Rows, found.Columns = header.Rows, header.Columns
    found.Modality = ""
    if text(header, "FrameOfReferenceUID"):
        found.FrameOfReferenceUID = text(header, "FrameOfReferenceUID")
    if all(text(header, keyword) for keyword in _GEOMETRY):
        found.Modality = "MR"
        for keyword in _GEOMETRY:
            setattr(found, keyword, header[keyword].value)
    return found


def name(made: Dataset, header: Dataset, reduced: Dataset) -> None:
    """Say whose an object is, in the words of an image's header and of what `about` made of it."""
    for keyword in (*_PATIENT, *_NAMES, "IssuerOfPatientID", *_REMOVED):
        value = reduced[keyword].value if keyword in _PATIENT else text(header, keyword)[: _LONGEST.get(keyword)]
        if value or keyword in (*_PATIENT, *_NAMES):
            setattr(made, keyword, value)
    if _REMOVED_BY in header:
        made[_REMOVED_BY] = deepcopy(header[_REMOVED_BY])
    elif text(made, "PatientIdentityRemoved") == "YES" and not text(made, "DeidentificationMethod"):
        made.DeidentificationMethod = "not told by the image"


def text(header: Dataset, keyword: str) -> str:
    """Return an element as text; empty if it is missing or cannot be read."""
    try:
        value: Any = header.get(keyword)
        return "" if value is None else written(value).strip(" \0")
    except Exception:
        return ""


def moment(header: Dataset) -> Moment:
    """Return the study's date and time, those of the series if it has none."""
    for name in ("Study", "Series", "Acquisition", "Content"):
        date = _valid(text(header, f"{name}Date"), "%Y%m%d")
        if date:
            return Moment(date, _time(text(header, f"{name}Time")) or "000000")
    return Moment(NO_DATE, "000000")


def first(study: GradedStudy, sources: Sources) -> Source:
    """Return the slice of a study's first disc."""
    return sources[study.discs[0].place.image]


def frame_numbers(source: Source, frame: int) -> list[int] | None:
    """Return the frame to name in a reference; None for an image of a single frame: it is all of it (PS3.3 10.3)."""
    frames = text(source.header, "NumberOfFrames")
    return [frame] if frames.isdecimal() and int(frames) > 1 else None


def derived_uid(study: GradedStudy, *what: str | int) -> str:
    """Return a UID that depends on the study, the bundle and what it names."""
    return uid("graded", study.study_uid, study.discs[0].bundle, *what)


def settle(made: Dataset) -> None:
    """Take away when an object was made, and by which version of which library: its content decides its bytes."""
    for keyword in ("InstanceCreationDate", "InstanceCreationTime"):
        if keyword in made:
            delattr(made, keyword)
    for item in made.get("ContributingEquipmentSequence", []):
        if "ContributionDateTime" in item:
            del item.ContributionDateTime


def _valid(value: str, form: str) -> str:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return ""
    return value


def _time(value: str) -> str:
    whole, _, fraction = value.partition(".")
    if not _valid(whole, "%H%M%S") or (fraction and not fraction.isdecimal()):
        return ""
    return value[:13]
