"""A trace as a tree of text, and as one HTML page that needs nothing else."""

from collections.abc import Iterator
from html import escape

from discgrade.provenance.audit.page import definitions, page
from discgrade.provenance.audit.trace import Node


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
    return page(node.title, definitions(node.facts) + "".join(map(_section, node.children)))


def _section(node: Node) -> str:
    children = "".join(map(_section, node.children))
    return f"<details open><summary>{escape(node.title)}</summary>\n{definitions(node.facts)}{children}</details>\n"
