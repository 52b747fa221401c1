"""A table as it is kept: whole, for whatever shows it next (the report, a document, a workbook)."""

import json
from pathlib import Path

from discgrade.publication.render.table import Table
from discgrade.settings.plain import plain, typed


def to_json(table: Table) -> str:
    """Return a table with its footnotes and the keys of its numbers as JSON."""
    return json.dumps(plain(table), ensure_ascii=False, separators=(",", ":")) + "\n"


def read_table(path: Path) -> Table:
    """Read a table that `to_json` wrote.

    Raises:
        TypeError: if it is another JSON file.
    """
    return typed(Table, json.loads(path.read_text(encoding="utf-8")))
