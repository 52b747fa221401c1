"""Sorting tables of any number of shards in little room."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from discgrade.cohort.joining import AT_ONCE, ROW_GROUP, cuts_of, write_sorted

SCHEMA = pa.schema([("disc", pa.string()), ("grade", pa.int64())])


def table(names, start=0):
    return pa.table({"disc": names, "grade": range(start, start + len(names))}, schema=SCHEMA)


def made(tmp_path, tables, cuts=()):
    write_sorted(tables, SCHEMA, ["disc"], tmp_path / "sorted.parquet", cuts)
    assert [path.name for path in tmp_path.iterdir()] == ["sorted.parquet"]
    return tmp_path / "sorted.parquet"


@pytest.mark.parametrize("cuts", [[], ["m"], ["c", "d", "x"], ["", "zz"]])
def test_tables_become_one_in_order_however_they_are_cut(tmp_path, cuts):
    path = made(tmp_path, [table(["x", "b", "m"]), table(["a", "m", "z"], 3)], cuts)
    assert pq.read_table(path).to_pydict() == {"disc": ["a", "b", "m", "m", "x", "z"], "grade": [3, 1, 2, 4, 0, 5]}


def test_no_rows_are_an_empty_table(tmp_path):
    assert pq.read_table(made(tmp_path, [table([])], ["m"])).num_rows == 0
    assert pq.read_table(made(tmp_path, [table([])])).schema.equals(SCHEMA)


def test_the_bytes_do_not_depend_on_shards_and_cuts(tmp_path):
    names = [f"P{number:06d}" for number in np.random.default_rng(1).permutation(2 * ROW_GROUP + 5)]
    values = dict(zip(names, range(len(names)), strict=True))

    def shards(count):
        return [
            pa.table({"disc": names[one::count], "grade": [values[name] for name in names[one::count]]}, schema=SCHEMA)
            for one in range(count)
        ]

    whole = made(tmp_path, shards(1)).read_bytes()
    assert made(tmp_path, shards(7), ["P040000", "P100000"]).read_bytes() == whole
    assert pq.ParquetFile(tmp_path / "sorted.parquet").num_row_groups == 3


def test_ranges_hold_about_as_many_rows_as_are_sorted_at_once():
    assert cuts_of(["a", "b"], AT_ONCE) == []
    sample = [f"{number:04d}" for number in range(1000)]
    assert cuts_of(sample[::-1], 4 * AT_ONCE) == ["0250", "0500", "0750"]
    assert cuts_of([], 5 * AT_ONCE) == []
