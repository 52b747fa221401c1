"""Text of a PDF in whatever alphabet a header is written in.

Western European text is in the fonts that every reader of PDF has (PDF 32000-1 9.6.2.2). Greek, Cyrillic, the other
Latin letters and signs are in a part of DejaVu Sans that comes along and is embedded. What that lacks as well, such as
Chinese, Japanese and Arabic, is written by its number in Unicode, as U+5C71: never as a question mark. The page in HTML
shows all of it.
"""

from copy import copy
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from discgrade.grading.outputs.pages import words

_FILE = Path(__file__).parent / "font" / "DejaVuSans-part.ttf"
_NAME = "DejaVuSans-part"


class _Text(Paragraph):
    """A paragraph that is broken into lines once for each width: tables ask several times, and most texts return."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - untyped inside
        super().__init__(*given, **named)
        self._broken: dict[float, dict[str, Any]] = {}

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break it into lines, and say how much room it takes, in points."""
        known = self._broken.get(width)
        if known is None:
            super().wrap(width, height)
            known = self._broken[width] = {name: getattr(self, name) for name in _WRAPPED if hasattr(self, name)}
        vars(self).update(known)
        return self.width, self.height


_WRAPPED = ("width", "height", "blPara", "_wrapWidths")
"""What reportlab keeps of a paragraph that is broken into lines."""


def paragraph(text: object, style: ParagraphStyle) -> Paragraph:
    """Return a text as a paragraph, whatever its letters and without taking any of them for markup."""
    return copy(_paragraph(str(text), style))


@lru_cache(1 << 11)
def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return _Text(marked_up(text), style)


def marked_up(text: object) -> str:
    """Return a text as markup of reportlab that names the font of what the standard fonts lack."""
    pieces = []
    for embedded, run in groupby(printable(text), _needs_font):
        letters = escape("".join(run))
        pieces.append(f'<font name="{_NAME}">{letters}</font>' if embedded else letters)
    return "".join(pieces)


def printable(text: object) -> str:
    """Return a text with the characters that can be printed; others by number, as in U+5C71."""
    lines = words.clean(text).replace("−", "–")
    return "".join(one if _is_standard(one) or ord(one) in _embedded() else f"U+{ord(one):04X}" for one in lines)


def _needs_font(character: str) -> bool:
    return not _is_standard(character)


def _is_standard(character: str) -> bool:
    try:
        return bool(character.encode("cp1252"))
    except UnicodeEncodeError:
        return False


@cache
def _embedded() -> frozenset[int]:
    """Make the font known, and return the characters that it has."""
    font = TTFont(_NAME, _FILE)
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
