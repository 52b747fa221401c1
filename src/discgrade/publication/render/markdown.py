"""Tables as GitHub-flavoured Markdown."""

from collections.abc import Mapping, Sequence

from discgrade.publication.render.table import Cell, Table, footnotes, marks


def _cell(cell: Cell, notes: Mapping[str, str]) -> str:
    text = cell.text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
    text = f"**{text}**" if cell.bold and text else text
    text += f"<sup>{marks(cell, notes)}</sup>" if cell.notes else ""
    return f"{text} ({cell.interval})" if cell.interval else text


def to_markdown(table: Table) -> str:
    """Render as a GitHub-flavoured Markdown table between its caption and its footnotes."""
    notes = footnotes(table)

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    lines = [f"**{table.heading}** {table.caption}", ""]
    if table.is_empty:
        return "\n".join([*lines, *_absent(table)]).rstrip() + "\n"
    above = [f"{text}: " for text, columns in table.spans for _ in range(columns)] or [""] * len(table.headings)
    headings = [text + _cell(cell, notes) for text, cell in zip(above, table.headings, strict=True)]
    lines.append(line([table.stub, *headings]))
    lines.append(line([":---", *("---:" for _ in table.headings)]))
    for section in table.sections:
        if section.title.text:
            title = _cell(Cell(section.title.text, bold=True, notes=section.title.notes), notes)
            lines.append(line([title, *("" for _ in table.headings)]))
        lines += [line([_cell(cell, notes) for cell in (row.label, *row.cells)]) for row in section.rows]
    lines += ["", *(f"<sup>{mark}</sup> {text}  " for text, mark in notes.items()), *_absent(table)]
    return "\n".join(lines).rstrip() + "\n"


def _absent(table: Table) -> list[str]:
    return ["", "Not shown:", "", *(f"- {text}" for text in table.absent)] if table.absent else []
