"""Cutting what is no picture out of JPEG 2000 codestreams (ISO 15444-1 A, ISO 15444-15 for high throughput).

A grey image needs its size, one coding style and one quantisation; comments, lists of lengths, profiles and
capabilities go. A codestream that needs more than these is stored decoded.
"""

import struct

from discgrade.deidentification.pixels.codecs import ShapeError, TruncatedError, segment

_SOC, _SIZ, _EOC, _SOT, _SOD = b"\xff\x4f", 0x51, b"\xff\xd9", b"\xff\x90", b"\xff\x93"
_COD, _QCD, _CAP = 0x52, 0x5C, 0x50
# PRF, TLM, PLM, PLT, CPF, CRG, COM: none of them changes what is decoded.
_NEEDLESS = frozenset({0x56, 0x55, 0x57, 0x58, 0x59, 0x63, 0x64})
_HIGH_THROUGHPUT, _HIGH_THROUGHPUT_BLOCKS = 0x00020000, 0x40


def cut_jpeg2000(stream: bytes, shape: tuple[int, int]) -> bytes:
    """Return a JPEG 2000 codestream with the marker segments that decoding needs, ending at its end marker.

    Args:
        stream: One frame.
        shape: Rows and columns that it should have.

    Raises:
        TruncatedError: if the codestream ends early.
        ShapeError: if it has another shape.
        ValueError: if it holds another segment, or one that is longer than its content.
    """
    if stream[:2] != _SOC:
        raise ValueError("no start of codestream")
    if stream[2:4] == bytes([0xFF, _SIZ]) and len(stream) > 24:
        right, bottom, left, top = struct.unpack(">4I", stream[8:24])
        if (bottom - top, right - left) != shape:
            raise ShapeError("other rows and columns")
    header, at = _headers(stream, 2, _SOT)
    kept = _main_header(header)
    parts = []
    while stream[at : at + 2] == _SOT:
        part, at = _tile_part(stream, at)
        parts.append(part)
    if not parts or stream[at : at + 2] not in (_EOC, b"", b"\0"):
        raise ValueError("no end of codestream")
    return b"".join([_SOC, *kept, *parts, _EOC])


def jpeg2000_precision(stream: bytes) -> int:
    """Return the bits of a sample of a codestream that `cut_jpeg2000` returned (Ssiz, ISO 15444-1 A.5.1)."""
    return (stream[42] & 0x7F) + 1


def _headers(stream: bytes, at: int, until: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Return marker and bytes of the segments from a position to a marker, and where that marker is."""
    found = []
    while stream[at : at + 2] != until:
        marker, end = segment(stream, at)
        if marker not in _NEEDLESS:
            found.append((marker, stream[at:end]))
        at = end
    return found, at


def _main_header(found: list[tuple[int, bytes]]) -> list[bytes]:
    """Return the segments of a main header: size, capabilities of high throughput, coding style and quantisation.

    Raises:
        ValueError: if there are others, or one has not the length that its content gives it.
    """
    segments = dict(found)
    if len(segments) != len(found) or segments.keys() - {_CAP} != {_SIZ, _COD, _QCD}:
        raise ValueError("segments that a grey image does not need")
    size, style, steps = segments[_SIZ], segments[_COD], segments[_QCD]
    levels, bands = style[9], 3 * style[9] + 1
    quantised = {0: bands, 1: 2, 2: 2 * bands}.get(steps[4] & 0x1F)
    precincts = levels + 1 if style[4] & 1 else 0
    if (len(size), len(style), len(steps)) != (43, 14 + precincts, 5 + (quantised or 0)) or quantised is None:
        raise ValueError("a segment that is longer than its content")
    capable = []
    if style[12] & _HIGH_THROUGHPUT_BLOCKS:
        capable = [segments.get(_CAP, b"")]
        if len(capable[0]) != 10 or struct.unpack(">I", capable[0][4:8]) != (_HIGH_THROUGHPUT,):
            raise ValueError("other capabilities than those of high throughput")
    return [size, *capable, style, steps]


def _tile_part(stream: bytes, at: int) -> tuple[bytes, int]:
    """Return a tile-part without a header, its length (Psot) set anew, and where the next one starts."""
    _, end = segment(stream, at)
    if end != at + 12:
        raise ValueError("tile-part header of wrong length")
    tile, length, part, parts = struct.unpack(">HIBB", stream[at + 4 : end])
    stop = at + length if length else stream.rfind(_EOC)
    if not end < stop <= len(stream):
        raise TruncatedError("tile-part reaches over the end")
    header, data = _headers(stream, end, _SOD)
    if header:
        raise ValueError("a tile-part with a coding style of its own")
    head = struct.pack(">HHIBB", 10, tile, 12 + stop - data, part, parts)
    return _SOT + head + stream[data:stop], stop
