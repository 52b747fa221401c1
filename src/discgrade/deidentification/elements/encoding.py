"""Writing a data set: Explicit VR Little Endian, new File Meta Information, nothing carried over (PS3.5, PS3.10)."""

import struct
from collections.abc import Iterable

LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
PIXEL_DATA = 0x7FE00010
LONG_HEAD = 12
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLEMENTATION_UID = "2.25.190146791043182537444806132342625375840"
_ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0)[:4]
_DELIMITER = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)

Element = tuple[int, str, bytes]


def element(tag: int, representation: str, value: bytes) -> bytes:
    """Encode one element, its value padded to even length."""
    if len(value) % 2:
        value += b"\0" if representation in ("UI", "OB", "UN") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + representation.encode()
    if representation in LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def items(datasets: Iterable[bytes]) -> bytes:
    """Encode the items of a sequence, each of defined length."""
    return b"".join(_ITEM + struct.pack("<I", len(item)) + item for item in datasets)


def dataset(elements: Iterable[Element]) -> bytes:
    """Encode elements in ascending order of their tags."""
    return b"".join(element(*one) for one in sorted(elements))


def encapsulated(frames: list[bytes]) -> bytes:
    """Encode compressed frames as Pixel Data, one fragment a frame, with a Basic Offset Table (PS3.5 A.4)."""
    padded = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    offsets, at = [], 0
    for frame in padded:
        offsets.append(at)
        at += len(frame) + 8
    table = struct.pack(f"<{len(offsets)}I", *offsets) if at < 1 << 32 and len(frames) > 1 else b""
    head = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    return head + items([table, *padded]) + _DELIMITER


def file_head(sop_class: str, sop_instance: str, transfer_syntax: str) -> bytes:
    """Return the zeroed preamble and new File Meta Information (PS3.10 7.1)."""
    meta = dataset(
        [
            (0x00020001, "OB", b"\0\1"),
            (0x00020002, "UI", sop_class.encode()),
            (0x00020003, "UI", sop_instance.encode()),
            (0x00020010, "UI", transfer_syntax.encode()),
            (0x00020012, "UI", IMPLEMENTATION_UID.encode()),
            (0x00020013, "SH", b"DISCGRADE"),
        ]
    )
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta
