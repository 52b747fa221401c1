from pathlib import Path

import pyarrow as pa

from discgrade import records
from discgrade.records.describe import TABLES, markdown

README = Path(__file__).parents[2] / "results" / "README.md"


def test_every_table_is_described():
    described = list(TABLES.values())
    assert all(schema in described for schema in vars(records).values() if isinstance(schema, pa.Schema))


def test_the_readme_of_the_results_describes_every_column():
    assert README.read_text(encoding="utf-8").endswith(markdown() + "\n")
