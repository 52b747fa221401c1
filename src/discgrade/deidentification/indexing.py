"""Reading the headers of files that are new to the index: no further than it needs, and on all cores when many."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.filereader import data_element_generator, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from discgrade.deidentification import raw
from discgrade.deidentification.files import COLUMNS, FRAMES, ISSUER, PATIENT_ID, ROWS, SOP_INSTANCE, STUDY, silence
from discgrade.host import die_with_parent
from discgrade.imaging.header import Header, Stamp

_META, _SYNTAX = 0x0002, Tag(0x00020010)
_TEXTS = (SOP_INSTANCE, STUDY, PATIENT_ID, ISSUER)
_NUMBERS = (ROWS, COLUMNS, FRAMES)
_TAGS: list[BaseTag | int] = [Tag(tag) for tag in (raw.CHARACTER_SET, *_TEXTS, *_NUMBERS)]
_NEEDED = (SOP_INSTANCE, STUDY, PATIENT_ID, ROWS, COLUMNS)
_FEW = 500
_MOST_PROCESSES = 8


def read_headers(source: Path, files: Sequence[Stamp]) -> list[Header]:
    """Return the headers of files.

    Args:
        source: Folder that their paths are relative to.
        files: Path, size in bytes and time stamp in ns of each.
    """
    read = partial(_read_some, source)
    processes = min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)
    if len(files) < _FEW or processes == 1:
        return read(files)
    # Forked: a fresh Python would import the whole of Snakemake, whose planning this serves.
    parts = [files[start : start + _FEW] for start in range(0, len(files), _FEW)]
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=die_with_parent) as pool:
        return list(chain.from_iterable(pool.map(read, parts)))


def _read_some(source: Path, files: Sequence[Stamp]) -> list[Header]:
    with silence():
        return [_read(source / stamp[0], stamp) for stamp in files]


def _read(path: Path, stamp: Stamp) -> Header:
    """Read one header; of what is no DICOM file, the index holds the stamp alone."""
    try:
        elements = _elements(path) if path.is_file() else {}
        instance, study, patient, issuer = (raw.text(elements, tag) for tag in _TEXTS)
        rows, columns, frames = (raw.number(elements, tag) for tag in _NUMBERS)
    except Exception:
        return Header(*stamp)
    return Header(*stamp, instance, study, patient, issuer, rows, columns, frames or 1)


def _elements(path: Path) -> raw.Item:
    """Return the elements that the index needs; pydicom's whole reading has the last word on an unusual file."""
    try:
        with path.open("rb") as file:
            elements = _first_elements(file)
        if all(elements[tag].content for tag in _NEEDED):
            return elements
    except Exception:
        pass  # the whole reading meets it again
    return raw.item(pydicom.dcmread(path, stop_before_pixels=True))


def _first_elements(file: BinaryIO) -> raw.Item:
    """Return the elements that the index needs, skipping all others, as far as the last of them should lie.

    Five times as fast as a data set of all elements.
    """
    read_preamble(file, force=False)
    (named,) = data_element_generator(file, False, True, _after_meta, specific_tags=[_SYNTAX])
    implicit, little = _encoding(named.value)
    elements = data_element_generator(file, implicit, little, _after_last, specific_tags=_TAGS)
    return {int(element.tag): raw.element(element) for element in elements}


@lru_cache(maxsize=64)
def _encoding(syntax: bytes) -> tuple[bool, bool]:
    """Return whether a transfer syntax gives no types, and whether its numbers are little-endian.

    Raises:
        ValueError: if what follows is compressed as a whole, or nobody knows how it is written.
    """
    uid = UID(syntax.rstrip(b"\0 ").decode("ascii"))
    if uid.is_private or uid == DeflatedExplicitVRLittleEndian:
        raise ValueError("not a plain data set")
    return uid.is_implicit_VR, uid.is_little_endian


def _after_meta(tag: BaseTag, _: str | None, __: int) -> bool:
    return bool(tag.group != _META)


def _after_last(tag: BaseTag, _: str | None, __: int) -> bool:
    return bool(tag > COLUMNS)
