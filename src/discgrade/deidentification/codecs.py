"""Cutting what is no picture out of JPEG-family streams: comments, application data, whatever follows the end.

Only the segments that a decoder needs are kept (ISO 10918-1 B.1, ISO 14495-1 C.1, ISO 15444-1 A.2).
"""

import struct

_SOI, _EOI, _SOS = b"\xff\xd8", b"\xff\xd9", 0xDA
# SOF0 to SOF15, and SOF55 of JPEG-LS; with DHT, DAC, DQT, DNL, DRI and LSE.
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_JPEG_KEPT = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xF8}
_SOC, _SIZ, _EOC, _SOT, _SOD = b"\xff\x4f", b"\xff\x51", b"\xff\xd9", b"\xff\x90", b"\xff\x93"
# CAP, SIZ, COD, COC, TLM, PLM, PLT, CPF, QCD, QCC, RGN, POC, PPM, PPT, PRF, CRG.
_JPEG2000_KEPT = frozenset(
    {0x50, 0x51, 0x52, 0x53, 0x55, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x56, 0x63}
)
_TLM = 0x55


class TruncatedError(ValueError):
    """The stream ends before the image does."""


class ShapeError(ValueError):
    """The stream is of an image of another size: a decoder would reserve memory for that one."""


def cut_jpeg(stream: bytes, shape: tuple[int, int], ls: bool = False) -> bytes:
    """Return a JPEG or JPEG-LS stream with its coding segments only, ending at its end marker.

    Args:
        stream: One frame.
        shape: Rows and columns that it should have.
        ls: Whether it is JPEG-LS, in whose scans a byte after FF is data up to 7F and not just 00.

    Raises:
        TruncatedError: if the stream ends early.
        ShapeError: if it has another shape.
        ValueError: if it holds an unknown segment.
    """
    if stream[:2] != _SOI:
        raise ValueError("no start of image")
    kept, at = [_SOI], 2
    while True:
        while stream[at : at + 2] == b"\xff\xff":
            at += 1
        if stream[at : at + 2] == _EOI:
            return b"".join([*kept, _EOI])
        marker, end = _segment(stream, at)
        if marker == _SOS:
            end = _scan_end(stream, end, 0x80 if ls else 0x01)
        if marker in _FRAMES and struct.unpack(">HH", stream[at + 5 : at + 9]) != shape:
            raise ShapeError("other rows and columns")
        if marker == _SOS or marker in _JPEG_KEPT:
            kept.append(stream[at:end])
        elif not 0xE0 <= marker <= 0xEF and marker not in (0xFE, *range(0xF0, 0xFE)):
            raise ValueError("unknown segment")
        at = end


def cut_jpeg2000(stream: bytes, shape: tuple[int, int]) -> bytes:
    """Return a JPEG 2000 codestream with the marker segments that decoding needs, ending at its end marker.

    Args:
        stream: One frame.
        shape: Rows and columns that it should have.

    Raises:
        TruncatedError: if the codestream ends early.
        ShapeError: if it has another shape.
        ValueError: if it holds an unknown segment.
    """
    if stream[:2] != _SOC:
        raise ValueError("no start of codestream")
    if stream[2:4] == _SIZ and len(stream) > 24:
        right, bottom, left, top = struct.unpack(">4I", stream[8:24])
        if (bottom - top, right - left) != shape:
            raise ShapeError("other rows and columns")
    header, at = _headers(stream, 2, _SOT)
    parts = []
    while stream[at : at + 2] == _SOT:
        part, at = _tile_part(stream, at)
        parts.append(part)
    if not parts or stream[at : at + 2] not in (_EOC, b"", b"\0"):
        raise ValueError("no end of codestream")
    return b"".join([_SOC, *header, *parts, _EOC])


def _segment(stream: bytes, at: int) -> tuple[int, int]:
    """Return marker and end of the segment at a position."""
    end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    if at + 4 > len(stream) or end > len(stream):
        raise TruncatedError("segment reaches over the end")
    if stream[at] != 0xFF or end < at + 4:
        raise ValueError("no marker segment where one should be")
    return stream[at + 1], end


def _scan_end(stream: bytes, at: int, first_marker: int) -> int:
    """Return where the entropy-coded data of a scan ends: at the next marker that is not a restart (D0 to D7)."""
    while True:
        at = stream.find(b"\xff", at)
        if at < 0 or at + 1 >= len(stream):
            raise TruncatedError("scan without end")
        following = stream[at + 1]
        if following >= first_marker and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2


def _headers(stream: bytes, at: int, until: bytes) -> tuple[list[bytes], int]:
    """Return the kept marker segments from a position to a marker, and where that marker is.

    Tile-part lengths (TLM) are optional and would be wrong once a tile-part has lost a comment.
    """
    kept = []
    while stream[at : at + 2] != until:
        marker, end = _segment(stream, at)
        if marker in _JPEG2000_KEPT and marker != _TLM:
            kept.append(stream[at:end])
        elif marker not in (0x64, _TLM):
            raise ValueError("unknown marker segment")
        at = end
    return kept, at


def _tile_part(stream: bytes, at: int) -> tuple[bytes, int]:
    """Return a tile-part without comments, its length (Psot) set anew, and where the next one starts."""
    _, end = _segment(stream, at)
    if end != at + 12:
        raise ValueError("tile-part header of wrong length")
    tile, length, part, parts = struct.unpack(">HIBB", stream[at + 4 : end])
    stop = at + length if length else stream.rfind(_EOC)
    if not end < stop <= len(stream):
        raise TruncatedError("tile-part reaches over the end")
    header, data = _headers(stream, end, _SOD)
    body = b"".join(header) + stream[data:stop]
    return _SOT + struct.pack(">HHIBB", 10, tile, 12 + len(body), part, parts) + body, stop
