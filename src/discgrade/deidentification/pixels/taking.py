"""The pixels that are exported, or the reason why they cannot be."""

import re
from collections.abc import Collection
from contextlib import suppress

from pydicom._uid_dict import UID_dictionary
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from discgrade.deidentification.elements import encoding, raw
from discgrade.deidentification.elements.tags import BITS_STORED, HIGH_BIT
from discgrade.deidentification.files.contents import RejectedError
from discgrade.deidentification.identity.identifiers import PatientIdentifiers
from discgrade.deidentification.pixels import bits, codecs, pixel_data

_PUBLIC = re.compile(r"1\.2\.840\.10008(\.\d{1,4}){1,6}", re.ASCII)


def take_pixels(
    elements: raw.Item, kept: Collection[encoding.Element], syntax: UID, identifiers: PatientIdentifiers
) -> pixel_data.Pixels:
    """Return the pixels of a file as they are exported.

    Args:
        elements: The file as it was read.
        kept: What is kept of it, which describes the pixels.
        syntax: Its transfer syntax.
        identifiers: Of the patient: no coded stream may hold one.

    Raises:
        RejectedError: if there are none that can be decoded as they are described.
    """
    described = {tag: raw.Raw(tag, kind, value, (), False) for tag, kind, value in kept}
    try:
        image = pixel_data.extract(elements, described, syntax)
        if image.transfer_syntax != encoding.EXPLICIT_LITTLE and identifiers.within(image.encoded.decode("latin-1")):
            # Where a decoder does not look, a coded stream can hold a name; decoded pixels cannot.
            return pixel_data.extract(elements, described, syntax, coded=False)
        return image
    except codecs.TruncatedError:
        raise RejectedError("truncated pixel data") from None
    except bits.DescriptionError as reason:
        raise RejectedError(str(reason)) from None
    except Exception:
        raise RejectedError(_undecodable(syntax)) from None


def _undecodable(syntax: UID) -> str:
    """Say that pixels cannot be decoded, and of compressed ones what nobody here could read, by its public name."""
    if syntax not in UID_dictionary:
        return f"no decoder here for {syntax if _PUBLIC.fullmatch(syntax) else 'a private transfer syntax'}"
    if not syntax.is_encapsulated:
        return "pixels cannot be decoded"
    with suppress(NotImplementedError):
        if get_decoder(syntax).is_available:
            return f"pixels cannot be decoded: {syntax.name}"
    return f"no decoder here for {syntax.name}"


def with_high_bit(kept: Collection[encoding.Element]) -> list[encoding.Element]:
    """Set the High Bit to where the stored bits are written: at the lower end of a cell (PS3.5 8.1.1)."""
    stored = next(value for tag, _, value in kept if tag == BITS_STORED)
    high = (int.from_bytes(stored, "little") - 1).to_bytes(2, "little")
    return [(tag, kind, high if tag == HIGH_BIT else value) for tag, kind, value in kept]
