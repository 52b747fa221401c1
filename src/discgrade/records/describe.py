"""What every column of every table means, as Markdown: the second half of results/README.md."""

import argparse
from collections.abc import Iterator

import pyarrow as pa

from discgrade import records

TABLES: dict[str, pa.Schema] = {
    "instances/<shard>.parquet": records.INSTANCES,
    "rejected/<shard>.parquet": records.REJECTED,
    "ratings/<shard>.parquet, ratings.parquet": records.RATINGS,
    "discs.parquet": records.DISCS,
    "splits.parquet": records.SPLITS,
    "rois/<shard>.parquet": records.ROIS,
    "samples/<px>px/<shard>.parquet": records.samples(48),
    "runs/<run>/network.parquet": records.NETWORK,
    "runs/<run>/history.parquet": records.HISTORY,
    "runs/<run>/predictions.parquet": records.PREDICTIONS,
    "graded.parquet": records.GRADED,
    "scores.parquet": records.SCORES,
    "intervals.parquet": records.INTERVALS,
    "comparisons.parquet": records.COMPARISONS,
}
"""Each table of results/<study>/ and its schema; a sample's pixels are shown for 48 px."""


def describe(name: str, schema: pa.Schema) -> Iterator[str]:
    """Yield the lines of one table: a heading, then a row a column with type, unit and meaning."""
    yield from (f"### `{name}`", "", "| column | type | unit | meaning |", "|---|---|---|---|")
    for field in schema:
        unit = field.metadata.get(b"unit", b"").decode()
        empty = "; may be empty" if field.nullable else ""
        yield f"| `{field.name}` | `{field.type}` | {unit} | {field.metadata[b'meaning'].decode()}{empty} |"
    yield ""


def markdown() -> str:
    """Return the description of all tables."""
    return "\n".join(line for name, schema in TABLES.items() for line in describe(name, schema))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_arguments: argparse.Namespace) -> int:
    """Print the description of all tables."""
    print(markdown())
    return 0
