"""Tables as self-contained HTML pages."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files

from discgrade.publication.render.table import Cell, Row, Table, footnotes, marks


def _cell(cell: Cell, notes: Mapping[str, str], tag: str = "td", scope: str = "") -> str:
    text = escape(cell.text)
    text = f"<b>{text}</b>" if cell.bold and text else text
    text += f"<sup>{marks(cell, notes)}</sup>" if cell.notes else ""
    text += f'<span class="interval">{escape(cell.interval)}</span>' if cell.interval else ""
    return f"<{tag}{scope}>{text}</{tag}>"


def _row(row: Row, notes: Mapping[str, str]) -> str:
    style = ' class="quiet"' if row.quiet else ""
    label = _cell(row.label, notes, "th", ' scope="row"')
    return f"<tr{style}>{label}{''.join(_cell(cell, notes) for cell in row.cells)}</tr>"


def to_html(table: Table) -> str:
    """Render as a page that needs nothing else, to open, to send or to embed in a report."""
    notes = footnotes(table)
    style = files("discgrade.publication.render").joinpath("table.css").read_text(encoding="utf-8")
    heading = "".join(_cell(cell, notes, "th", ' scope="col"') for cell in (Cell(table.stub), *table.headings))
    spans = "".join(f'<th scope="colgroup" colspan="{columns}">{escape(text)}</th>' for text, columns in table.spans)
    body = []
    for section in table.sections:
        body.append("<tbody>")
        if section.title.text:
            title = _cell(section.title, notes, "th", f' class="section" colspan="{len(table.headings) + 1}"')
            body.append(f"<tr>{title}</tr>")
        body += [_row(row, notes) for row in section.rows]
        body.append("</tbody>")
    remarks = [f"<p><sup>{mark}</sup> {escape(text)}</p>" for text, mark in notes.items() if not table.is_empty]
    grid = [
        "<thead>",
        *([f'<tr class="spans"><td></td>{spans}</tr>'] if spans else []),
        f"<tr>{heading}</tr></thead>",
        *body,
    ]
    caption = f"<b>{escape(table.heading)}</b> {escape(table.caption)}"
    absent = [f"<p>Not shown. {escape(text)}</p>" for text in table.absent]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        '<head><meta charset="utf-8">',
        f"<title>{escape(table.heading)}</title>",
        f"<style>\n{style}</style></head>",
        "<body>",
        *([f"<p>{caption}</p>"] if table.is_empty else ["<table>", f"<caption>{caption}</caption>", *grid, "</table>"]),
        *(['<div class="notes">', *remarks, *absent, "</div>"] if remarks or absent else []),
        "</body></html>",
    ]
    return "\n".join(lines) + "\n"
