"""Which row is the header, and which column is which."""

import csv
import logging

import openpyxl
import pytest
from readings import reading, write_sheet

from discgrade.private import RefusedError
from discgrade.readings.sheets.sheet import read_sheet

ROW = reading()


def book_of(path, *pages):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(pages):
        page = book.create_sheet(f"Kovács {number}")
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def refusal(path):
    with pytest.raises(RefusedError) as error:
        read_sheet(path, path.parent / "private")
    assert "Kovács" not in str(error.value)
    return str(error.value)


def renamed(**names):
    return {names.get(name, name): value for name, value in ROW.items()}


def columns(folder):
    with (folder / "private" / "columns.csv").open(encoding="utf-8") as text:
        return {row["column"]: row["taken_for"] for row in csv.DictReader(text)}


def test_names_of_columns_may_be_spelled_in_any_case_and_with_any_mark(tmp_path, caplog):
    names = {"patient_id": "Patient ID", "sop_instance_uid": "SOPInstanceUID", "grade": "GRADE ", "x": "X"}
    path = write_sheet(tmp_path / "ratings.csv", [renamed(**names)])
    with caplog.at_level(logging.INFO):
        ((row,), _) = read_sheet(path, tmp_path / "private")
    assert (row.get("patient_id"), row.get("grade"), row.get("x")) == ("004711-K", "3.3", "2.5")
    assert columns(tmp_path)["SOPInstanceUID"] == "sop_instance_uid"
    assert "ratings: taken: 'Patient ID' for patient_id, 'SOPInstanceUID' for sop_instance_uid" in caplog.text


def test_missing_columns_are_named_with_what_nearly_fits(tmp_path):
    path = write_sheet(tmp_path / "ratings.csv", [renamed(level="segment", grade="Pfirrmann", rater="Kovács")])
    message = refusal(path)
    assert "Missing: level, grade, rater" in message
    assert "Row 1 holds 11 cells, 8 of which name a column" in message
    assert "'segment' for level, 'Pfirrmann' for grade" in message
    assert columns(tmp_path)["Kovács"] == ""


def test_a_title_above_the_header_is_left_out(tmp_path, caplog):
    path = book_of(tmp_path / "ratings.xlsx", [["Grades of Kovács"], [], ROW, ROW.values()])
    with caplog.at_level(logging.INFO):
        ((row,), _) = read_sheet(path, tmp_path / "private")
    assert row.number == 4
    assert "the header is row 3; what stands above it is left out" in caplog.text


def test_data_above_the_header_are_not_lost(tmp_path):
    path = book_of(tmp_path / "ratings.xlsx", [ROW.values(), ROW, ROW.values()])
    assert "the header is row 2, but row 1 above it holds data" in refusal(path)


def test_the_worksheet_that_holds_the_readings_is_found(tmp_path, caplog):
    path = book_of(tmp_path / "ratings.xlsx", [["Notes", "Kovács"]], [ROW, ROW.values()])
    with caplog.at_level(logging.INFO):
        ((row,), _) = read_sheet(path, tmp_path / "private")
    assert row.number == 2
    assert "of 2 worksheets the readings are in number 2" in caplog.text


def test_two_worksheets_of_readings_are_refused(tmp_path):
    path = book_of(tmp_path / "ratings.xlsx", [ROW, ROW.values()], [["Kovács"]], [ROW, ROW.values()])
    assert "several worksheets hold readings: 1, 3" in refusal(path)


def test_no_worksheet_with_all_columns_is_said(tmp_path):
    path = book_of(tmp_path / "ratings.xlsx", [["Kovács"]], [[*ROW][:-1], ROW.values()])
    message = refusal(path)
    assert "Missing: cohort" in message
    assert "None of the 2 worksheets has them all. Row 1 of worksheet 2 holds" in message


@pytest.mark.parametrize("again", ["grade", "Grade", "GRADE "])
def test_two_columns_of_one_name_are_refused(tmp_path, again):
    lines = [",".join([*ROW, again]), ",".join([*map(str, ROW.values()), "5"])]
    (tmp_path / "ratings.csv").write_text("\n".join(lines))
    assert "columns 8 and 12 are both named grade" in refusal(tmp_path / "ratings.csv")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("orign", "origin"), ("origins", "origin"), ("frames", "frame"), ("Frame No.", "frame"), ("read_date", "read_at")],
)
def test_a_misspelt_optional_column_does_not_disappear(tmp_path, name, meant):
    path = write_sheet(tmp_path / "ratings.csv", [ROW | {name: "1"}])
    assert f"column 12, {name!r}, has no meaning here, but is nearly {meant}" in refusal(path)


def test_other_columns_are_dropped_counted_and_named_in_private(tmp_path, caplog):
    path = write_sheet(tmp_path / "ratings.csv", [ROW | {"of Kovács": "1", "seconds": "2", "version": "3"}])
    with caplog.at_level(logging.INFO):
        ((row,), _) = read_sheet(path, tmp_path / "private")
    assert "of Kovács" not in row.fields
    assert "3 columns that have no meaning here are dropped: see columns.csv" in caplog.text
    assert "Kovács" not in caplog.text
    assert columns(tmp_path)["of Kovács"] == ""


def test_a_sheet_without_anything_is_empty(tmp_path):
    (tmp_path / "ratings.csv").write_text("\n\n")
    assert "is empty" in refusal(tmp_path / "ratings.csv")
