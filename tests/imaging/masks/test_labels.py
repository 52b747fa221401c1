from pathlib import Path

import pytest

from discgrade.grades import LEVELS
from discgrade.imaging.masks.labels import NAMES, guess, read_table
from discgrade.imaging.volumes.errors import VolumeError


@pytest.mark.parametrize(
    ("name", "l5", "l5_s1", "l1_l2", "canal"),
    [
        ("spider", 1, 201, 205, (100,)),
        ("totalspineseg", 45, 100, 92, (2,)),
        ("totalspineseg_2024", 18, 202, 206, (201,)),
        ("spineps", 24, 124, 120, ()),
    ],
)
def test_tables_hold_the_numbers_that_their_makers_publish(name, l5, l5_s1, l1_l2, canal) -> None:
    table = read_table(name)
    assert (table.vertebrae["L5"], table.discs["L5/S1"], table.discs["L1/L2"], table.canal) == (l5, l5_s1, l1_l2, canal)
    assert set(LEVELS) <= set(table.discs)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_lumbar_mask_is_told_from_its_values(name) -> None:
    table = read_table(name)
    lumbar = {table.discs[level] for level in LEVELS} | {table.vertebrae[f"L{number}"] for number in range(1, 6)}
    assert guess(lumbar | set(table.canal) | {0}) == table


@pytest.mark.parametrize("values", [[0], [0, 77, 300], [0, 1, 2, 3]])
def test_values_of_no_table_are_told(values) -> None:
    with pytest.raises(VolumeError, match=r"empty|fit none of spider"):
        guess(values)


def test_a_table_of_ones_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("value,structure,name\n7,disc,L4/L5\n8,vertebra,L4\n9,canal,\n")
    table = read_table(str(tmp_path / "own.csv"))
    assert (table.discs, table.vertebrae, table.canal) == ({"L4/L5": 7}, {"L4": 8}, (9,))


@pytest.mark.parametrize("rows", ["7,bone,L4\n", "x,disc,L4/L5\n", "7,disc,L4/L5\n7,disc,L3/L4\n"])
def test_a_table_with_a_wrong_row_is_refused(tmp_path: Path, rows: str) -> None:
    (tmp_path / "own.csv").write_text("value,structure,name\n" + rows)
    with pytest.raises(ValueError, match=r"Row [23] of the table of labels"):
        read_table(str(tmp_path / "own.csv"))


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(ValueError, match="should be one of spider"):
        read_table("sipder")
