"""HTML pages that need nothing else."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

STYLE = Path(__file__).with_name("page.css")


def page(title: str, body: str) -> str:
    """Return a page with a title, its heading, and a body of HTML."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n"
    )


def definitions(facts: Mapping[str, str]) -> str:
    """Return names and facts as a list of definitions, or nothing if there are none."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>\n" for name, fact in facts.items())
    return f"<dl>\n{rows}</dl>\n" if rows else ""
