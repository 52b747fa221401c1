"""The Arrow schema of every table that passes between steps, one file a stage, and their one reader and writer.

Each column carries its meaning and unit in the schema's metadata, so a Parquet file explains itself:
`pyarrow.parquet.read_schema(path).field("grade").metadata`. A table is written whole or not at all.

A schema is imported from its own module, `from discgrade.records.cohort.discs import DISCS`, and never through this
one: what reads one table should not run again when the schema of another changes.
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
