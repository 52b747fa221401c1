"""Reading back what was written: every element on the allow-list, none of the patient's identifiers in it.

This looks at the written bytes alone and trusts nothing that wrote them.
"""

import io
import re
from collections.abc import Collection, Iterator

import pydicom
from pydicom._uid_dict import UID_dictionary
from pydicom.tag import Tag

from discgrade.deidentification.elements import codes, profile, raw, values, vocabulary
from discgrade.deidentification.elements.profile import Action, Options
from discgrade.deidentification.identity.identifiers import PatientIdentifiers

# Elements that de-identification adds, whatever the source held.
ADDED = frozenset(
    int(Tag(keyword))
    for keyword in (
        "PatientName", "PatientID", "PatientIdentityRemoved", "DeidentificationMethod",
        "DeidentificationMethodCodeSequence", "LongitudinalTemporalInformationModified",
    )
)  # fmt: skip
_CODE = (codes.VALUE, codes.SCHEME, codes.MEANING)
_UID = re.compile(r"\d+(?:\.\d+){3,}")
_NAMES = (int(Tag("PatientName")), int(Tag("PatientID")))


def reread(content: bytes) -> raw.Item:
    """Parse a written file up to its pixels."""
    return raw.item(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True))


def unexpected(elements: raw.Item, options: Options, uids: Collection[str]) -> bool:
    """Return whether a data set holds an element, a term or a UID that may not leave.

    Args:
        elements: What was read back.
        options: What is kept of the patient's characteristics.
        uids: The new UIDs of this file.
    """
    code, scheme, meaning = (raw.text(elements, tag) for tag in _CODE)
    if (code or scheme or meaning) and codes.meaning(code, scheme) != meaning:
        return True
    return any(not _allowed(element, options, uids) for tag, element in elements.items() if tag not in _CODE)


def _allowed(element: raw.Raw, options: Options, uids: Collection[str]) -> bool:
    rule = profile.rule(element.tag, options)
    content = element.content.strip(raw.PADDING)
    if element.given == "SQ":
        listed = rule.action is Action.RECURSE or element.tag in ADDED or not element.items
        return listed and not any(unexpected(item, options, uids) for item in element.items)
    if element.tag in ADDED:
        return True
    if rule.action in (Action.DROP, Action.REMOVE):
        dummy = content in (profile.DUMMIES.get(element.tag), b"") or element.tag == profile.DEVICE_SERIAL_NUMBER
        return dummy and rule.action is Action.REMOVE
    if element.given == "UI":
        return all(uid in UID_dictionary or uid in uids for uid in content.decode("latin-1").split("\\") if uid)
    if rule.action is Action.TERM:
        return vocabulary.coded(element.tag, content.decode("latin-1")) == content.decode("latin-1")
    return element.given in rule.representations


def names(elements: raw.Item) -> set[str]:
    """Return the patient's names and IDs in a data set; they should be the pseudonym."""
    return {raw.text(elements, tag) for tag in _NAMES}


def holds(elements: raw.Item, identifiers: PatientIdentifiers, old_uids: Collection[str] = ()) -> bool:
    """Return whether a value that is neither a UID nor a term is, or holds, an old UID or an identifier."""
    texts, typed, identified = [], [], False
    for element in _values(elements):
        text = element.content.decode("latin-1").strip(" \0")
        texts.append(text)
        if profile.rule(element.tag).action in (Action.DESCRIBE, Action.TEXT):
            typed.append(text)
        elif element.tag not in profile.MEASURED | profile.PIXELS:
            written = values.integers(element.content, element.given) if element.given in values.SIZES else set()
            identified |= identifiers.among(written) or identifiers.counts(text)
    joined = "\n".join(texts)
    identified |= identifiers.within(joined)
    identified |= any(identifiers.equals(text) or identifiers.spelled(text) for text in typed)
    return identified or not set(_UID.findall(joined)).isdisjoint(old_uids)


def _values(elements: raw.Item) -> Iterator[raw.Raw]:
    """Yield every element that is no sequence, no UID and no term, nor written by de-identification itself."""
    for element in elements.values():
        dummy = profile.DUMMIES.get(element.tag) == element.content.strip(raw.PADDING)
        if element.tag not in ADDED and element.tag != profile.DEVICE_SERIAL_NUMBER and not dummy:
            for item in element.items:
                yield from _values(item)
            if element.given not in ("UI", "CS", "SQ"):
                yield element
