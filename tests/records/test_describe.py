import pkgutil
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from discgrade import records
from discgrade.records.describe import TABLES, markdown

README = Path(__file__).parents[2] / "results" / "README.md"


def test_every_table_is_described():
    described = list(TABLES.values())
    modules = [import_module(f"discgrade.records.{module.name}") for module in pkgutil.iter_modules(records.__path__)]
    schemas = {
        name: value for module in modules for name, value in vars(module).items() if isinstance(value, pa.Schema)
    }
    assert len(schemas) >= 13
    assert [name for name, schema in schemas.items() if schema not in described] == []


def test_no_schema_is_reached_through_the_package():
    """What reads one table would run again with the schema of any other."""
    assert [name for name, value in vars(records).items() if isinstance(value, pa.Schema)] == []


def test_the_readme_of_the_results_describes_every_column():
    assert README.read_text(encoding="utf-8").endswith(markdown() + "\n")
