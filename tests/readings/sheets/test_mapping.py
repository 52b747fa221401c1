"""Sheets that were made for something else: other names of columns, levels and grades, and a column a level."""

from pathlib import Path

import pytest

from discgrade.private import RefusedError
from discgrade.readings.sheets.headings import OF_VOLUMES
from discgrade.readings.sheets.sheet import read_sheet
from discgrade.settings.model import Ratings

FILL = {"rater": "A", "reading": 1, "cohort": "external"}


def read(tmp_path: Path, text: str, **settings: object) -> list[tuple[int, str, str, str, str]]:
    (tmp_path / "sheet.csv").write_text(text)
    given = Ratings("original", False, **{"fill": FILL, **settings})
    rows, faults = read_sheet(tmp_path / "sheet.csv", tmp_path, given, OF_VOLUMES)
    assert not faults
    names = ("patient_id", "level", "grade", "cohort")
    return [(row.number, *(row.get(name) for name in names)) for row in rows]


def test_columns_and_levels_are_those_that_the_settings_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Patient,IVD label,Modic,Pfirrman grade\n1,1,0,3\n1,2,0,4\n",
        columns={"patient_id": "Patient", "level": "IVD label", "grade": "Pfirrman grade"},
        levels={"1": "L5/S1", "2": "L4/L5"},
    )
    assert found == [(2, "1", "L5/S1", "3", "external"), (3, "1", "L4/L5", "4", "external")]


def test_a_wide_sheet_is_a_disc_a_cell_and_empty_cells_are_none(tmp_path: Path) -> None:
    found = read(tmp_path, "ID;L3-L4;L4/5;age\nK1;2;III;50\nK2;;5;61\n", columns={"patient_id": "ID"})
    assert found == [
        (2, "K1", "L3/L4", "2", "external"),
        (2, "K1", "L4/L5", "3", "external"),
        (3, "K2", "L4/L5", "5", "external"),
    ]


def test_grades_are_translated_and_roman_ones_understood(tmp_path: Path) -> None:
    text = "patient_id,level,grade\n1,L4/L5,mild\n2,L4/L5,Pfirrmann IV\n3,L4/L5,grade 2\n"
    assert [row[3] for row in read(tmp_path, text, grades={"mild": 3})] == ["3", "4", "2"]


def test_a_column_of_the_sheet_is_not_filled(tmp_path: Path) -> None:
    found = read(tmp_path, "patient_id,level,grade,cohort\n1,L4/L5,3,primary\n")
    assert found[0][-1] == "primary"


def test_a_sheet_without_the_named_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="'Pfirrmann' for grade"):
        read(tmp_path, "patient_id,level,grade\n1,L4/L5,3\n", columns={"grade": "Pfirrmann"})


def test_a_named_column_stands_for_one_that_is_called_alike(tmp_path: Path) -> None:
    text = "patient_id,level,grade,Pfirrmann\n1,L4/L5,low,2\n"
    assert read(tmp_path, text, columns={"grade": "Pfirrmann"})[0][3] == "2"
