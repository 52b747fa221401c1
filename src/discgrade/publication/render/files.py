"""Write a table in all its renderings."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from discgrade.publication.render.html import to_html
from discgrade.publication.render.latex import to_latex
from discgrade.publication.render.markdown import to_markdown
from discgrade.publication.render.table import Table
from discgrade.records import replacing


def write_table(table: Table, values: pd.DataFrame, destination: Mapping[str, Path]) -> None:
    """Write a table in all its renderings, each whole or not at all.

    Args:
        table: What is printed.
        values: The numbers in full precision, one row a line, headers the metric keys.
        destination: Path of each of csv, md, tex and html.
    """
    texts = {
        "csv": values.convert_dtypes().to_csv(index=False, lineterminator="\n"),
        "md": to_markdown(table),
        "tex": to_latex(table),
        "html": to_html(table),
    }
    for kind, text in texts.items():
        with replacing(destination[kind]) as partial:
            partial.write_text(text, encoding="utf-8")
