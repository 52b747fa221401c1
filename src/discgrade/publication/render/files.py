"""Write a table in all its renderings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.publication.keys import keys_of, values_of
from discgrade.publication.render.html import to_html
from discgrade.publication.render.latex import to_latex
from discgrade.publication.render.markdown import to_markdown
from discgrade.publication.render.stored import to_json
from discgrade.publication.render.table import Table
from discgrade.records import replacing
from discgrade.records.cell_keys import write_cell_keys


@dataclass(frozen=True)
class TableFiles:
    """A table's numbers in full precision, its printed forms, where its numbers were read, and what is printed."""

    csv: Path
    md: Path
    tex: Path
    html: Path
    cell_keys: Path
    json: Path


def write_table(table: Table, rows: Sequence[Mapping[str, object]], files: TableFiles) -> None:
    """Write a table in all its renderings, each whole or not at all.

    Args:
        table: What is printed.
        rows: The numbers in full precision by column, headers the metric keys; what is `keys.Traced` gets its keys.
        files: Where.
    """
    texts = {
        files.csv: values_of(rows).convert_dtypes().to_csv(index=False, lineterminator="\n"),
        files.md: to_markdown(table),
        files.tex: to_latex(table),
        files.html: to_html(table),
        files.json: to_json(table),
    }
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    write_cell_keys(files.cell_keys, keys_of(rows))
