"""Pixel data: decoded once for its digest, trimmed to the image, freed of comments, otherwise untouched."""

import hashlib
from dataclasses import dataclass

from pydicom.dataset import FileDataset
from pydicom.pixels import get_decoder

from discgrade.deidentification import encoding


@dataclass(frozen=True)
class Pixels:
    """Pixel data that may leave.

    Attributes:
        encoded: The Pixel Data element.
        transfer_syntax: How it is encoded.
        digest: SHA-256 of the decoded pixels.
        constant: Whether all pixels are equal.
    """

    encoded: bytes
    transfer_syntax: str
    digest: str
    constant: bool


def extract(dataset: FileDataset) -> Pixels:
    """Decode the pixels of a data set and encode them anew without compression.

    Raises:
        Exception: whatever the decoder raises for pixels that cannot be decoded.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    frames = []
    for array, _ in get_decoder(syntax).iter_array(dataset, raw=True):
        frames.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    native = b"".join(frames)
    constant = native == native[:2] * (len(native) // 2)
    representation = "OW" if array.dtype.itemsize > 1 else "OB"
    digest = hashlib.sha256(native).hexdigest()
    return Pixels(encoding.element(0x7FE00010, representation, native), encoding.EXPLICIT_LITTLE, digest, constant)
