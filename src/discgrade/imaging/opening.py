"""Opening a file of unknown origin: its first bytes say whether it is DICOM, and nothing is read without a bound.

A file of the standard begins with a preamble, the letters DICM and the file meta information (PS3.10 7.1). Old archives
and some exporters leave out one or all of these; the data set itself is the same.
"""

import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import BinaryIO

import pydicom
from pydicom.datadict import dictionary_has_tag
from pydicom.dataset import FileDataset
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.values import converters

LARGEST = 1 << 30
"""Bytes of a file, or of a deflated data set, beyond which nobody reads it."""
HEAD = 512
"""First bytes that tell whether a file is DICOM."""

_PREAMBLE, _MAGIC = 128, b"DICM"
_FIRST_GROUPS = frozenset({0x0002, 0x0008})
_LONGEST_FIRST = 1 << 16
_INFLATED_AT_ONCE = 1 << 24
_PIXEL_DATA, _UNDEFINED = 0x7FE00010, 0xFFFFFFFF


class NotDicomError(ValueError):
    """A file does not begin as DICOM does."""


class TooLargeError(ValueError):
    """A file, or what is deflated in it, is larger than any image of a spine."""


def begins_as_dicom(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a DICOM file or data set."""
    return _start(head) is not None


def read(
    file: BinaryIO, stop_before_pixels: bool = False, specific_tags: Sequence[BaseTag] | None = None
) -> FileDataset:
    """Read a data set, with or without preamble and file meta information.

    Args:
        file: The file, at its beginning.
        stop_before_pixels: Whether pixels are left out.
        specific_tags: The only elements to read; None: all.

    Raises:
        NotDicomError: if it does not begin as DICOM does.
        TooLargeError: if a deflated data set is too large.
        Exception: whatever pydicom raises for what it cannot read.
    """
    head = file.read(HEAD)
    start = _start(head)
    if start is None:
        raise NotDicomError("neither DICM nor a data set in the first bytes")
    if start:
        file = BytesIO(head[start:] + file.read(LARGEST))
    file.seek(0)
    if DeflatedExplicitVRLittleEndian.encode() in head:
        _check_inflated(file)
    wanted = None if specific_tags is None else list(specific_tags)
    return pydicom.dcmread(file, force=True, stop_before_pixels=stop_before_pixels, specific_tags=wanted)


def transfer_syntax(dataset: FileDataset) -> UID:
    """Return how a data set is encoded; where the file does not say, as it was read.

    Raises:
        ValueError: if its pixels are compressed, and nobody says how.
    """
    named = dataset.file_meta.get("TransferSyntaxUID")
    if named:
        return UID(named)
    if _PIXEL_DATA in dataset and getattr(dataset.get_item(_PIXEL_DATA), "length", 0) == _UNDEFINED:
        raise ValueError("compressed pixels without a transfer syntax")
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _start(head: bytes) -> int | None:
    """Return where reading should start; None if the first bytes are no DICOM.

    pydicom skips a preamble only if DICM follows it.
    """
    if head[_PREAMBLE : _PREAMBLE + len(_MAGIC)] == _MAGIC:
        return 0
    return next((at for at in (0, _PREAMBLE) if _is_element(head[at : at + 8])), None)


def _is_element(head: bytes) -> bool:
    """Return whether bytes begin an element that a data set may begin with, of a plausible length."""
    if len(head) < 8:
        return False
    for order in ("little", "big"):
        group, element = int.from_bytes(head[:2], order), int.from_bytes(head[2:4], order)
        if group not in _FIRST_GROUPS or not (element == 0 or dictionary_has_tag(group << 16 | element)):
            continue
        if head[4:6].decode("latin-1") in converters:
            return True
        if order == "little" and int.from_bytes(head[4:8], "little") < _LONGEST_FIRST:
            return True
    return False


def _check_inflated(file: BinaryIO) -> None:
    """Inflate what follows the file meta information, a part at a time, and leave the file at its beginning."""
    read_preamble(file, force=True)
    _read_file_meta_info(file)
    inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    rest = file.read(LARGEST)
    while rest and not inflate.eof:
        size += len(inflate.decompress(rest, _INFLATED_AT_ONCE))
        rest = inflate.unconsumed_tail
        if size > LARGEST:
            raise TooLargeError("deflated data set")
    file.seek(0)
