"""Keys of cells, written and read back."""

import pytest

from discgrade.records.cell_keys import CellKey, keys_file, read_cell_keys, write_cell_keys

KEYS = [
    (1, "mae", CellKey("scores", "value", "default", 48, 1, "holdout", -1, "all", "", 3.0, "mae")),
    (None, "x", CellKey("graded", "reference", "my, variant", 48, 4, "fold-01", 2, enters="from")),
    (2, "n", CellKey("flow", 'files:excluded:a "reason", with commas')),
]


def test_keys_survive_the_file(tmp_path):
    path = keys_file(tmp_path / "table2.csv")
    write_cell_keys(path, KEYS)
    assert path.name == "table2.keys.csv"
    assert read_cell_keys(path) == KEYS


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "table2.keys.csv").write_text("row,column\n1,mae\n")
    with pytest.raises(ValueError, match=r"table2\.keys\.csv: not a file of cell keys"):
        read_cell_keys(tmp_path / "table2.keys.csv")
