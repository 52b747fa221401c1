"""Sorting the shards' tables into one, in memory that does not grow with the cohort.

The values of the first key are cut into ranges. Rows go to a file for each range, and each range is sorted by itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discgrade import records

AT_ONCE = 50_000
"""Rows that are sorted at once."""
ROW_GROUP = 1 << 16
"""Rows of a group of what is written, wherever the ranges are cut."""
SAMPLED = 64
"""Of so many rows one tells where the ranges are cut."""


def write_sorted(
    tables: Iterable[pa.Table], schema: pa.Schema, keys: Sequence[str], destination: Path, cuts: Sequence[str] = ()
) -> None:
    """Sort tables into one and write it, whole or not at all.

    Args:
        tables: Tables of the schema, and of further columns that only sort.
        schema: What is written.
        keys: Columns to sort by; of rows that agree in all of them the order stays.
        destination: Parquet file.
        cuts: Values of the first key between its ranges, ascending (`cuts_of`).
    """
    with (
        TemporaryDirectory(dir=destination.parent, prefix=f".{destination.name}.", suffix=".partial") as folder,
        records.writer(destination, schema) as sink,
    ):
        ranges = _ranges(tables, keys[0], cuts, Path(folder)) if cuts else [list(tables)]
        by = [(key, "ascending") for key in keys]
        ordered = (pa.concat_tables(parts).sort_by(by).select(schema.names) for parts in ranges if parts)
        for group in _in_groups(ordered):
            sink.write_table(group.cast(schema), row_group_size=ROW_GROUP)


def cuts_of(sample: Sequence[str], rows: int) -> list[str]:
    """Return the values that cut rows into ranges that are sorted at once, from a sample of the values."""
    ranges = -(-rows // AT_ONCE)
    ordered = sorted(sample)
    return [ordered[len(ordered) * number // ranges] for number in range(1, ranges)] if ranges > 1 and ordered else []


def _ranges(tables: Iterable[pa.Table], key: str, cuts: Sequence[str], folder: Path) -> Iterator[list[pa.Table]]:
    """Yield the rows of each range, lowest first, from a file for each."""
    paths = [folder / f"{number}.parquet" for number in range(len(cuts) + 1)]
    with ExitStack() as stack:
        sinks: dict[Path, pq.ParquetWriter] = {}
        for table in tables:
            for path, part in zip(paths, _split(table, key, cuts), strict=True):
                if path not in sinks:
                    sinks[path] = stack.enter_context(pq.ParquetWriter(path, table.schema))
                if part.num_rows:
                    sinks[path].write_table(part)
    for path in paths:
        if path.exists():
            yield [pq.read_table(path)]
            path.unlink()


def _split(table: pa.Table, key: str, cuts: Sequence[str]) -> Iterator[pa.Table]:
    rest = table
    for cut in cuts:
        below = pc.less(rest[key], cut)
        yield rest.filter(below)
        rest = rest.filter(pc.invert(below))
    yield rest


def _in_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables of the rows of a group each, and what is left, at least once."""
    left: list[pa.Table] = []
    for table in tables:
        joined = pa.concat_tables([*left, table])
        whole = len(joined) // ROW_GROUP * ROW_GROUP
        if whole:
            yield joined.slice(0, whole)
        left = [joined.slice(whole)]
    if left and len(left[0]):
        yield left[0]
