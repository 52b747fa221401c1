"""One file: read, judged, cleaned, written to bytes and read back; it is either exported or rejected with a reason."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import FileDataset
from pydicom.tag import Tag

from discgrade.deidentification.elements import encoding, profile, raw, readback
from discgrade.deidentification.elements.cleaner import Cleaner
from discgrade.deidentification.elements.declaring import declare
from discgrade.deidentification.elements.tags import (
    BURNED_IN,
    CONVERSION,
    IMAGE_TYPE,
    ISSUER,
    PATIENT_ID,
    PHOTOMETRIC,
    SAMPLES,
    SERIES,
    SIGNED,
    SOP_CLASS,
    SOP_INSTANCE,
    STUDY,
)
from discgrade.deidentification.files import instances
from discgrade.deidentification.files.contents import RejectedError, read_dataset, silence, transfer_syntax
from discgrade.deidentification.identity.identifiers import PatientIdentifiers, identifiers_in
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.pixels import bits
from discgrade.deidentification.pixels.rescaling import check_rescaling
from discgrade.deidentification.pixels.taking import take_pixels, with_high_bit
from discgrade.imaging import opening
from discgrade.imaging.header import capped, patient_key

_TOLD = {
    name: int(Tag(keyword))
    for name, keyword in {
        "sex": "PatientSex", "age": "PatientAge", "field_strength": "MagneticFieldStrength",
        "row_spacing": "PixelSpacing",
    }.items()
}  # fmt: skip
_DEVICE = tuple(int(Tag(name)) for name in ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber"))
_GREY = ("MONOCHROME1", "MONOCHROME2")
_SCREENS = ("SCREEN", "REPORT")

Gathered = dict[str, set[str]]
"""Identifiers of patients by their pseudonyms, as far as files have told them."""


@dataclass(frozen=True)
class Exported:
    """An anonymised file.

    Attributes:
        content: The whole file.
        record: Its row of `export.INSTANCES`, without path.
        duplicate: Digest of pixels and attributes but UIDs: two files of a patient that share it are one image sent
            twice. None where the image is blank.
        image: Digest of pixels and attributes: two files of one SOP Instance UID that share it are the same image.
        unread: Columns of the row that are empty though the source says something there.
    """

    content: bytes
    record: dict[str, Any]
    duplicate: bytes | None
    image: bytes
    unread: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What is the same for all files of a study.

    Attributes:
        pseudonyms: Replaces identifiers.
        options: What is kept of the patients' characteristics.
        words: Allowed words of descriptions, in lower case.
    """

    pseudonyms: Pseudonyms
    options: profile.Options
    words: frozenset[str]


def deidentify_file(content: bytes, settings: Settings, gathered: Gathered) -> Exported:
    """De-identify one DICOM file.

    Args:
        content: The file.
        settings: What is kept and what replaces it.
        gathered: The patients' identifiers that the files before have told; this file's are added.

    Raises:
        RejectedError: if the file is not exported; nothing else is raised, whatever the content.
    """
    with silence():
        try:
            return _deidentified(read_dataset(content), settings, gathered)
        except RejectedError:
            raise
        except Exception:
            raise RejectedError("cannot be read") from None


def identifiers_of(path: Path) -> set[str]:
    """Return what identifies people in the header of a file; nothing of a file that cannot be read."""
    with silence(), suppress(Exception), path.open("rb") as file:
        return identifiers_in(raw.item(opening.read(file, stop_before_pixels=True)))
    return set()


def _deidentified(dataset: FileDataset, settings: Settings, gathered: Gathered) -> Exported:
    elements = raw.item(dataset)
    _judge(elements)
    sop_class, instance, study = (raw.text(elements, tag) for tag in (SOP_CLASS, SOP_INSTANCE, STUDY))
    patient, issuer = (capped(raw.text(elements, tag)) for tag in (PATIENT_ID, ISSUER))
    key = patient_key(patient, issuer, study)
    identifiers = gathered.setdefault(settings.pseudonyms.patient(key), set())
    identifiers |= identifiers_in(elements)
    cleaner = Cleaner(
        pseudonyms=settings.pseudonyms,
        patient=key,
        identifiers=PatientIdentifiers(frozenset(identifiers)),
        options=settings.options,
        words=settings.words,
        enhanced=sop_class != profile.MR_IMAGE,
        signed=raw.number(elements, SIGNED) == 1,
        device=tuple(raw.text(elements, tag) for tag in _DEVICE),
        encodings=raw.codecs(elements, ["latin-1"]),
    )
    kept = declare(cleaner.clean(elements), cleaner)
    image = take_pixels(elements, kept, transfer_syntax(dataset), cleaner.identifiers)
    head = encoding.file_head(sop_class, settings.pseudonyms.uid(instance), image.transfer_syntax)
    header = head + encoding.dataset(with_high_bit(kept))
    written = _checked(header, cleaner)
    try:
        check_rescaling(written, image.lowest, image.highest)
    except bits.DescriptionError as reason:
        raise RejectedError(str(reason)) from None
    content = header + image.encoded
    row = instances.record(written, content, image)
    duplicate = None if image.blank else _duplicate(row["patient"], kept, image.digest)
    same = hashlib.sha256(image.digest.encode() + encoding.dataset(kept)).digest()
    return Exported(content, row, duplicate, same, tuple(_unread(row, elements, settings.options)))


def _unread(row: dict[str, Any], elements: raw.Item, options: profile.Options) -> Iterator[str]:
    for name, tag in _TOLD.items():
        dropped = name in ("sex", "age") and not options.sex_and_age
        if row[name] is None and not dropped and raw.text(elements, tag):
            yield name


def _judge(elements: raw.Item) -> None:
    """Let only grey images of the three MR SOP classes pass, and no screen with text in its pixels."""
    sop_class = raw.text(elements, SOP_CLASS)
    if sop_class not in profile.SOP_CLASSES:
        raise RejectedError("not an MR image" if sop_class in UID_dictionary else "private or missing SOP class")
    if raw.text(elements, BURNED_IN).upper() == "YES":
        raise RejectedError("burned-in annotation")
    image_type = raw.text(elements, IMAGE_TYPE).upper()
    if any(word in image_type for word in _SCREENS) or raw.text(elements, CONVERSION):
        raise RejectedError("processed screen")
    if encoding.PIXEL_DATA not in elements:
        raise RejectedError("without pixels")
    if raw.number(elements, SAMPLES) > 1 or raw.text(elements, PHOTOMETRIC) not in _GREY:
        raise RejectedError("not a grey image")
    if not all(raw.text(elements, tag) and elements[tag].kind == "UI" for tag in (SOP_INSTANCE, STUDY, SERIES)):
        raise RejectedError("without SOP, study or series instance UID")


def _duplicate(patient: str, kept: Collection[encoding.Element], pixel_digest: str) -> bytes:
    attributes = encoding.dataset(one for one in kept if one[1] not in ("UI", "SQ"))
    return hashlib.sha256(f"{patient} {pixel_digest}".encode() + attributes).digest()


def _checked(header: bytes, cleaner: Cleaner) -> raw.Item:
    """Read a header back; whatever may not be in it rejects the file."""
    elements = readback.reread(header)
    if readback.unexpected(elements, cleaner.options, cleaner.uids) or readback.names(elements) != {cleaner.pseudonym}:
        raise RejectedError("read-back: an element that may not leave")
    if readback.holds(elements, cleaner.identifiers, cleaner.uids.values()):
        raise RejectedError("read-back: one of the patient's own values")
    return elements
