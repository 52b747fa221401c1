"""PNG pictures in a PDF as they are: PDF reads the compressed rows of a PNG (PDF 32000-1 7.4.4.4).

reportlab would decode each picture and compress it again, which takes longer than all else on a page.
"""

import hashlib
import struct
from collections.abc import Iterator
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFImageXObject, PDFName, PDFStream

_SIGNATURE = 8
_COLOURS = {0: (1, "DeviceGray"), 2: (3, "DeviceRGB")}
_ANY_FILTER = 15


class PngError(ValueError):
    """A PNG that a PDF cannot hold as it is: with a palette, transparency, 16 bits or interlaced rows."""


class PngImage(PDFImageXObject):
    """A PNG as an image of a PDF.

    Args:
        png: The file, 8 bits a channel, grey or RGB.

    Raises:
        PngError: if it is another kind of PNG.
    """

    def __init__(self, png: bytes) -> None:
        chunks = list(_chunks(png))
        self.width, self.height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
        if depth != 8 or colour not in _COLOURS or interlaced:
            raise PngError("should be grey or RGB in 8 bits, not interlaced")
        self.name = hashlib.sha256(png).hexdigest()[:32]
        self._channels, self._space = _COLOURS[colour]
        self._rows = b"".join(content for kind, content in chunks if kind == b"IDAT")

    def format(self, document: object) -> bytes:
        """Return it as reportlab writes objects."""
        how = {"Predictor": _ANY_FILTER, "Colors": self._channels, "BitsPerComponent": 8, "Columns": self.width}
        stream = PDFStream(content=self._rows)
        names = {"Type": "XObject", "Subtype": "Image", "ColorSpace": self._space, "Filter": "FlateDecode"}
        for key, name in names.items():
            stream.dictionary[key] = PDFName(name)
        sizes = {"Width": self.width, "Height": self.height, "BitsPerComponent": 8, "Length": len(self._rows)}
        for key, number in sizes.items():
            stream.dictionary[key] = number
        stream.dictionary["DecodeParms"] = PDFDictionary(how)
        return bytes(stream.format(document))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = _SIGNATURE
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + length]
        place += length + 12


def draw_png(canvas: Any, image: PngImage, width: float, height: float) -> None:  # noqa: ANN401 - untyped inside
    """Draw a picture at the origin of a page, as `Canvas.drawImage` does; one that repeats is in the file once.

    Args:
        canvas: The page (`reportlab.pdfgen.canvas.Canvas`).
        image: The picture.
        width: As printed, in points.
        height: As printed, in points.
    """
    document = canvas._doc
    registered = document.getXObjectName(image.name)
    if registered not in document.idToObject:
        canvas._setXObjects(image)
        document.Reference(image, registered)
        document.addForm(image.name, image)
    canvas._currentPageHasImages = 1
    canvas.saveState()
    canvas.scale(width, height)
    canvas._code.append(f"/{registered} Do")
    canvas.restoreState()
    canvas._formsinuse.append(image.name)
