"""The only functions that read and write tables: checked against a schema, whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from discgrade.host import MACHINE, is_running

if TYPE_CHECKING:
    import pyarrow.compute as pc

PathLike = str | os.PathLike[str]

COMPRESSION = "zstd"
COMPRESSION_LEVEL = 1


def _partial(path: PathLike) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{MACHINE}-{os.getpid()}.partial")


def remove_leftovers(path: PathLike) -> None:
    """Remove what processes of this machine that were killed left of a file that they had begun to write."""
    path = Path(path)
    for partial in path.parent.glob(f".{path.name}.{MACHINE}-*.partial*"):
        process = partial.name.removeprefix(f".{path.name}.{MACHINE}-").partition(".")[0]
        if not is_running(int(process)):
            partial.unlink(missing_ok=True)


@contextmanager
def replacing(path: PathLike) -> Iterator[Path]:
    """Yield a temporary path next to `path` that replaces it when the block ends, and vanishes when it fails."""
    partial = _partial(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writer(path: PathLike, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Open a Parquet file for writing row group by row group; it appears at `path` only when the block ends well.

    Pixels never repeat: without a dictionary they are read twice as fast.
    """
    repeating = [name for name in schema.names if name != "pixels"]
    options = {"compression": COMPRESSION, "compression_level": COMPRESSION_LEVEL, "use_dictionary": repeating}
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, **options) as sink:
        yield sink


def conform(table: pa.Table, schema: pa.Schema, name: PathLike) -> pa.Table:
    """Cast a table to a schema, in the schema's column order.

    Raises:
        ValueError: if a column is missing, unknown, of another type, or null where it may not be.
    """
    missing = sorted(set(schema.names) - set(table.column_names))
    unknown = sorted(set(table.column_names) - set(schema.names))
    if missing or unknown:
        raise ValueError(f"{name}: columns should be {schema.names}. Missing: {missing}; unknown: {unknown}")
    empty = [field.name for field in schema if not field.nullable and table.column(field.name).null_count]
    if empty:
        raise ValueError(f"{name}: columns {empty} may not hold nulls")
    return table.select(schema.names).cast(schema)


def write(rows: "pa.Table | Sequence[dict[str, object]]", schema: pa.Schema, path: PathLike) -> None:
    """Check rows against a schema and write them as one Parquet file, whole or not at all."""
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(list(rows), schema=schema)
    with writer(path, schema) as sink:
        sink.write_table(conform(table, schema, path))


def read(
    path: PathLike,
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    filters: "pc.Expression | None" = None,
) -> pa.Table:
    """Read a table, checked against its schema; `columns` and `filters` as in `pyarrow.parquet.read_table`.

    A column that may be null, and that an earlier version did not write, is null.

    Raises:
        ValueError: if the file's columns or types are not the schema's.
    """
    added = _added(pq.read_schema(path), schema, path)
    wanted = schema.names if columns is None else columns
    there = [name for name in wanted if name not in added]
    table = pq.read_table(path, columns=None if columns is None and not added else there, filters=filters)
    return _with_nulls(table, schema, wanted) if not added.isdisjoint(wanted) else table


def _added(found: pa.Schema, schema: pa.Schema, path: PathLike) -> frozenset[str]:
    """Return the columns that a file lacks since it was written by an earlier version.

    Raises:
        ValueError: if the file differs from its schema in more than those.
    """
    added = frozenset(field.name for field in schema if field.nullable and field.name not in found.names)
    if not found.equals(pa.schema([field for field in schema if field.name not in added])):
        raise ValueError(f"{path}: not the expected table. Expected columns {schema.names}. Received: {found.names}")
    return added


def _with_nulls(table: pa.Table, schema: pa.Schema, wanted: Sequence[str]) -> pa.Table:
    def column(name: str) -> pa.ChunkedArray:
        there = name in table.column_names
        return table[name] if there else pa.chunked_array([pa.nulls(len(table), schema.field(name).type)])

    return pa.table([column(name) for name in wanted], schema=pa.schema([schema.field(name) for name in wanted]))


def batches(
    path: PathLike, schema: pa.Schema, size: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield a table in batches of at most `size` rows, checked against its schema, in memory that stays flat.

    Raises:
        ValueError: if the file's columns or types are not the schema's.
    """
    with pq.ParquetFile(path, pre_buffer=False) as source:  # a buffer would hold the whole file
        added = _added(source.schema_arrow, schema, path)
        wanted = schema.names if columns is None else columns
        for batch in source.iter_batches(batch_size=size, columns=[name for name in wanted if name not in added]):
            table = pa.Table.from_batches([batch])
            yield batch if added.isdisjoint(wanted) else _with_nulls(table, schema, wanted).to_batches()[0]


def read_all(paths: Sequence[PathLike], schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """Read and join several files of one schema, in the order given."""
    return pa.concat_tables([read(path, schema, columns) for path in paths])
