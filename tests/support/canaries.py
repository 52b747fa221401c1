"""Files full of identifiers, each of which occurs nowhere else, so that a leak can be searched."""

import csv
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mr_files import mr_image, written
from pydicom import config
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

import discgrade.deidentification

SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "big": ExplicitVRBigEndian,
}
PLACES = ("top", "listed", "unlisted", "private", "deep")
_TABLE = Path(discgrade.deidentification.__file__).parent / "elements" / "ps315_table_e1_1_2026c.csv"
_MARKED = 0x00190010


@dataclass
class Canaries:
    """Makes values that occur nowhere else and remembers what to search for."""

    count: int = 0
    planted: list[bytes] = field(default_factory=list)

    def value(self, representation: str) -> object:
        """Return a value of a representation that identifies somebody."""
        self.count += 1
        number = self.count
        word = f"CANARY{number:05d}"
        values = {
            "PN": f"{word}^{word}G",
            "DA": f"{1931 + number % 19}{1 + number // 19 % 12:02d}{1 + number // 228 % 28:02d}",
            "TM": f"{number % 24:02d}{number // 24 % 60:02d}17.{number:06d}",
            "DT": f"{1931 + number % 19}0203{number % 24:02d}{number // 24 % 60:02d}17.{number:06d}",
            "UI": f"1.9.77{number:06d}.1",
            "DS": f"7731{number:05d}.5",
            "IS": f"7731{number:05d}",
            "AS": "093Y",
            "US": 47,
            "UL": 0x59524E43,
            "OB": word.encode() + b"!",
            "OW": word.encode() + b"!",
            "UN": word.encode() + b"!",
        }
        value = values.get(representation, word)
        if representation not in ("AS", "US", "UL"):
            self.planted.append(value if isinstance(value, bytes) else str(value).split("^", maxsplit=1)[0].encode())
        return value

    def found(self, content: bytes) -> list[bytes]:
        """Return which of the planted values are in some bytes."""
        return [one for one in self.planted if one in content]


def table_rows() -> list[tuple[int, str]]:
    """Return tag and value representation of every row of Table E.1-1 that a data set may hold."""
    tags = {"50xxxxxx": "50003000", "60xx3000": "60003000", "60xx4000": "60004000"}
    rows = []
    with _TABLE.open() as text:
        for row in csv.DictReader(text):
            if row["tag"] == "private" or int(row["tag"][:4], 16) < 8 if row["tag"] not in tags else False:
                continue
            tag = int(tags.get(row["tag"], row["tag"]), 16)
            try:
                rows.append((tag, dictionary_VR(tag).split(" or ")[-1]))
            except KeyError:
                rows.append((tag, "SQ" if row["name"].endswith("Sequence") else "LO"))
    return rows


def _with_every_row(canaries: Canaries) -> Dataset:
    """Return a data set with an identifier in every attribute that the table lists."""
    dataset = Dataset()
    for tag, representation in table_rows():
        if representation != "SQ":
            dataset.add_new(tag, representation, canaries.value(representation))
            continue
        item = Dataset()
        item.add_new(0x00100010, "PN", canaries.value("PN"))
        item.add_new(0x00321070, "LO", canaries.value("LO"))
        item.add_new(0x00091001, "LO", canaries.value("LO"))
        dataset.add_new(tag, "SQ", Sequence([item]))
    return dataset


def _private(tag: int, dataset: Dataset) -> Dataset:
    outer = Dataset()
    outer.add_new(tag & 0xFFFF0000 | 0x10, "LO", "ACME MR HEADER")
    outer.add_new(tag, "SQ", Sequence([dataset]))
    return outer


def _sequence(keyword: str, dataset: Dataset) -> Dataset:
    outer = Dataset()
    setattr(outer, keyword, Sequence([dataset]))
    return outer


def _placed(place: str, full: Dataset) -> Dataset:
    """Return the data set in a place: at the top, or in a sequence of some kind."""
    match place:
        case "top":
            return full
        case "listed":
            return _sequence("ReferencedImageSequence", full)
        case "unlisted":
            return _sequence("DerivationImageSequence", full)
        case "private":
            return _private(0x00191010, full)
    return _sequence("DerivationImageSequence", _sequence("SourceImageSequence", _private(0x00191010, full)))


def table_file(place: str, syntax: UID, canaries: Canaries) -> bytes:
    """Return an MR image with an identifier in every attribute of the table, at a place, in a transfer syntax."""
    image = mr_image()
    kept = {element.tag: element for element in image if element.tag.group in (0x0028, 0x7FE0) or element.VR == "UI"}
    for element in _placed(place, _with_every_row(canaries)):
        if element.tag not in kept:
            image.add(element)
    old = {
        str(kept[tag].value).encode() for tag in kept if kept[tag].VR == "UI" and ".2.3.4.5." in str(kept[tag].value)
    }
    canaries.planted += sorted(old)
    with _unchecked():
        return written(image, syntax)


def _unchecked() -> object:
    return config.disable_value_validation()


def element(tag: int, representation: str, value: bytes) -> bytes:
    """Encode one Explicit VR Little Endian element, whatever its value."""
    value += b" " * (len(value) % 2)
    long = representation in ("OB", "OW", "SQ", "UN", "UT")
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, representation.encode())
    return head + (struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value))) + value


def with_elements(replaced: dict[int, bytes]) -> bytes:
    """Return an MR image with elements given as their encoded bytes, in the place of those with the same tag."""
    image = mr_image()
    for tag in replaced:
        if tag in image:
            del image[tag]
    content = written(image)
    head = 132 + 12 + int.from_bytes(content[140:144], "little")
    elements = dict(_split(content[head:])) | replaced
    return content[:head] + b"".join(elements[tag] for tag in sorted(elements))


def _split(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        group, number, representation = struct.unpack_from("<HH2s", content, at)
        if representation in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
            end = at + 12 + struct.unpack_from("<I", content, at + 8)[0]
        else:
            end = at + 8 + struct.unpack_from("<H", content, at + 6)[0]
        yield group << 16 | number, content[at:end]
        at = end
