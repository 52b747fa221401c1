"""Pieces of HTML pages that need nothing else: no script, no file beside them, nothing from elsewhere.

Everything that is given as a text is shown as a text; the page forbids itself to load anything.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from discgrade.grading.outputs.pages.words import clean

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def text(value: object) -> str:
    """Return a text for HTML."""
    return escape(clean(value))


def foreign(value: object) -> str:
    """Return a text of unknown writing for HTML: it does not turn the text around it."""
    return f"<bdi>{text(value)}</bdi>"


def page(title: str, body: Iterable[str]) -> str:
    """Return a page of a title and what its body holds."""
    style = files("discgrade.grading.outputs.pages").joinpath("page.css").read_text(encoding="utf-8")
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="robots" content="noindex">',
        f"<title>{text(title)}</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def image(png: bytes, alternative: str, width: int, height: int) -> str:
    """Return a picture; an empty alternative for one that only repeats what is said beside it."""
    return f'<img src="{data_uri(png)}" alt="{text(alternative)}" width="{width}" height="{height}">'


def data_uri(png: bytes) -> str:
    """Return a PNG as an address that holds it."""
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"


def definitions(facts: Iterable[tuple[str, str]]) -> str:
    """Return names and what they stand for."""
    rows = "".join(f"<dt>{text(name)}</dt><dd>{foreign(fact)}</dd>" for name, fact in facts)
    return f"<dl>{rows}</dl>"


def items(sentences: Iterable[object]) -> str:
    """Return sentences as a list; nothing for none."""
    rows = "".join(f"<li>{foreign(one)}</li>" for one in sentences)
    return f"<ul>{rows}</ul>" if rows else ""


def table(caption: str, headings: Sequence[str], rows: Iterable[str]) -> str:
    """Return a table that scrolls by itself where it is too wide; headings and rows are HTML."""
    heads = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f"<caption>{text(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def badge(grade: int) -> str:
    """Return a grade on its colour."""
    return f'<span class="grade g{grade}">{grade}</span>'


def section(name: str, title: str, *parts: str) -> str:
    """Return a section with a heading."""
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{text(title)}</h2>{"".join(parts)}</section>'
