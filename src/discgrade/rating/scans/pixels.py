"""A slice as the page gets it: true grey values in 16 bits, upright, with a window that suits it."""

import json
import struct
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray

from discgrade.imaging.dicom import grey_values, macro
from discgrade.imaging.frames import Frame
from discgrade.imaging.roi import to_uint16
from discgrade.imaging.scans.slices import BrokenSliceError, open_image
from discgrade.imaging.stacks import Stack

Grey = NDArray[np.float32]

_ALIGNED = 8
_EXACT = 0.1  # of a step: how far float32 may lie from the stored value
_DARKEST, _BRIGHTEST = 1.0, 99.7  # percentiles between which the suggested window lies
_SAMPLED = 20_000


@dataclass(frozen=True, eq=False)
class Shown:
    """A slice as stored, in 16 bits: grey = offset + scale * value."""

    values: NDArray[np.uint16]
    offset: float
    scale: float

    @property
    def grey(self) -> Grey:
        """The grey values."""
        return (self.offset + self.scale * self.values.astype(np.float64)).astype(np.float32)


class Slices:
    """Decoded slices of a folder of scans; the latest stay in memory, for several threads.

    Args:
        source: Folder of scans.
        most_bytes: How much is kept.
    """

    def __init__(self, source: Path, most_bytes: int = 96 << 20) -> None:
        self._source, self._most = source, most_bytes
        self._kept: OrderedDict[tuple[str, int], Shown] = OrderedDict()
        self._lock, self._bytes = threading.Lock(), 0

    def get(self, frame: Frame) -> Shown:
        """Return a slice, decoded if it is not kept.

        Raises:
            BrokenSliceError: if it cannot be decoded.
        """
        key = frame.path, frame.frame
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        shown = decoded(self._source / frame.path, frame.frame)
        with self._lock:
            if key not in self._kept:
                self._bytes += shown.values.nbytes
            self._kept[key] = shown
            while self._bytes > self._most and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].values.nbytes
        return shown


def decoded(path: Path, frame: int) -> Shown:
    """Decode a slice.

    Its values are the file's own where these are whole numbers of at most 16 bits; others are spread over 16 bits.

    Raises:
        BrokenSliceError: if it cannot be decoded, whatever is wrong with it.
    """
    try:
        dataset = open_image(path)
        grey = grey_values(dataset, frame)
        if not np.isfinite(grey).all():
            raise ValueError("no numbers")
        return _in_steps(grey, _slope(dataset, frame))
    except Exception:
        raise BrokenSliceError("This slice cannot be shown: its file is damaged or of an unknown kind") from None


def _slope(dataset: pydicom.Dataset, frame: int) -> float:
    """Return the distance between neighbouring grey values as far as it is known, else 1."""
    value: Any = macro(dataset, frame, "PixelValueTransformationSequence").get("RescaleSlope")
    try:
        return abs(float(value)) or 1.0
    except (TypeError, ValueError):
        return 1.0


def _in_steps(grey: Grey, step: float) -> Shown:
    low = float(grey.min())
    steps = (grey.astype(np.float64) - low) / step
    whole = np.rint(steps)
    if whole.max() <= 65535 and np.abs(steps - whole).max() < _EXACT:
        return Shown(whole.astype(np.uint16), low, step)
    return Shown(*to_uint16(grey))


def window(grey: Grey) -> tuple[float, float]:
    """Return centre and width of a window that suits an image: between its percentiles 1 and 99.7."""
    flat = grey.ravel()
    low, high = np.percentile(flat[:: max(1, flat.size // _SAMPLED)], (_DARKEST, _BRIGHTEST))
    return float(low + high) / 2, max(float(high - low), 1e-6)


def slice_message(shown: Shown, stack: Stack) -> bytes:
    """Return a slice as it is sent: length of the header, header, upright pixels (`routes`)."""
    pixels = np.ascontiguousarray(stack.turn.pixels(shown.values), dtype="<u2")
    center, width = window(shown.grey)
    rows, columns = pixels.shape
    return _message(
        {
            "rows": rows,
            "columns": columns,
            "offset": shown.offset,
            "scale": shown.scale,
            "center": center,
            "width": width,
        },
        pixels,
    )


def thumbnails_message(slices: Slices, stack: Stack, side: int) -> bytes:
    """Return all slices of a stack made small, with square pixels, as they are sent (`routes`)."""
    rows, columns = _small(stack, side)
    small = np.stack([_thumbnail(slices, one, stack, (columns, rows)) for one in stack.slices])
    values, offset, scale = to_uint16(small)
    center, width = window(small)
    header = {"slices": len(small), "rows": rows, "columns": columns}
    return _message(header | {"offset": offset, "scale": scale, "center": center, "width": width}, values.astype("<u2"))


def _small(stack: Stack, side: int) -> tuple[int, int]:
    """Return rows and columns of a small picture of a stack whose longer side is `side` pixels long."""
    first = stack.first
    rows, columns = stack.turn.shape(first.rows, first.columns)
    down, along = stack.turn.shape(first.row_spacing or 1.0, first.column_spacing or 1.0)
    height, width = rows * down, columns * along
    longer = max(height, width)
    return max(1, round(side * height / longer)), max(1, round(side * width / longer))


def _thumbnail(slices: Slices, frame: Frame, stack: Stack, size: Sequence[int]) -> Grey:
    try:
        grey = np.ascontiguousarray(stack.turn.pixels(slices.get(frame).grey))
    except BrokenSliceError:
        return np.zeros((size[1], size[0]), np.float32)
    return cv2.resize(grey, tuple(size), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def _message(header: dict[str, Any], pixels: NDArray[np.uint16]) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-(4 + len(text)) % _ALIGNED)
    return struct.pack("<I", len(text)) + text + pixels.tobytes()
