"""The Arrow schema of every table that passes between steps, one file a stage, and their one reader and writer.

Each column carries its meaning and unit in the schema's metadata, so a Parquet file explains itself:
`pyarrow.parquet.read_schema(path).field("grade").metadata`. A table is written whole or not at all.

A schema is imported from its own module, `from discgrade.records.discs import DISCS`, and never through this one:
what reads one table should not run again when the schema of another changes.
"""

from discgrade.records.files import (
    PathLike,
    batches,
    conform,
    read,
    read_all,
    remove_leftovers,
    replacing,
    write,
    writer,
)

__all__ = [
    "PathLike",
    "batches",
    "conform",
    "read",
    "read_all",
    "remove_leftovers",
    "replacing",
    "write",
    "writer",
]


def __getattr__(name: str) -> object:
    """Find a schema that is still asked for here, until every module imports it from its own."""
    from importlib import import_module  # noqa: PLC0415

    homes = (
        "columns",
        "discs",
        "export",
        "intervals",
        "readings",
        "regions",
        "samples",
        "scores",
        "splits",
        "training",
    )
    wanted = "sample_schema" if name == "samples" else name
    modules = (import_module(f"{__name__}.{home}") for home in homes if name.isupper() or name in ("samples", "column"))
    found = [vars(module)[wanted] for module in modules if wanted in vars(module)]
    if not found:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found[0]
