"""Every number of a table names where it was read, and that number stands there."""

import pytest
from traced_cells import cells_of

from discgrade.provenance.audit.cell_numbers import faults

NAMES_OF_ROWS = {"row", "statement", "words", "source", "split", "scope", "group", "grade", "reason"}


@pytest.fixture(scope="module")
def cells(paperlike):
    return {name: list(cells_of(files.csv, paperlike.folder)) for name, files in paperlike.tables.items()}


@pytest.mark.parametrize("name", ["table2", "table3", "table4", "statements", "certainty", "stability", "cohort"])
def test_every_number_stands_where_its_key_says(cells, paperlike, name):
    keyed = [cell for cell in cells[name] if cell.keys]
    assert len(keyed) > 50
    assert [fault for cell in keyed[:: 1 + len(keyed) // 300] for fault in faults(paperlike.folder, cell)] == []


@pytest.mark.parametrize("name", ["table2", "table3", "table4", "statements", "certainty", "stability", "cohort"])
def test_what_has_no_key_names_its_row_or_is_empty_or_published(cells, name):
    for cell in cells[name]:
        assert cell.keys or not cell.text or cell.printed or cell.column in NAMES_OF_ROWS, cell


def test_published_values_have_no_key(cells):
    assert not [cell for each in cells.values() for cell in each if cell.printed and cell.keys]


def test_a_difference_names_both_scores_and_a_complement_its_share(cells):
    (difference,) = (cell for cell in cells["table4"] if cell.row["row"] == "difference" and cell.column == "mae")
    assert [(key.split, key.metric, key.enters) for key in difference.keys] == [
        ("holdout", "mae", "is"),
        ("folds", "mae", "less"),
    ]
    over = [cell for cell in cells["statements"] if cell.row["statement"] == "default/over_one"]
    bounds = {cell.column: cell.keys[0] for cell in over if cell.keys}
    assert {name: (key.table, key.field, key.enters) for name, key in bounds.items()} == {
        "value": ("scores", "value", "complement"),
        "lower": ("intervals", "upper", "complement"),
        "upper": ("intervals", "lower", "complement"),
    }


def test_a_paired_difference_names_what_it_is_against(cells):
    (cell,) = (
        cell
        for cell in cells["statements"]
        if cell.row["statement"] == "paper_protocol/optimism" and cell.column == "value"
    )
    (key,) = cell.keys
    assert (key.table, key.field, key.variant, key.other) == ("comparisons", "difference", "paper_protocol", "default")
