"""One spelling of every level, number, cohort and name, whatever program wrote the sheet."""

import datetime

import openpyxl
import pandas as pd
import pytest
from readings import reading, write_sheet

from discgrade.private import RefusedError
from discgrade.readings.sheets import sheet
from discgrade.readings.sheets.faults import SheetError


def rows_of(path):
    rows, faults = sheet.read_sheet(path, path.parent / "private")
    assert faults == []
    return rows


def faults_of(tmp_path, *rows, delimiter=","):
    path = write_sheet(tmp_path / "ratings.csv", rows, delimiter=delimiter)
    return sheet.read_sheet(path, tmp_path / "private")[1]


def test_formats_give_the_same_rows(tmp_path):
    rows = [reading(x=2.5, y=3, grade=3.3, reading=1, read_at="2020-05-31"), reading(x=1, y=3, grade=3.0, reading=2)]
    expected = [row.fields for row in rows_of(write_sheet(tmp_path / "a.csv", rows))]
    write_sheet(tmp_path / "b.csv", rows, delimiter=";")
    frame = pd.DataFrame(rows)
    frame.to_parquet(tmp_path / "c.parquet")
    frame["read_at"] = [datetime.date(2020, 5, 31), None]
    frame.to_excel(tmp_path / "d.xlsx", index=False)
    for name in ("b.csv", "c.parquet", "d.xlsx"):
        found = rows_of(tmp_path / name)
        assert [row.number for row in found] == [2, 3]
        for row, wanted in zip(found, expected, strict=True):
            assert {key: text[:10] for key, text in row.fields.items()} == {k: text[:10] for k, text in wanted.items()}


@pytest.mark.parametrize(
    ("column", "given", "ours"),
    [
        ("level", "l4-l5", "L4/L5"), ("level", "LWK 5/S1", "L5/S1"), ("level", "T12/L1", "T12/L1"),
        ("grade", "4.300000190734863", "4.3"), ("grade", "3,0", "3"), ("x", "2,50", "2.5"), ("x", "7.0", "7"),
        ("cohort", "External", "external"), ("cohort", "EXTERNAL ", "external"), ("cohort", "Basel", "Basel"),
        ("rater", "Anna\u00a0 Meier", "Anna Meier"), ("reading", "1.0", "1"), ("origin", "Human", "human"),
        ("level", "Kovács", "Kovács"), ("grade", "III", "3"), ("grade", "low", "low"), ("x", "left", "left"),
    ],
)  # fmt: skip
def test_a_text_gets_our_spelling_and_keeps_its_own(tmp_path, column, given, ours):
    (row,) = rows_of(write_sheet(tmp_path / "ratings.csv", [reading(**{"origin": "", column: given})]))
    assert row.get(column) == ours
    assert row.as_given(column) == given.strip()


def test_a_row_with_more_cells_than_the_header_is_a_fault(tmp_path):
    path = write_sheet(tmp_path / "ratings.csv", [reading(), reading(level="L5/S1")])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1], f"{lines[2]},3", f"{lines[1]},,"]))
    rows, (fault,) = sheet.read_sheet(path, tmp_path / "private")
    assert [row.number for row in rows] == [2, 4]
    assert (fault.row, fault.rule[:46]) == (3, "should have no more cells than the header, 11.")


def test_an_unquoted_decimal_comma_in_the_last_column_is_a_fault_of_every_row(tmp_path):
    row = reading()
    del row["grade"]
    path = write_sheet(tmp_path / "ratings.csv", [row | {"grade": "2"}] * 3)
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, *(f"{line},3" for line in lines)]))
    assert len(sheet.read_sheet(path, tmp_path / "private")[1]) == 3


def test_a_header_in_the_middle_is_a_fault(tmp_path):
    (fault,) = faults_of(tmp_path, reading(), {name: name for name in reading()}, reading())
    assert (fault.row, fault.rule) == (3, "repeats the header. Remove the row")


def test_thousands_are_a_fault_and_three_decimals_among_others_are_none(tmp_path):
    (fault,) = faults_of(tmp_path, reading(x="1,010", grade="3"), delimiter=";")
    assert (fault.row, fault.column, fault.value) == (2, "x", "1,010")
    assert faults_of(tmp_path, reading(x="1,010", grade="3,3", y="3,5"), delimiter=";") != []
    (row,) = rows_of(write_sheet(tmp_path / "ratings.csv", [reading(x="1,010", y="3,5", grade="3,3", height="4")], ";"))
    assert row.get("x") == "1.01"


def test_two_decimal_marks_in_one_column_are_a_fault(tmp_path):
    faults = faults_of(tmp_path, reading(x="2.5"), reading(x="2,5", level="L5/S1"))
    assert [(fault.row, fault.column) for fault in faults] == [(2, "x"), (3, "x")]


def test_numbers_of_a_spreadsheet_and_grades_typed_with_a_comma_go_together(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(reading()))
    book.active.append(list(reading(x=1.125, y=2.375, width=6, height=4, grade="3,3").values()))
    book.save(tmp_path / "ratings.xlsx")
    (row,) = rows_of(tmp_path / "ratings.xlsx")
    assert (float(row.get("x")), float(row.get("y")), row.get("grade")) == (1.125, 2.375, "3.3")


def test_a_header_without_rows_is_said(tmp_path):
    path = write_sheet(tmp_path / "ratings.csv", [reading()])
    path.write_text(path.read_text().splitlines()[0] + "\n\n")
    with pytest.raises(SheetError, match="has a header, row 1, and no rows below it"):
        sheet.read_sheet(path, tmp_path / "private")


def test_any_table_can_be_read_under_its_own_names(tmp_path):
    (tmp_path / "table.csv").write_text("sop_instance_uid;p_1.3\n1.2;0,25\n\n1.3;0,5\n")
    rows = sheet.load(tmp_path / "table.csv")
    assert [(row.number, row.get("p_1.3")) for row in rows] == [(2, "0,25"), (4, "0,5")]
    (tmp_path / "table.csv").write_text("sop_instance_uid,p\n1.2,0,25\n")
    with pytest.raises(RefusedError, match="Row 2 of the table has more cells than its header"):
        sheet.load(tmp_path / "table.csv")
