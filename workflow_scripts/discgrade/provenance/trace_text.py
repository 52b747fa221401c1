"""A trace as a tree of text, and as one HTML page that needs nothing else."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from discgrade.provenance.trace import Node

STYLE = Path(__file__).with_name("trace.css")


def as_text(node: Node) -> str:
    """Return a trace as a tree, one fact a line."""
    return "\n".join(_lines(node, "", ""))


def _lines(node: Node, first: str, rest: str) -> Iterator[str]:
    yield f"{first}{node.title}"
    stem = "\N{BOX DRAWINGS LIGHT VERTICAL}  " if node.children else "   "
    yield from (f"{rest}{stem}{name}: {fact}" for name, fact in node.facts.items())
    for child in node.children:
        last = child is node.children[-1]
        corner = "\N{BOX DRAWINGS LIGHT UP AND RIGHT}" if last else "\N{BOX DRAWINGS LIGHT VERTICAL AND RIGHT}"
        below = "   " if last else "\N{BOX DRAWINGS LIGHT VERTICAL}  "
        yield from _lines(child, f"{rest}{corner}\N{BOX DRAWINGS LIGHT HORIZONTAL} ", rest + below)


def as_html(node: Node) -> str:
    """Return a trace as a self-contained page whose steps open and close."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(node.title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        f"<h1>{escape(node.title)}</h1>\n{_facts(node)}{''.join(map(_section, node.children))}</body>\n</html>\n"
    )


def _section(node: Node) -> str:
    children = "".join(map(_section, node.children))
    return f"<details open><summary>{escape(node.title)}</summary>\n{_facts(node)}{children}</details>\n"


def _facts(node: Node) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>\n" for name, fact in node.facts.items())
    return f"<dl>\n{rows}</dl>\n" if rows else ""
