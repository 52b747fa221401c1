"""Tables as GitHub-flavoured Markdown."""

import re
from collections.abc import Mapping, Sequence

from discgrade.publication.render.table import Cell, Table, footnotes, marks

_MARKUP = re.compile(r"[\\|*_`<]")
"""What would be taken for Markdown, or HTML, in a cell."""


def _cell(cell: Cell, notes: Mapping[str, str]) -> str:
    text = _MARKUP.sub(r"\\\g<0>", cell.text)
    text = f"**{text}**" if cell.bold and text else text
    text += f"<sup>{marks(cell, notes)}</sup>" if cell.notes else ""
    return f"{text} ({cell.interval})" if cell.interval else text


def to_markdown(table: Table) -> str:
    """Render as a GitHub-flavoured Markdown table between its caption and its footnotes."""
    notes = footnotes(table)

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    lines = [prose(f"**{table.heading}** {table.caption}"), ""]
    if table.is_empty:
        return "\n".join([*lines, *_absent(table)]).rstrip() + "\n"
    above = [f"{text}: " for text, columns in table.spans for _ in range(columns)] or [""] * len(table.headings)
    headings = [prose(text) + _cell(cell, notes) for text, cell in zip(above, table.headings, strict=True)]
    lines.append(line([table.stub, *headings]))
    lines.append(line([":---", *("---:" for _ in table.headings)]))
    for section in table.sections:
        if section.title.text:
            title = _cell(Cell(section.title.text, bold=True, notes=section.title.notes), notes)
            lines.append(line([title, *("" for _ in table.headings)]))
        lines += [line([_cell(cell, notes) for cell in (row.label, *row.cells)]) for row in section.rows]
    lines += ["", *(f"<sup>{mark}</sup> {prose(text)}  " for text, mark in notes.items()), *_absent(table)]
    return "\n".join(lines).rstrip() + "\n"


def _absent(table: Table) -> list[str]:
    return ["", "Not shown:", "", *(f"- {prose(text)}" for text in table.absent)] if table.absent else []


def prose(text: str) -> str:
    """Return a text of which nothing, such as the variant "A <b>", is taken for HTML."""
    return text.replace("<", "\\<")
