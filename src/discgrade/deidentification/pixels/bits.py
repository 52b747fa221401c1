"""The bits of a pixel cell beside the stored ones (PS3.5 8.1.1): overlays, copies of the sign, a wrong description."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discgrade.deidentification.elements import raw

_HIGH_BIT = 0x00280102
_OVERLAY_DATA, _OVERLAY_BITS, _OVERLAY_POSITION = 0x3000, 0x0100, 0x0102

Cells = NDArray[np.unsignedinteger[Any]]


class DescriptionError(ValueError):
    """The pixels are not what their attributes say; the message is a reason that quotes nothing of the file."""


def stored_only(native: bytes, options: dict[str, Any], elements: raw.Item) -> bytes:
    """Return pixels whose bits beside the stored ones are zeros or copies of the sign.

    Declared overlays in the other bits (PS3.3 C.9.2, retired) go. So do copies of the uppermost stored bit, which some
    scanners write below an unsigned description, too. Stored bits that the High Bit places at the cell's upper end move
    to its lower end, where readers look for them.

    Args:
        native: Decoded pixels, little-endian.
        options: Bits Allocated and Stored and Pixel Representation, as `pixels.extract` holds them.
        elements: The data set.

    Raises:
        DescriptionError: if other bits hold what no overlay explains, or an overlay lies in the pixels.
    """
    allocated, stored = options["bits_allocated"], options["bits_stored"]
    cells: Cells = np.frombuffer(native, f"<u{allocated // 8}")
    overlays = set(_overlays(elements, allocated))
    shift = _shift(cells, raw.number(elements, _HIGH_BIT) + 1 - stored, allocated - stored, overlays)
    if any(shift <= bit < shift + stored for bit in overlays):
        raise DescriptionError("an overlay lies in the bits of the pixels")
    if allocated == stored:
        return native
    held = (cells & cells.dtype.type(_mask(allocated, overlays))) >> shift
    sign = held >> (stored - 1) & 1 == 1
    above = _mask(allocated - shift, {*range(stored), *(bit - shift for bit in overlays)})
    beyond = held & cells.dtype.type(above)
    if np.any((beyond != 0) & ~(sign & (beyond == above))):
        raise DescriptionError("values beyond Bits Stored")
    held &= cells.dtype.type((1 << stored) - 1)
    if options["pixel_representation"]:
        held[sign] |= cells.dtype.type(_mask(allocated, set(range(stored))))
    return held.tobytes()


def _shift(cells: Cells, high: int, unused: int, overlays: set[int]) -> int:
    """Return how far the stored bits lie above the cell's lower end.

    Readers look at the lower end whatever the High Bit says, and writers may forget it: the bits themselves decide.
    """
    if not 0 < high <= unused:
        return 0
    low = cells.dtype.type((1 << high) - 1 & ~sum(1 << bit for bit in overlays))
    return 0 if np.any(cells & low) else high


def _overlays(elements: raw.Item, allocated: int) -> Iterator[int]:
    """Yield the bits of overlays that have no data of their own, so that the pixels hold them."""
    for group in (group << 16 for group in range(0x6000, 0x6020, 2)):
        if group | _OVERLAY_POSITION not in elements or group | _OVERLAY_DATA in elements:
            continue
        position = raw.number(elements, group | _OVERLAY_POSITION)
        if position or raw.number(elements, group | _OVERLAY_BITS) == allocated > 1:
            yield position


def _mask(allocated: int, without: set[int]) -> int:
    return sum(1 << bit for bit in range(allocated) if bit not in without)
