"""One file: read, judged, cleaned, written to bytes and read back; it is either exported or rejected with a reason."""

import hashlib
import io
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import Tag
from pydicom.uid import UID_dictionary

from discgrade.deidentification import elements, encoding, known, pixels, profile, readback, values
from discgrade.deidentification.pseudonyms import Pseudonyms, patient_key

_METHOD = "discgrade: PS3.15 Basic Profile, default-deny"
_CODES = {
    "113100": "Basic Application Confidentiality Profile",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
    "113105": "Clean Descriptors Option",
}
_ADDED = frozenset(
    int(Tag(keyword))
    for keyword in (
        "PatientName", "PatientID", "PatientIdentityRemoved", "DeidentificationMethod",
        "DeidentificationMethodCodeSequence", "LongitudinalTemporalInformationModified",
    )
)  # fmt: skip


class Rejected(Exception):
    """A file that is not exported; the message is the reason and says nothing of the file's content."""


@dataclass(frozen=True)
class Exported:
    """An anonymised file.

    Attributes:
        content: The whole file.
        record: Its row of `records.INSTANCES` without path.
        old_uid: SOP Instance UID in the source.
        patient_id: Patient ID in the source.
        own: The patient's own values in this file.
        constant: Whether all its pixels are equal.
    """

    content: bytes
    record: dict[str, Any]
    old_uid: str
    patient_id: str
    own: frozenset[str]
    constant: bool


def deidentify_file(content: bytes, pseudonyms: Pseudonyms, options: Mapping[str, Any]) -> Exported:
    """De-identify one DICOM file.

    Raises:
        Rejected: if the file is not exported; nothing else is raised for any content.
    """
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _deidentified(content, pseudonyms, options)
        except Rejected:
            raise
        except Exception:
            raise Rejected("cannot be read") from None


def _deidentified(content: bytes, pseudonyms: Pseudonyms, options: Mapping[str, Any]) -> Exported:
    dataset = _read(content)
    _judge(dataset)
    uids = {
        name: elements.text(dataset, int(Tag(name)))
        for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
    }
    if not all(uids.values()):
        raise Rejected("no SOP, study or series instance UID")
    patient_id = elements.text(dataset, 0x00100020)
    own = frozenset(known.own_values(dataset))
    patient = elements.Patient(
        key=patient_key(patient_id, elements.text(dataset, 0x00100021), uids["StudyInstanceUID"]),
        own=own,
        sex_and_age=bool(options.get("keep_sex_and_age", True)),
        weight_and_size=bool(options.get("keep_weight_and_size", False)),
        signed=elements.number(dataset, 0x00280103) == 1,
    )
    sop_class = elements.text(dataset, 0x00080016)
    kept = elements.clean(dataset, patient, pseudonyms)
    try:
        image = pixels.extract(dataset)
    except Exception:
        raise Rejected("pixels cannot be decoded") from None
    written = encoding.file_head(
        sop_class, pseudonyms.uid(uids["SOPInstanceUID"]), image.transfer_syntax
    ) + encoding.dataset(_with_marks(kept, patient, pseudonyms))
    reread = readback.reread(written)
    if readback.unexpected(reread, _ADDED):
        raise Rejected("read-back found an element that is not allowed")
    if readback.found(written, own):
        raise Rejected("read-back found a value of the patient's own")
    whole = written + image.encoded
    return Exported(
        whole, _record(reread, whole, image.digest), uids["SOPInstanceUID"], patient_id, own, image.constant
    )


def _read(content: bytes) -> FileDataset:
    try:
        return pydicom.dcmread(io.BytesIO(content))
    except InvalidDicomError:
        raise Rejected("not DICOM") from None


