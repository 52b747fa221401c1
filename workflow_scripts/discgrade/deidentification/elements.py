"""Cleaning a data set element by element: what is not known to be harmless is not written."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID_dictionary

from discgrade.deidentification import encoding, profile, values, vocabulary
from discgrade.deidentification.profile import Action, Rule
from discgrade.deidentification.pseudonyms import Pseudonyms

_SWAP = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 2}
_DEEPEST = 16


@dataclass
class Patient:
    """What cleaning needs to know of the patient and the file.

    Attributes:
        key: What tells the patient apart (`pseudonyms.patient_key`).
        own: The patient's own values in lower case; a description loses them though they be allowed words.
        sex_and_age: Whether sex and age are kept.
        weight_and_size: Whether weight and size are kept.
        signed: Whether pixels are signed: decides between US and SS where the file does not say.
        shifted: Whether a date was shifted.
        described: Whether a description was cleaned.
    """

    key: tuple[str, ...]
    own: frozenset[str]
    sex_and_age: bool
    weight_and_size: bool
    signed: bool = False
    shifted: bool = field(default=False, init=False)
    described: bool = field(default=False, init=False)


def clean(dataset: Dataset, patient: Patient, pseudonyms: Pseudonyms, depth: int = 0) -> list[encoding.Element]:
    """Return the elements of a data set that may leave, as tag, value representation and little-endian bytes.

    Raises:
        ValueError: if sequences lie deeper in one another than any image object needs.
    """
    if depth > _DEEPEST:
        raise ValueError("sequences are nested too deeply")
    kept = []
    for element in dataset.values():
        tag = int(element.tag)
        rule = profile.rule(tag, patient.sex_and_age, patient.weight_and_size)
        if rule.action in (Action.DROP, Action.PIXELS):
            continue
        representation = _representation(element, rule, patient.signed)
        value = None
        if representation is not None:
            value = _value(dataset, element, rule, representation, patient, pseudonyms, depth)
        if value is None and tag in profile.TYPE_2:
            value = b""
        if value is not None:
            kept.append((tag, representation or rule.representations[0], value))
    return kept


def _representation(element: DataElement | RawDataElement, rule: Rule, signed: bool) -> str | None:
    """Return the element's value representation, or None where it is not the dictionary's."""
    given = element.VR
    if given is None or given == "UN":
        known = rule.representations
        return known[0] if len(known) == 1 else ("SS" if signed and "SS" in known else known[0])
    return str(given) if given in rule.representations else None


def _value(
    dataset: Dataset,
    element: DataElement | RawDataElement,
    rule: Rule,
    representation: str,
    patient: Patient,
    pseudonyms: Pseudonyms,
    depth: int,
) -> bytes | None:
    """Return the bytes that an element keeps, or None."""
    tag = int(element.tag)
    if rule.action is Action.REMOVE:
        return None
    if representation == "SQ":
        return _sequence(dataset, element, patient, pseudonyms, depth)
    raw = little_endian(element, representation)
    if raw is None or len(raw) > 0xFFFE:
        return None
    if not (raw if representation in _SWAP else raw.strip(b" \0")):
        return b""
    if rule.action in (Action.NUMBER, Action.POINTER):
        return values.numbers(raw, representation, rule.multiplicity)
    if rule.action is Action.TERM:
        return vocabulary.coded(tag, raw)
    text = raw.rstrip(b" \0").decode("latin-1")
    if rule.action is Action.UID:
        return _uids(text, pseudonyms)
    return _texts(tag, rule.action, text.strip(), patient, pseudonyms)


def _texts(tag: int, action: Action, text: str, patient: Patient, pseudonyms: Pseudonyms) -> bytes | None:
    kept: str | None = None
    if action is Action.SHIFT:
        kept = values.shifted(text, pseudonyms.days(patient.key))
        patient.shifted |= kept is not None and kept != text
    elif action is Action.TOKENS:
        kept = vocabulary.description(text, patient.own)
        patient.described = True
    elif action is Action.SEX:
        kept = text if text in ("F", "M", "O") else None
    elif action is Action.AGE:
        kept = values.capped_age(text)
    elif action is Action.TEXT:
        kept = vocabulary.text_value(tag, text)
    return None if kept is None else kept.encode("ascii", "ignore")


def _uids(text: str, pseudonyms: Pseudonyms) -> bytes:
    parts = (part.strip(" \0") for part in text.split("\\"))
    return "\\".join(part if part in UID_dictionary or not part else pseudonyms.uid(part) for part in parts).encode()


def _sequence(
    dataset: Dataset,
    element: DataElement | RawDataElement,
    patient: Patient,
    pseudonyms: Pseudonyms,
    depth: int,
) -> bytes | None:
    if element.VR == "UN":
        return None
    found = [clean(item, patient, pseudonyms, depth + 1) for item in dataset[element.tag].value]
    if not any(found):
        return None
    return encoding.items(encoding.dataset(item) for item in found)


def little_endian(element: DataElement | RawDataElement, representation: str) -> bytes | None:
    """Return the raw bytes of an element that is not a sequence, numbers in little-endian order."""
    if not isinstance(element, RawDataElement) or not isinstance(element.value, bytes | None):
        return None
    raw = element.value or b""
    size = _SWAP.get(representation)
    if element.is_little_endian or size is None or len(raw) % size:
        return raw
    return np.frombuffer(raw, f">u{size}").astype(f"<u{size}").tobytes()


def text(dataset: Dataset, tag: int) -> str:
    """Return the raw text of a top-level element, undecoded (Latin 1) and stripped; empty if there is none."""
    element = dataset.get_item(tag) if tag in dataset else None
    raw = getattr(element, "value", None)
    return raw.decode("latin-1").strip(" \0") if isinstance(raw, bytes) else ""


def number(dataset: Dataset, tag: int) -> int | None:
    """Return a top-level US value or IS value, or None."""
    element = dataset.get_item(tag) if tag in dataset else None
    if not isinstance(element, RawDataElement) or not isinstance(element.value, bytes):
        return None
    raw = element.value
    if element.VR == "IS" or (element.VR is None and len(raw) != 2):
        stripped = raw.strip(b" \0")
        return int(stripped) if stripped.isdigit() else None
    return int(struct.unpack("<H" if element.is_little_endian else ">H", raw)[0]) if len(raw) == 2 else None


Cleaner = Callable[[Dataset, Patient, Pseudonyms], list[encoding.Element]]
