"""Tables of an export that was made elsewhere are taken over whole or not at all."""

import pytest

from discgrade.deidentification.adoption import adopt_shard


def test_tables_are_copied_to_the_byte(tmp_path):
    copies = {}
    for name in ("instances", "ratings"):
        source = tmp_path / "export" / name / "00.parquet"
        source.parent.mkdir(parents=True)
        source.write_bytes(f"table of {name}".encode())
        copies[source] = tmp_path / "results" / name / "00.parquet"
    adopt_shard(copies)
    assert [copy.read_bytes() for copy in copies.values()] == [b"table of instances", b"table of ratings"]


def test_a_missing_table_leaves_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        adopt_shard({tmp_path / "gone.parquet": tmp_path / "results" / "00.parquet"})
    assert list((tmp_path / "results").iterdir()) == []
