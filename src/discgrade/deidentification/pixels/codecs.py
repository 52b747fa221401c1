"""Cutting what is no picture out of JPEG and JPEG-LS streams: comments, application data, whatever follows the end.

Only the segments that a decoder needs are kept (ISO 10918-1 B.1, ISO 14495-1 C.1), each as long as its content says,
and of their tables those that a scan uses: anything else has room for a text. JPEG 2000 is `jpeg2000`'s.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

_SOI, _EOI, _SOS, _DHT, _DAC, _DQT, _DNL, _DRI, _LS_FRAME, _LSE = (
    b"\xff\xd8", b"\xff\xd9", 0xDA, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xF7, 0xF8,
)  # fmt: skip
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, _DAC}
_LOSSLESS, _ARITHMETIC = frozenset({0xC3, 0xC7, 0xCB, 0xCF}), frozenset(range(0xC9, 0xD0)) - {_DAC}
_PLAIN = {_DNL: 4, _DRI: 4, _LSE: 13}  # lengths that say all; an LSE of 13 bytes holds thresholds (ISO 14495-1 C.2.4.1)


class TruncatedError(ValueError):
    """The stream ends before the image does."""


class ShapeError(ValueError):
    """The stream is of an image of another size: a decoder would reserve memory for that one."""


class _Segment(NamedTuple):
    """One marker segment: its marker, its content behind the length, and what of the stream it is."""

    marker: int
    content: bytes
    whole: bytes


def cut_jpeg(stream: bytes, shape: tuple[int, int], ls: bool = False) -> bytes:
    """Return a JPEG or JPEG-LS stream with its coding segments only, ending at its end marker.

    Args:
        stream: One frame.
        shape: Rows and columns that it should have.
        ls: Whether it is JPEG-LS, in whose scans a byte after FF is data up to 7F and not just 00.

    Raises:
        TruncatedError: if the stream ends early.
        ShapeError: if it has another shape.
        ValueError: if it holds an unknown segment, or one that is longer than its content.
    """
    segments = list(_segments(stream, ls))
    frames = [one for one in segments if one.marker in (_FRAMES if not ls else {_LS_FRAME})]
    if len(frames) != 1 or len(frames[0].content) != 6 + 3 * frames[0].content[5]:
        raise ValueError("no frame header, or several")
    if struct.unpack(">HH", frames[0].content[1:5]) != shape:
        raise ShapeError("other rows and columns")
    scans = [one for one in segments if one.marker == _SOS]
    needed = {_DQT: set[int](), _DHT: set[int](), _DAC: set[int]()}
    if not ls:
        needed = {_DQT: _quantisers(frames[0]), _DHT: _coders(scans, frames[0]), _DAC: set()}
        if frames[0].marker in _ARITHMETIC:
            needed |= {_DAC: needed[_DHT], _DHT: set()}
    kept = [_kept(one, needed, frames[0].marker) for one in segments]
    return b"".join([_SOI, *kept, _EOI])


def jpeg_precision(stream: bytes) -> int:
    """Return the bits of a sample of a JPEG or JPEG-LS stream that `cut_jpeg` returned."""
    at = 2
    while stream[at + 1] not in _FRAMES | {_LS_FRAME}:
        at = segment(stream, at)[1]
    return stream[at + 4]


def segment(stream: bytes, at: int) -> tuple[int, int]:
    """Return marker and end of the segment at a position.

    Raises:
        TruncatedError: if it reaches over the end of the stream.
        ValueError: if there is none.
    """
    end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    if at + 4 > len(stream) or end > len(stream):
        raise TruncatedError("segment reaches over the end")
    if stream[at] != 0xFF or end < at + 4:
        raise ValueError("no marker segment where one should be")
    return stream[at + 1], end


def _segments(stream: bytes, ls: bool) -> Iterator[_Segment]:
    """Yield the marker segments up to the end marker, a scan with its coded data, without what says nothing of it."""
    if stream[:2] != _SOI:
        raise ValueError("no start of image")
    at = 2
    while True:
        while stream[at : at + 2] == b"\xff\xff":
            at += 1
        if stream[at : at + 2] == _EOI:
            return
        marker, end = segment(stream, at)
        content = stream[at + 4 : end]
        if marker == _SOS:
            end = _scan_end(stream, end, 0x80 if ls else 0x01)
        if not 0xE0 <= marker <= 0xEF and marker not in (0xFE, *range(0xF0, _LS_FRAME), *range(0xF9, 0xFE)):
            yield _Segment(marker, content, stream[at:end])
        at = end


def _kept(one: _Segment, needed: dict[int, set[int]], frame: int) -> bytes:
    """Return what is kept of a segment.

    Raises:
        ValueError: if it is unknown, or longer than its content.
    """
    if one.marker == frame or (one.marker == _SOS and len(one.content) == 4 + 2 * one.content[0]):
        return one.whole
    if _PLAIN.get(one.marker) == len(one.content) + 2 and (one.marker == _LSE) <= (frame == _LS_FRAME):
        if one.marker == _LSE and one.content[0] != 1:
            raise ValueError("a table of colours")
        return one.whole
    if one.marker not in needed or frame == _LS_FRAME:
        raise ValueError("unknown segment")
    tables = b"".join(table for table in _tables(one) if table[0] in needed[one.marker])
    return struct.pack(">BBH", 0xFF, one.marker, 2 + len(tables)) + tables if tables else b""


def _quantisers(frame: _Segment) -> set[int]:
    """Return which quantisation tables a frame uses, by the first byte of each (precision and number)."""
    if frame.marker in _LOSSLESS:
        return set()
    numbers = frame.content[8::3]
    return {precision << 4 | number for precision in (0, 1) for number in numbers}


def _coders(scans: list[_Segment], frame: _Segment) -> set[int]:
    """Return which entropy coders the scans use, by the first byte of each (class and number)."""
    selectors = [pair for scan in scans for pair in scan.content[2 : 1 + 2 * scan.content[0] : 2]]
    direct = {pair >> 4 for pair in selectors}
    return direct if frame.marker in _LOSSLESS else direct | {0x10 | pair & 0x0F for pair in selectors}


def _tables(one: _Segment) -> Iterator[bytes]:
    """Yield the tables of a segment (ISO 10918-1 B.2.4).

    Raises:
        ValueError: if the last one ends elsewhere than the segment.
    """
    rest = one.content
    while rest:
        if one.marker == _DQT:
            length = 1 + 64 * (1 + (rest[0] >> 4))
        else:
            length = 2 if one.marker == _DAC else 17 + sum(rest[1:17])
        if len(rest) < length:
            raise ValueError("a table that is cut off")
        yield rest[:length]
        rest = rest[length:]


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
