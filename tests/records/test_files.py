import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from discgrade import records
from discgrade.records.cohort.discs import DISCS, drawn_discs
from discgrade.records.cohort.export import REJECTED
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.describe import TABLES

SCRIPTS = Path(records.__file__).parents[2]

SPLIT = {"split": "holdout", "patient": "P1", "part": "train", "share": 32}


def test_a_table_comes_back_as_it_was_written(tmp_path):
    records.write([SPLIT], SPLITS, tmp_path / "splits.parquet")
    assert records.read(tmp_path / "splits.parquet", SPLITS).to_pylist() == [SPLIT]


def test_every_column_of_every_table_says_what_it_means():
    assert len(TABLES) > 10
    assert all(field.metadata[b"meaning"] for schema in TABLES.values() for field in schema)


def test_meaning_and_unit_travel_with_the_file(tmp_path):
    records.write([], ROIS, tmp_path / "rois.parquet")
    assert pq.read_schema(tmp_path / "rois.parquet").field("spacing").metadata[b"unit"] == b"mm"


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"Missing: \['share'\]; unknown: \['shre'\]"):
        table = pa.table({"split": ["a"], "patient": ["P1"], "part": ["train"], "shre": [1]})
        records.conform(table, SPLITS, "splits.parquet")


def test_a_null_where_none_may_be_is_named():
    table = pa.table({"split": ["a"], "patient": [None], "part": ["train"], "share": [1]})
    with pytest.raises(ValueError, match=r"columns \['patient'\] may not hold nulls"):
        records.conform(table, SPLITS, "splits.parquet")


def test_another_table_is_refused(tmp_path):
    records.write([SPLIT], SPLITS, tmp_path / "splits.parquet")
    with pytest.raises(ValueError, match="not the expected table"):
        records.read(tmp_path / "splits.parquet", DISCS)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "splits.parquet"
    records.write([SPLIT], SPLITS, path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="no space"), records.writer(path, SPLITS) as sink:
        sink.write_table(pa.Table.from_pylist([SPLIT], schema=SPLITS))
        raise RuntimeError("no space")
    assert [file.name for file in tmp_path.iterdir()] == ["splits.parquet"]
    assert path.read_bytes() == before


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        records.write([SPLIT], SPLITS, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_batches_hold_at_most_the_asked_rows(tmp_path):
    rows = [{"index": index, "reason": "truncated"} for index in range(10)]
    records.write(rows, REJECTED, tmp_path / "rejected.parquet")
    batches = list(records.batches(tmp_path / "rejected.parquet", REJECTED, 4, columns=["index"]))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert [index for batch in batches for index in batch["index"].to_pylist()] == list(range(10))


def test_batches_of_another_table_are_refused(tmp_path):
    records.write([], REJECTED, tmp_path / "rejected.parquet")
    with pytest.raises(ValueError, match="not the expected table"):
        next(records.batches(tmp_path / "rejected.parquet", ROIS, 4))


def test_what_killed_processes_left_of_a_file_is_removed_and_what_running_ones_write_stays(tmp_path):
    path = tmp_path / "splits.parquet"
    code = f"""
import os, signal
from discgrade.records import replacing
with replacing({str(path)!r}) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(SCRIPTS)}, check=False)
    (tmp_path / ".splits.parquet.another-99999999.partial").touch()
    with records.replacing(path) as partial:
        partial.touch()
        assert len(list(tmp_path.iterdir())) == 3
        records.remove_leftovers(path)
        assert {left.name for left in tmp_path.iterdir()} == {partial.name, ".splits.parquet.another-99999999.partial"}


def older_discs(folder, **given):
    """Write a disc as a version wrote it that did not know of found regions, or with one."""
    row = {field.name: None if field.nullable else (0 if pa.types.is_floating(field.type) else "") for field in DISCS}
    row |= {"frame": 1, "disc": "P1-L4L5"} | given
    whole = pa.Table.from_pylist([row], schema=DISCS)
    pq.write_table(whole if given else whole.drop_columns(["region"]), folder / "discs.parquet")
    return folder / "discs.parquet"


def test_a_column_that_an_earlier_version_did_not_write_is_null(tmp_path):
    path = older_discs(tmp_path)
    table = records.read(path, DISCS)
    assert table.schema.equals(DISCS)
    assert table["region"].to_pylist() == [None]
    assert records.read(path, DISCS, ["disc", "region"]).to_pylist() == [{"disc": "P1-L4L5", "region": None}]
    (batch,) = records.batches(path, DISCS, 10, ["region", "disc"])
    assert batch.to_pylist() == [{"region": None, "disc": "P1-L4L5"}]


def test_discs_that_were_found_are_not_among_the_drawn_ones(tmp_path):
    assert drawn_discs(older_discs(tmp_path), ["disc"]).to_pylist() == [{"disc": "P1-L4L5"}]
    assert drawn_discs(older_discs(tmp_path, region="found"), ["disc"]).to_pylist() == []