def _judge(dataset: FileDataset) -> None:
    """Let only images of the three MR SOP classes pass, and no screen with text burned in."""
    sop_class = elements.text(dataset, 0x00080016)
    if sop_class not in profile.SOP_CLASSES:
        known_class = sop_class in UID_dictionary
        raise Rejected("not an MR image" if known_class else "private or missing SOP class")
    if elements.text(dataset, 0x00280301).upper() == "YES":
        raise Rejected("burned-in annotation")
    image_type = elements.text(dataset, 0x00080008).upper()
    if "SCREEN" in image_type or elements.text(dataset, 0x00080064):
        raise Rejected("processed screen")
    if (elements.number(dataset, 0x00280002) or 1) != 1:
        raise Rejected("colour image")
    if 0x7FE00010 not in dataset:
        raise Rejected("no pixels")


def _with_marks(
    kept: list[encoding.Element], patient: elements.Patient, pseudonyms: Pseudonyms
) -> list[encoding.Element]:
    """Replace name and ID by the pseudonym and say what was done (PS3.15 E.1, PS3.3 C.7.1.1, C.12.1)."""
    pseudonym = pseudonyms.patient(patient.key).encode()
    codes = ["113100"]
    codes += ["113107"] if patient.shifted else []
    codes += ["113108"] if patient.sex_and_age or patient.weight_and_size else []
    codes += ["113105"] if patient.described else []
    added = {
        0x00100010: ("PN", pseudonym),
        0x00100020: ("LO", pseudonym),
        0x00120062: ("CS", b"YES"),
        0x00120063: ("LO", _METHOD.encode()),
        0x00120064: ("SQ", encoding.items(map(_code, codes))),
        0x00280303: ("CS", b"MODIFIED" if patient.shifted else b"REMOVED"),
    }
    return [one for one in kept if one[0] not in added] + [(tag, *rest) for tag, rest in added.items()]


def _code(value: str) -> bytes:
    return encoding.dataset(
        [(0x00080100, "SH", value.encode()), (0x00080102, "SH", b"DCM"), (0x00080104, "LO", _CODES[value].encode())]
    )


def _record(dataset: Dataset, content: bytes, pixel_digest: str) -> dict[str, Any]:
    """Return the row of `records.INSTANCES` of an exported file, without its path."""
    spacing = _floats(dataset, "PixelSpacing", 2)
    age = values.years(str(dataset.get("PatientAge") or ""))
    return {
        "patient": str(dataset.PatientID),
        "study_uid": str(dataset.StudyInstanceUID),
        "series_uid": str(dataset.SeriesInstanceUID),
        "sop_instance_uid": str(dataset.SOPInstanceUID),
        "frames": int(dataset.get("NumberOfFrames") or 1),
        "rows": int(dataset.Rows),
        "columns": int(dataset.Columns),
        "row_spacing": spacing[0] if spacing else None,
        "column_spacing": spacing[1] if spacing else None,
        "orientation": _floats(dataset, "ImageOrientationPatient", 6),
        "position": _floats(dataset, "ImagePositionPatient", 3),
        "series_description": str(dataset.get("SeriesDescription") or "") or None,
        "maker": str(dataset.get("Manufacturer") or "") or None,
        "field_strength": float(dataset.MagneticFieldStrength) if dataset.get("MagneticFieldStrength") else None,
        "sex": str(dataset.get("PatientSex") or "") or None,
        "age": age,
        "pixel_digest": pixel_digest,
        "bytes": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
    }


def _floats(dataset: Dataset, keyword: str, count: int) -> list[float] | None:
    value = dataset.get(keyword)
    return [float(part) for part in value] if value is not None and len(value) == count else None


def header_fields(path: Path) -> tuple[str, str, str, str, int, int, int]:
    """Return what the private index holds of a file: three identifiers, issuer, rows, columns, frames.

    A file that cannot be read has empty identifiers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            texts = [elements.text(dataset, tag) for tag in (0x00080018, 0x0020000D, 0x00100020, 0x00100021)]
            rows, columns, frames = (elements.number(dataset, tag) for tag in (0x00280010, 0x00280011, 0x00280008))
        except Exception:
            return "", "", "", "", 0, 0, 1
    return texts[0], texts[1], texts[2], texts[3], rows or 0, columns or 0, frames or 1
