"""Tables, and figures with their captions, as a Word document."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.manuscript.archive import undated
from discgrade.publication.manuscript.wordtable import table_xml
from discgrade.publication.render.table import Table, footnotes

_FONT = "Arial"
_MARGIN = 18.0
_PAGE = (210.0, 297.0)
_BELOW = 50.0
"""Height that a caption needs below its figure, in mm."""
_UPRIGHT = 6
"""Columns beside the stub that fit on an upright page."""


def tables_document(tables: Sequence[Table], study: str) -> bytes:
    """Return a Word document of tables, each on pages of its own, upright or across as its columns need.

    Args:
        tables: The tables.
        study: What the document is titled by.
    """
    document = _new_document(study)
    for index, table in enumerate(tables):
        _turn(document, across=len(table.headings) > _UPRIGHT, first=index == 0)
        _add_table(document, table)
    return _bytes(document)


def figures_document(figures: Sequence[tuple[FigureWords, Path]], study: str) -> bytes:
    """Return a Word document of figures, each with its caption.

    Args:
        figures: The words and the picture, PNG, of each.
        study: What the document is titled by.
    """
    document = _new_document(study)
    _turn(document, across=False, first=True)
    for index, (words, picture) in enumerate(figures):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.page_break_before = index > 0
        shape = paragraph.add_run().add_picture(str(picture), width=Mm(_PAGE[0] - 2 * _MARGIN))
        highest = Mm(_PAGE[1] - 2 * _MARGIN - _BELOW)
        if shape.height > highest:
            shape.width, shape.height = Length(shape.width * highest / shape.height), highest
        shape._inline.docPr.set("descr", words.alt)
        heading = f"{words.number}. {words.title}" if words.number else words.title
        _caption(document, f"{heading}.", words.caption)
    return _bytes(document)


def _new_document(study: str) -> Document:
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(9)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(4)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = study, "discgrade", ""
    return document


def _turn(document: Document, across: bool, first: bool) -> None:
    """Begin a page that is upright, or lies across."""
    section = document.sections[0] if first else document.add_section()
    short, long = map(Mm, _PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if across else (short, long)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(_MARGIN))


def _caption(document: Document, heading: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(heading).bold = True
    paragraph.add_run(f" {text}")


def _add_table(document: Document, table: Table) -> None:
    """Add a table under its heading and caption, and its footnotes below it."""
    _caption(document, table.heading, table.caption)
    if not table.is_empty:
        document.element.body.insert(-1, parse_xml(table_xml(table)))
    notes = [(mark, text) for text, mark in footnotes(table).items() if not table.is_empty]
    for mark, text in notes:
        paragraph = _small(document.add_paragraph())
        paragraph.add_run(mark).font.superscript = True
        paragraph.add_run(f" {text}")
        _shrink(paragraph)
    for line in table.absent:
        paragraph = _small(document.add_paragraph())
        paragraph.add_run(f"Not shown: {line}")
        _shrink(paragraph)


def _small(paragraph: Paragraph) -> Paragraph:
    paragraph.paragraph_format.space_before = Pt(1)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _shrink(paragraph: Paragraph) -> None:
    for run in paragraph.runs:
        run.font.size = Pt(7.5)


def _bytes(document: Document) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return undated(buffer.getvalue())
