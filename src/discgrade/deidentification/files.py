"""One file: read, judged, cleaned, written to bytes and read back; it is either exported or rejected with a reason."""

import hashlib
import io
import logging
import re
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.tag import Tag
from pydicom.uid import UID

from discgrade.deidentification import instances
from discgrade.deidentification.elements import codes, encoding, profile, raw, readback
from discgrade.deidentification.elements.cleaner import Cleaner
from discgrade.deidentification.identity.identifiers import PatientIdentifiers, identifiers_in
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.pixels import bits, codecs, pixel_data
from discgrade.deidentification.pixels.rescaling import check_rescaling
from discgrade.imaging import opening
from discgrade.imaging.header import capped, patient_key

SOP_CLASS, SOP_INSTANCE, STUDY, SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
PATIENT_ID, ISSUER = 0x00100020, 0x00100021
IMAGE_TYPE, CONVERSION, BURNED_IN = 0x00080008, 0x00080064, 0x00280301
SAMPLES, PHOTOMETRIC, FRAMES, ROWS, COLUMNS, BITS_STORED, HIGH_BIT, SIGNED = (
    0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280101, 0x00280102, 0x00280103,
)  # fmt: skip

TOO_LARGE = f"larger than {opening.LARGEST >> 30} GiB"
_METHOD = b"discgrade: PS3.15 Basic Profile, default-deny"
_TOLD = {
    name: int(Tag(keyword))
    for name, keyword in {
        "sex": "PatientSex", "age": "PatientAge", "field_strength": "MagneticFieldStrength",
        "row_spacing": "PixelSpacing",
    }.items()
}  # fmt: skip
_DEVICE = tuple(int(Tag(name)) for name in ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber"))
_GREY = ("MONOCHROME1", "MONOCHROME2")
_PUBLIC = re.compile(r"1\.2\.840\.10008(\.\d{1,4}){1,6}", re.ASCII)
_SCREENS = ("SCREEN", "REPORT")

Gathered = dict[str, set[str]]
"""Identifiers of patients by their pseudonyms, as far as files have told them."""


class RejectedError(Exception):
    """A file is not exported; the message is the reason and quotes nothing of the file."""


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


@contextmanager
def silence() -> Iterator[None]:
    """Keep pydicom's warnings and log messages in: they quote values."""
    log = logging.getLogger("pydicom")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


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
            return _deidentified(_read(content), settings, gathered)
        except RejectedError:
            raise
        except Exception:
            raise RejectedError("cannot be read") from None


def identifiers_of(path: Path) -> set[str]:
    """Return what identifies people in the header of a file; nothing of a file that cannot be read."""
    with silence(), suppress(Exception), path.open("rb") as file:
        return identifiers_in(raw.item(opening.read(file, stop_before_pixels=True)))
    return set()


def _read(content: bytes) -> FileDataset:
    try:
        return opening.read(io.BytesIO(content))
    except opening.NotDicomError:
        raise RejectedError("not DICOM") from None
    except opening.TooLargeError:
        raise RejectedError(TOO_LARGE) from None


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
    kept = _declared(cleaner.clean(elements), cleaner)
    image = _pixels(elements, kept, _transfer_syntax(dataset), cleaner.identifiers)
    head = encoding.file_head(sop_class, settings.pseudonyms.uid(instance), image.transfer_syntax)
    header = head + encoding.dataset(_with_high_bit(kept))
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


def _transfer_syntax(dataset: FileDataset) -> UID:
    try:
        return opening.transfer_syntax(dataset)
    except ValueError as reason:
        raise RejectedError(str(reason)) from None


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


def _pixels(
    elements: raw.Item, kept: Collection[encoding.Element], syntax: UID, identifiers: PatientIdentifiers
) -> pixel_data.Pixels:
    described = {tag: raw.Raw(tag, kind, value, (), False) for tag, kind, value in kept}
    try:
        image = pixel_data.extract(elements, described, syntax)
        if image.transfer_syntax != encoding.EXPLICIT_LITTLE and identifiers.within(image.encoded.decode("latin-1")):
            # Where a decoder does not look, a coded stream can hold a name; decoded pixels cannot.
            return pixel_data.extract(elements, described, syntax, coded=False)
        return image
    except codecs.TruncatedError:
        raise RejectedError("truncated pixel data") from None
    except bits.DescriptionError as reason:
        raise RejectedError(str(reason)) from None
    except Exception:
        raise RejectedError(_undecodable(syntax)) from None


def _with_high_bit(kept: Collection[encoding.Element]) -> list[encoding.Element]:
    """Set the High Bit to where the stored bits are written: at the lower end of a cell (PS3.5 8.1.1)."""
    stored = next(value for tag, _, value in kept if tag == BITS_STORED)
    high = (int.from_bytes(stored, "little") - 1).to_bytes(2, "little")
    return [(tag, kind, high if tag == HIGH_BIT else value) for tag, kind, value in kept]


def _undecodable(syntax: UID) -> str:
    """Say that pixels cannot be decoded, and of compressed ones what nobody here could read, by its public name."""
    if syntax not in UID_dictionary:
        return f"no decoder here for {syntax if _PUBLIC.fullmatch(syntax) else 'a private transfer syntax'}"
    if not syntax.is_encapsulated:
        return "pixels cannot be decoded"
    with suppress(NotImplementedError):
        if get_decoder(syntax).is_available:
            return f"pixels cannot be decoded: {syntax.name}"
    return f"no decoder here for {syntax.name}"


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


def _declared(kept: Collection[encoding.Element], cleaner: Cleaner) -> list[encoding.Element]:
    """Set the pseudonym for name and ID, and say what was done (PS3.15 E.1.1, PS3.3 C.7.1.1, C.12.1)."""
    characteristics = cleaner.options.sex_and_age or cleaner.options.weight_and_size
    done = {"113100": True, "113107": cleaner.shifted, "113108": characteristics, "113105": cleaner.described}
    declared = {
        "PatientName": ("PN", cleaner.pseudonym.encode()),
        "PatientID": ("LO", cleaner.pseudonym.encode()),
        "PatientIdentityRemoved": ("CS", b"YES"),
        "DeidentificationMethod": ("LO", _METHOD),
        "DeidentificationMethodCodeSequence": ("SQ", encoding.items(map(_code, compress(done, done.values())))),
        "LongitudinalTemporalInformationModified": ("CS", b"MODIFIED" if cleaner.shifted else b"REMOVED"),
    }
    added = {int(Tag(keyword)): value for keyword, value in declared.items()}
    return [one for one in kept if one[0] not in added] + [(tag, *value) for tag, value in added.items()]


def _code(code: str) -> bytes:
    return encoding.dataset(codes.item(code, "DCM"))
