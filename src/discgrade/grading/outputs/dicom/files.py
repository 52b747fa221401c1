"""DICOM files put together from elements: what all files of a kind share is encoded once in a process.

What is the same in all of them is made by highdicom, and what differs is put in its place (PS3.10 7.1, PS3.5 7.1).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element, write_sequence_item

from discgrade.grading.outputs.dicom.encoded import element

Elements = Mapping[int, bytes]
"""Encoded elements by tag."""

_LENGTH, _INSTANCE = 0x00020000, 0x00020003
_SOP_INSTANCE = 0x00080018
_CHARACTERS = ["utf-8"]


@dataclass(frozen=True)
class Mould:
    """What files of a kind share: their elements, and those of their file meta information."""

    meta: Elements
    body: Elements


def mould(made: Dataset) -> Mould:
    """Return what a file of an object shares with others of its kind."""
    return Mould(elements(made.file_meta), elements(made))


def elements(made: Dataset) -> dict[int, bytes]:
    """Return the elements of an object as pydicom writes them."""
    found = {}
    for one in made:
        buffer = _buffer()
        write_data_element(buffer, one, _CHARACTERS)
        found[int(one.tag)] = buffer.getvalue()
    return found


def encoded_item(made: Dataset) -> bytes:
    """Return an item of a sequence as pydicom writes it."""
    buffer = _buffer()
    write_sequence_item(buffer, made, _CHARACTERS)
    return buffer.getvalue()


def _buffer() -> DicomBytesIO:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    return buffer


def file_of(shared: Mould, instance: str, own: Elements) -> bytes:
    """Return a file.

    Args:
        shared: What it shares with others of its kind.
        instance: Its SOP Instance UID.
        own: Elements that are its own; they stand in the place of shared ones.
    """
    uid = instance.encode()
    named = {**shared.meta, _INSTANCE: element(_INSTANCE, "UI", uid)}
    meta = b"".join(named[tag] for tag in sorted(named) if tag != _LENGTH)
    body = {**shared.body, **own, _SOP_INSTANCE: element(_SOP_INSTANCE, "UI", uid)}
    length = element(_LENGTH, "UL", struct.pack("<I", len(meta)))
    return b"".join((bytes(128), b"DICM", length, meta, *(body[tag] for tag in sorted(body))))
