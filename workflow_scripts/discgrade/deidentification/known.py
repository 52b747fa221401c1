"""A patient's own values: what must not be found in anything that is written for that patient."""

import re
from collections.abc import Iterator

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag

from discgrade.deidentification.values import parsed_date

_IDENTIFIERS = frozenset(
    int(Tag(keyword))
    for keyword in (
        "PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "InstitutionName", "InstitutionAddress",
        "StationName", "DeviceSerialNumber", "PatientAddress", "RequestedProcedureID", "AdmissionID",
        "InstitutionalDepartmentName", "ScheduledProcedureStepID", "PerformedProcedureStepID", "MedicalRecordLocator",
        "MilitaryRank", "PatientBirthName", "Occupation", "IssuerOfPatientID", "ServiceEpisodeID",
    )
)  # fmt: skip
_PHONES = frozenset(
    {int(Tag("PatientTelephoneNumbers")), int(Tag("ReferringPhysicianTelephoneNumbers")), int(Tag("InstitutionName"))}
)
_BIRTH = int(Tag("PatientBirthDate"))


def own_values(dataset: Dataset) -> set[str]:
    """Return the patient's and the staff's names, identifiers, addresses and birth date in a data set, in lower case."""
    found: set[str] = set()
    for element, encodings in _elements(dataset, ["iso8859"]):
        tag = int(element.tag)
        raw = element.value
        if not isinstance(raw, bytes) or not raw.strip(b" \0"):
            continue
        representation = element.VR or _dictionary(tag)
        if representation == "PN":
            found.update(_names(_decoded(raw, encodings)))
        elif tag in _IDENTIFIERS:
            found.update(part.strip().casefold() for part in _decoded(raw, encodings).split("\\"))
        elif tag == _BIRTH:
            found.update(_birth_forms(raw.decode("latin-1").strip(" \0")))
        if tag in _PHONES:
            found.add(re.sub(r"\D", "", raw.decode("latin-1")))
    return {value for value in found if value}


def _elements(dataset: Dataset, encodings: list[str]) -> Iterator[tuple[RawDataElement, list[str]]]:
    charset = dataset.get_item(0x00080005) if 0x00080005 in dataset else None
    if charset is not None and charset.value:
        raw = charset.value
        names = raw.decode("latin-1").strip(" \0").split("\\") if isinstance(raw, bytes) else raw
        try:
            encodings = convert_encodings(names)
        except (LookupError, ValueError):
            encodings = ["latin-1"]
    for element in list(dataset.values()):
        if isinstance(element, RawDataElement):
            yield element, encodings
        if element.VR == "SQ" or (element.VR is None and _dictionary(int(element.tag)) == "SQ"):
            for item in dataset[element.tag].value:
                yield from _elements(item, encodings)


def _decoded(raw: bytes, encodings: list[str]) -> str:
    try:
        return decode_bytes(raw, encodings, {0x5C, 0x5E, 0x3D}).strip(" \0")
    except (LookupError, ValueError):
        return raw.decode("latin-1").strip(" \0")


def _dictionary(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""


def _names(text: str) -> set[str]:
    return {part for part in re.split(r"[\s^=\\,.;\-]+", text.casefold()) if part}


def _birth_forms(text: str) -> set[str]:
    day = parsed_date(text)
    if day is None:
        return {text}
    forms = ("%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d%m%Y", "%d.%m.%y", "%d-%m-%Y")
    return {day.strftime(form) for form in forms}
