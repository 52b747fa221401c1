"""Pixel data: decoded for its digest, trimmed to the image, without comments, the same pixels before and after."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, JPEGTransferSyntaxes, RLELossless

from discgrade.deidentification.elements import encoding, raw
from discgrade.deidentification.pixels import bits, codecs, jpeg2000

# What cuts a frame of a compressed transfer syntax; pixels of any other one are stored without compression.
_CUTS: dict[str, Callable[[bytes, tuple[int, int]], bytes]] = {
    **dict.fromkeys(JPEGTransferSyntaxes, codecs.cut_jpeg),
    **dict.fromkeys(JPEGLSTransferSyntaxes, partial(codecs.cut_jpeg, ls=True)),
    **dict.fromkeys(JPEG2000TransferSyntaxes, jpeg2000.cut_jpeg2000),
}
_PRECISIONS: dict[str, Callable[[bytes], int]] = {
    **dict.fromkeys([*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes], codecs.jpeg_precision),
    **dict.fromkeys(JPEG2000TransferSyntaxes, jpeg2000.jpeg2000_precision),
}
_PHOTOMETRIC, _HIGH_BIT = 0x00280004, 0x00280102
_RUN_LENGTH = 64  # bytes of pixels that a byte of run-length encoding stands for, at most
_FASTEST = ("pyjpegls", "pylibjpeg", "gdcm")


@dataclass(frozen=True)
class Pixels:
    """Pixel data that may leave.

    Attributes:
        encoded: The Pixel Data element (7FE0,0010).
        transfer_syntax: How it is encoded.
        digest: SHA-256 of the decoded pixels, little-endian.
        lowest: Smallest stored value.
        highest: Largest stored value.
        blank: Whether there are at most two values: no anatomy is in it.
    """

    encoded: bytes
    transfer_syntax: str
    digest: str
    lowest: int
    highest: int
    blank: bool


def extract(elements: raw.Item, kept: raw.Item, syntax: UID, coded: bool = True) -> Pixels:
    """Decode the pixels of a data set and encode what may leave of them.

    A JPEG-family stream loses its comments and keeps its compression; one that holds anything unknown or more bits than
    are stored, and every other compression, is stored decoded.

    Args:
        elements: The data set.
        kept: What is kept of it: this has to describe the pixels.
        syntax: Its transfer syntax.
        coded: Whether a JPEG-family stream may stay one.

    Raises:
        codecs.TruncatedError: if the pixel data ends before the image does.
        bits.DescriptionError: if the pixels are not what their attributes say.
        Exception: whatever the decoder raises for pixels that it cannot decode.
    """
    options = _options(kept)
    content = elements[encoding.PIXEL_DATA].content
    if cut := _cut(content, syntax, options):
        # What is cut is no part of the coded image, so what is left is all that has to be decoded.
        encoded = encoding.encapsulated(cut)
        content = encoded[encoding.LONG_HEAD :]
    native = _native(content, syntax, options)
    native = bits.stored_only(native, options, elements)
    if cut and coded and all(_PRECISIONS[syntax](frame) <= options["bits_stored"] for frame in cut):
        return Pixels(encoded, str(syntax), *_described(native, options))
    kind = "OW" if options["bits_allocated"] > 8 else "OB"
    written = encoding.element(encoding.PIXEL_DATA, kind, native)
    return Pixels(written, encoding.EXPLICIT_LITTLE, *_described(native, options))


def _options(kept: raw.Item) -> dict[str, Any]:
    """Return what describes the pixels (PS3.3 C.7.6.3), as pydicom's decoders name it.

    Raises:
        ValueError: if an attribute is missing.
    """
    names = {
        "samples_per_pixel": 0x00280002, "rows": 0x00280010, "columns": 0x00280011, "bits_allocated": 0x00280100,
        "bits_stored": 0x00280101, "pixel_representation": 0x00280103,
    }  # fmt: skip
    if not kept.keys() >= {*names.values(), _PHOTOMETRIC, _HIGH_BIT}:
        raise ValueError("the pixels are not described")
    options: dict[str, Any] = {name: raw.number(kept, tag) for name, tag in names.items()}
    options["number_of_frames"] = raw.number(kept, 0x00280008) or 1
    options["photometric_interpretation"] = raw.text(kept, _PHOTOMETRIC)
    return options | {"pixel_keyword": "PixelData", "pixel_vr": "OW"}


def _native(content: bytes, syntax: UID, options: dict[str, Any]) -> bytes:
    """Return the decoded pixels of all frames, little-endian, without anything that follows the image.

    Raises:
        ValueError: if the attributes describe no image.
        codecs.TruncatedError: if there are too few bytes.
    """
    pixels = math.prod(options[name] for name in ("samples_per_pixel", "rows", "columns", "number_of_frames"))
    allocated, stored, sign = (options[name] for name in ("bits_allocated", "bits_stored", "pixel_representation"))
    if not pixels or allocated not in (8, 16, 32) or not 1 <= stored <= allocated or sign not in (0, 1):
        raise ValueError("no image")
    length = pixels * options["bits_allocated"] // 8
    expansion = _RUN_LENGTH if syntax == RLELossless else 1
    if (syntax == RLELossless or not syntax.is_encapsulated) and len(content) * expansion < length:
        raise codecs.TruncatedError("pixel data is shorter than the image")
    if syntax.is_encapsulated:
        return _decoded(content, syntax, options)
    return content[:length] if syntax.is_little_endian else _decoded(content, syntax, options)


def _decoded(content: bytes, syntax: UID, options: dict[str, Any]) -> bytes:
    decoder = get_decoder(syntax)
    plugin = next((name for name in _FASTEST if name in decoder.available_plugins), "")
    options = options | {"allow_excess_frames": False, "correct_unused_bits": False}
    frames = decoder.iter_array(content, raw=True, decoding_plugin=plugin, **options)
    return b"".join(_cells(frame, options) for frame, _ in frames)


def _cells(frame: NDArray[Any], options: dict[str, Any]) -> bytes:
    """Return a frame in cells of Bits Allocated, little-endian: a decoder's are as wide as the stream's precision."""
    kind = np.dtype(f"<{'i' if options['pixel_representation'] else 'u'}{options['bits_allocated'] // 8}")
    if frame.dtype.itemsize > kind.itemsize and np.any(frame != frame.astype(kind)):
        raise bits.DescriptionError("values beyond Bits Stored")
    return frame.astype(kind, copy=False).tobytes()


def _cut(content: bytes, syntax: UID, options: dict[str, Any]) -> list[bytes]:
    """Return the compressed frames without comments; none if they are to be stored without compression.

    Raises:
        codecs.TruncatedError: if a stream ends early.
        codecs.ShapeError: if a stream is of another image.
        ValueError: if a JPEG stream (ISO 10918-1) holds anything unknown: GDCM, which decodes these, may end the
            process over it.
    """
    if syntax not in _CUTS:
        return []
    shape = (options["rows"], options["columns"])
    try:
        return [
            _CUTS[syntax](frame, shape)
            for frame in generate_frames(content, number_of_frames=options["number_of_frames"])
        ]
    except (codecs.TruncatedError, codecs.ShapeError):
        raise
    except ValueError:
        if syntax in JPEGTransferSyntaxes:
            raise
        return []


def _described(native: bytes, options: dict[str, Any]) -> tuple[str, int, int, bool]:
    """Return digest, smallest and largest value of the pixels, and whether there is nothing between these."""
    kind = "i" if options["pixel_representation"] else "u"
    values = np.frombuffer(native, f"<{kind}{options['bits_allocated'] // 8}")
    lowest, highest = int(values.min()), int(values.max())
    blank = not np.any((values != lowest) & (values != highest))
    return hashlib.sha256(native).hexdigest(), lowest, highest, blank
