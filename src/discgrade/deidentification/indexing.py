"""Reading the headers of files that are new to the index: no further than it needs, and on all cores when many."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

from pydicom.filereader import data_element_generator, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from discgrade.deidentification.elements import raw
from discgrade.deidentification.elements.characteristics import sex
from discgrade.deidentification.elements.tags import COLUMNS, FRAMES, ISSUER, PATIENT_ID, ROWS, SOP_INSTANCE, STUDY
from discgrade.deidentification.elements.values import CONSTANT_DATES, parsed_date
from discgrade.deidentification.files.contents import silence
from discgrade.deidentification.files.instances import ORIENTATION, first_frame_numbers
from discgrade.host import die_with_parent
from discgrade.imaging import opening
from discgrade.imaging.header import LEFT_OUT, Header, Stamp, capped
from discgrade.imaging.upright import plane

_META, _SYNTAX = 0x0002, Tag(0x00020010)
_NAME, _BIRTH, _SEX = 0x00100010, 0x00100030, 0x00100040
_SERIES, _NUMBER = 0x0020000E, 0x00200013
_TEXTS = {
    "instance": SOP_INSTANCE,
    "study": STUDY,
    "patient": PATIENT_ID,
    "issuer": ISSUER,
    "name": _NAME,
    "series": _SERIES,
}
_NUMBERS = {"rows": ROWS, "columns": COLUMNS}
_READ = (raw.CHARACTER_SET, *_TEXTS.values(), _BIRTH, _SEX, ORIENTATION, *_NUMBERS.values(), FRAMES, _NUMBER)
_TAGS: list[BaseTag | int] = [Tag(tag) for tag in _READ]
# A multi-frame image keeps its orientation further back.
_NEEDED = (SOP_INSTANCE, STUDY, PATIENT_ID, ORIENTATION, ROWS, COLUMNS)
_FEW = 500
_MOST_PROCESSES = 8


def read_headers(source: Path, files: Sequence[Stamp]) -> list[Header]:
    """Return the headers of files.

    Args:
        source: Folder that their paths are relative to.
        files: What tells each apart.
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
        return [_read(source / stamp.path, stamp) for stamp in files]


def _read(path: Path, stamp: Stamp) -> Header:
    """Read one header; of what is no DICOM file, or too large for an image, the index holds the stamp alone."""
    content = ""
    try:
        if stamp.size > opening.LARGEST or stamp.size == LEFT_OUT or not path.is_file():
            return Header(*stamp)
        with path.open("rb") as file:
            if not opening.begins_as_dicom(file.read(opening.HEAD)):
                return Header(*stamp)
            file.seek(0)
            content = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            return Header(*stamp, content, **_described(_elements(file)))
    except Exception:
        return Header(*stamp, content)


def _described(elements: raw.Item) -> dict[str, Any]:
    birth = raw.text(elements, _BIRTH)
    orientation = first_frame_numbers(elements, ORIENTATION, 6)
    return {
        **{name: capped(raw.text(elements, tag)) for name, tag in _TEXTS.items()},
        **{name: raw.number(elements, tag) for name, tag in _NUMBERS.items()},
        "birth": birth if parsed_date(birth) and birth not in CONSTANT_DATES else "",
        "sex": sex(raw.text(elements, _SEX)) or "",
        "plane": plane(orientation) or "",
        "frames": raw.number(elements, FRAMES) or 1,
        "number": raw.number(elements, _NUMBER) or 0,
    }


def _elements(file: BinaryIO) -> raw.Item:
    """Return the elements that the index needs; pydicom's whole reading has the last word on an unusual file."""
    try:
        elements = _first_elements(file)
        if all(elements[tag].content for tag in _NEEDED):
            return elements
    except Exception:
        pass  # the whole reading meets it again
    file.seek(0)
    return raw.item(opening.read(file, stop_before_pixels=True))


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
