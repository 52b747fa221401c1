"""A data set as it lies in the file: bytes by tag, free of pydicom's conversions, which would warn and quote values."""

from typing import NamedTuple

import numpy as np
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.values import convert_SQ

CHARACTER_SET = 0x00080005
PADDING = b" \0"
_SIZES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 2, "OW": 2}
_DELIMITERS = {0x5C, 0x5E, 0x3D}
_DEEPEST = 16

Item = dict[int, "Raw"]


class Raw(NamedTuple):
    """One element.

    Attributes:
        tag: Group and element as one number.
        given: Value representation in the file; empty where the file gives none.
        content: Bytes of the value; empty for a sequence.
        items: Items of a sequence that the dictionary knows.
        big: Whether numbers are big-endian.
    """

    tag: int
    given: str
    content: bytes
    items: tuple[Item, ...]
    big: bool

    @property
    def kind(self) -> str:
        """Value representation: the file's, else the dictionary's first; empty for an unknown tag."""
        return self.given if self.given not in ("", "UN") else dictionary(self.tag)[0]


def item(dataset: Dataset, depth: int = 0) -> Item:
    """Return the elements of a data set by tag.

    Raises:
        ValueError: if sequences lie deeper in one another than in any image.
    """
    if depth > _DEEPEST:
        raise ValueError("sequences are nested too deeply")
    return {int(one.tag): element(one, depth) for one in dataset.values()}


def element(read: DataElement | RawDataElement, depth: int = 0) -> Raw:
    """Return one element as pydicom read it; an unread sequence is read.

    Raises:
        ValueError: if sequences lie deeper in one another than in any image.
    """
    tag, given = int(read.tag), str(read.VR or "")
    if isinstance(read, RawDataElement):
        content = read.value or b""
        items: tuple[Item, ...] = ()
        if given in ("", "SQ") and dictionary(tag)[0] == "SQ":
            sequence = convert_SQ(content, read.is_implicit_VR, read.is_little_endian)
            content, items = b"", tuple(item(one, depth + 1) for one in sequence)
        return Raw(tag, given, content, items, not read.is_little_endian)
    if given == "SQ":
        return Raw(tag, given, b"", tuple(item(one, depth + 1) for one in read.value), False)
    # pydicom converts the character set, and nothing else, when it reads a file.
    names = [read.value] if isinstance(read.value, str) else read.value or []
    return Raw(tag, given, "\\".join(map(str, names)).encode("latin-1", "replace"), (), False)


def dictionary(tag: int) -> tuple[str, ...]:
    """Return the value representations that the dictionary gives a tag; one empty one for an unknown tag."""
    try:
        return tuple(dictionary_VR(tag).split(" or "))
    except KeyError:
        return ("",)


def little_endian(element: Raw, kind: str) -> bytes:
    """Return the bytes of a value, numbers of the given representation in little-endian order."""
    size = _SIZES.get(kind, 1)
    if not element.big or size == 1 or len(element.content) % size:
        return element.content
    return np.frombuffer(element.content, f">u{size}").astype(f"<u{size}").tobytes()


def codecs(elements: Item, inherited: list[str]) -> list[str]:
    """Return the Python codecs of a data set's Specific Character Set (0008,0005)."""
    named = elements.get(CHARACTER_SET)
    if named is None or not named.content:
        return inherited
    try:
        return convert_encodings([name.strip(" \0") for name in named.content.decode("latin-1").split("\\")])
    except (LookupError, ValueError):
        return ["latin-1"]


def decoded(content: bytes, encodings: list[str]) -> str:
    """Return text in a data set's character set, or as Latin 1 where it is not in it."""
    try:
        return decode_bytes(content, encodings, _DELIMITERS).strip(" \0")
    except (LookupError, ValueError):
        return content.decode("latin-1").strip(" \0")


def text(elements: Item, tag: int) -> str:
    """Return the text of an element; empty if there is none."""
    element = elements.get(tag)
    if element is None:
        return ""
    if element.content.isascii() and b"\x1b" not in element.content:
        return element.content.decode("ascii").strip(" \0")
    return decoded(element.content, codecs(elements, ["latin-1"]))


def number(elements: Item, tag: int) -> int:
    """Return a US or IS value; 0 if there is none."""
    element = elements.get(tag)
    if element is None:
        return 0
    content = little_endian(element, element.kind)
    if element.kind == "IS":
        digits = content.strip(PADDING)
        return int(digits) if digits.isdigit() else 0
    return int.from_bytes(content, "little") if len(content) == _SIZES.get(element.kind) else 0
