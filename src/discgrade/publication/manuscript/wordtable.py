"""A table in WordprocessingML (ECMA-376, part 1): python-docx, cell by cell, would take a hundred times as long."""

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from discgrade.publication.render.table import Cell, Row, Table, footnotes, marks

_TEXT, _SMALL = 16, 14
"""Sizes of letters in half points."""
_HAIR, _RULE = 4, 8
"""Widths of rules in eighths of a point."""
_QUIET = "595959"
_MARGIN, _WIDEST = 2.5, 40.0
"""Of a column's width in characters: what stands between two, and what it never passes."""
_BESIDE = 30
"""Empty space left and right of a cell's text, in twentieths of a point."""
_LEAST, _MOST, _FEW = 8.0, (0.45, 0.22), 6
"""Least width of the first column in characters; the shares of the page that it never passes next to few and many."""


def table_xml(table: Table) -> str:
    """Return a table as XML: its heading repeated on each page, no row cut by one, rules as in print."""
    notes = footnotes(table)
    body = list(_body(table, notes))
    lines = [*_head(table, notes), *body[:-1], body[-1].replace(_LAST, _border("bottom", _RULE))]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in _widths(table))
    sides = "".join(f'<w:{side} w:w="{_BESIDE}" w:type="dxa"/>' for side in ("left", "right"))
    properties = (
        '<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="autofit"/>'
        f"<w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>"
    )
    text = "".join(lines).replace(_LAST, "")
    return f"<w:tbl {nsdecls('w')}>{properties}<w:tblGrid>{columns}</w:tblGrid>{text}</w:tbl>"


def _widths(table: Table) -> list[int]:
    """Return the width of each column, in parts of 10,000: as its longest text needs, no label more than its share."""
    rows = [row for section in table.sections for row in section.rows]
    cells = [[row.cells[index] for row in rows] for index in range(len(table.headings))]
    needed = [
        max(map(_length, (_longest_word(head), *column))) for head, column in zip(table.headings, cells, strict=True)
    ]
    labels = max((len(row.label.text) for row in rows), default=0)
    most = _MOST[len(table.headings) > _FEW]
    stub = min(max(labels, len(table.stub), _LEAST), max(_LEAST, sum(needed) * most / (1 - most)))
    total = stub + sum(needed)
    return [round(10_000 * width / total) for width in (stub, *needed)]


def _longest_word(heading: Cell) -> Cell:
    return Cell(max(heading.text.split() or [""], key=len), notes=heading.notes)


def _length(cell: Cell) -> float:
    """Return the width that a cell needs, in characters of its text."""
    marked = len(cell.text) + len(cell.notes) + _MARGIN
    return min(max(marked, _SMALL / _TEXT * (len(cell.interval) + 2) + _MARGIN), _WIDEST)


_WORDS = re.compile(r"[A-Z][A-Za-z-]{2,}")
"""How a cell of words begins."""
_LAST = "<last/>"
"""Stands in each cell where a rule below the table would."""


def _sides(table: Table) -> list[str]:
    """Return on which side each column stands: words left, numbers right."""
    columns = [
        [row.cells[index].text for section in table.sections for row in section.rows]
        for index in range(len(table.headings))
    ]
    return ["left" if _are_words(texts) else "right" for texts in columns]


def _are_words(texts: list[str]) -> bool:
    """Return whether most of the cells hold a sentence, or begin one."""
    return 2 * sum(bool(_WORDS.match(text)) for text in texts) > len(texts)


def _head(table: Table, notes: Mapping[str, str]) -> Iterator[str]:
    """Yield the rows that each page repeats."""
    above, below = _border("top", _RULE), _border("bottom", _HAIR)
    if table.spans:
        spans = [
            _cell(Cell(text), {}, across=columns, align="center", bold=True, border=above)
            for text, columns in table.spans
        ]
        yield _row([_cell(Cell(), {}, border=above), *spans], repeated=True)
    border = below if table.spans else above + below
    heads = [
        _cell(cell, notes, align=side, bold=True, border=border)
        for cell, side in zip(table.headings, _sides(table), strict=True)
    ]
    yield _row([_cell(Cell(table.stub), notes, bold=True, border=border), *heads], repeated=True)


def _body(table: Table, notes: Mapping[str, str]) -> Iterator[str]:
    """Yield the rows of all sections, each section under its title."""
    sides = _sides(table)
    for section in table.sections:
        if section.title.text:
            yield _row([_cell(section.title, notes, across=len(table.headings) + 1, bold=True)])
        yield from (_printed(row, notes, sides) for row in section.rows)


def _printed(row: Row, notes: Mapping[str, str], sides: Sequence[str]) -> str:
    cells = [
        _cell(cell, notes, align=side, bold=cell.bold, quiet=row.quiet)
        for cell, side in zip(row.cells, sides, strict=True)
    ]
    return _row([_cell(row.label, notes, bold=row.label.bold, quiet=row.quiet), *cells])


def _row(cells: list[str], repeated: bool = False) -> str:
    head = "<w:tblHeader/>" if repeated else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(
    cell: Cell,
    notes: Mapping[str, str],
    *,
    across: int = 1,
    align: str = "left",
    bold: bool = False,
    quiet: bool = False,
    border: str = "",
) -> str:
    """Return a cell: its text with the marks of its footnotes and, on a line of its own, its interval."""
    runs = _run(cell.text, bold=bold, quiet=quiet)
    runs += _run(marks(cell, notes), raised=True) if cell.notes else ""
    runs += f"<w:r><w:br/></w:r>{_run(f'({cell.interval})', size=_SMALL)}" if cell.interval else ""
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    borders = f"<w:tcBorders>{border or _LAST}</w:tcBorders>"
    style = f'<w:pPr><w:spacing w:before="10" w:after="10"/><w:jc w:val="{align}"/></w:pPr>'
    return f"<w:tc><w:tcPr>{span}{borders}</w:tcPr><w:p>{style}{runs}</w:p></w:tc>"


def _run(text: str, *, size: int = _TEXT, bold: bool = False, quiet: bool = False, raised: bool = False) -> str:
    if not text:
        return ""
    look = "<w:b/>" if bold else ""
    look += f'<w:i/><w:color w:val="{_QUIET}"/>' if quiet else ""
    look += f'<w:sz w:val="{size}"/>' + ('<w:vertAlign w:val="superscript"/>' if raised else "")
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _border(side: str, width: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="262626"/>'
