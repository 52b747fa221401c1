"""A table of any spreadsheet program gives the same cells; what is no table, or was cut wrongly, is said."""

import bz2
import gzip
import lzma
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from discgrade.private import RefusedError
from discgrade.readings.sheets.formats import read_pages

WANTED = frozenset({"level", "grade", "rater"})


def cells(path, wanted=WANTED):
    (page,) = read_pages(path, wanted)
    return page.lines


def written(tmp_path, text, name="ratings.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def refusal(path):
    with pytest.raises(RefusedError) as error:
        read_pages(path, WANTED)
    assert str(path.parent) not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_text_is_split_at_its_own_delimiter(tmp_path, delimiter):
    lines = [["level", "grade", "rater"], ["L4/L5", "2", "A"]]
    path = written(tmp_path, "\n".join(map(delimiter.join, lines)))
    assert cells(path) == list(enumerate(lines, 1))


def test_the_delimiter_is_that_of_the_names_not_of_a_title_above_them(tmp_path):
    path = written(tmp_path, "Grades, by Anna, of May\nlevel;grade;rater\nL4/L5;2,3;A\n")
    assert cells(path)[2] == (3, ["L4/L5", "2,3", "A"])


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_the_line_that_tells_excel_the_delimiter_is_no_row(tmp_path, line):
    path = written(tmp_path, f"{line}\r\nlevel;grade;rater\r\nL4/L5;2,3;A\r\n")
    assert cells(path) == [(1, ["level", "grade", "rater"]), (2, ["L4/L5", "2,3", "A"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_ends_a_row(tmp_path, end):
    path = written(tmp_path, end.join(["level,grade,rater", "L4/L5,2,A", "L5/S1,3,A", ""]))
    assert [number for number, _ in cells(path)] == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_of_any_spreadsheet_program_is_read(tmp_path, encoding):
    path = written(tmp_path, "level\tgrade\trater\nL4/L5\t2\tMüller\n", encoding=encoding)
    assert cells(path)[1] == (2, ["L4/L5", "2", "Müller"])


@pytest.mark.parametrize(
    ("cell", "means"), [('"=""0123"""', "0123"), ('="0123"', "0123"), ("'-12", "-12"), ("'a", "'a")]
)
def test_what_keeps_a_cell_from_becoming_a_number_or_formula_is_taken_away(tmp_path, cell, means):
    assert cells(written(tmp_path, f"level,grade,rater\n{cell},2,A\n"))[1] == (2, [means, "2", "A"])


@pytest.mark.parametrize("text", ['"A\nL5/S1,3,A\n', '"A"x\nL5/S1,3,A\n', '"A\nL5/S1,3,A\nL3/L4,3,"A"\n'])
def test_a_quotation_mark_that_would_swallow_rows_is_refused(tmp_path, text):
    message = refusal(written(tmp_path, f"level,grade,rater\nL4/L5,2,{text}"))
    assert "quotation mark" in message


def test_a_comment_of_several_lines_is_one_cell(tmp_path):
    path = written(tmp_path, 'level,grade,rater,comment\nL4/L5,2,A,"first\nsecond"\nL5/S1,2,A,\n')
    assert [number for number, _ in cells(path)] == [1, 2, 3]


@pytest.mark.parametrize(("kind", "column"), [(pa.float16(), 4.7), (pa.float32(), 4.3), (pa.float64(), 4.3)])
def test_a_number_of_any_precision_is_written_as_it_was_meant(tmp_path, kind, column):
    import numpy as np

    values = pa.array(np.array([column], kind.to_pandas_dtype()), kind)
    pq.write_table(pa.table({"grade": values}), tmp_path / "ratings.parquet")
    assert cells(tmp_path / "ratings.parquet")[1] == (2, [str(column)])


def test_a_number_of_a_table_is_never_written_like_thousands(tmp_path):
    pq.write_table(pa.table({"x": [1.125, 101.375, 2.0, float("nan"), None]}), tmp_path / "ratings.parquet")
    assert [row for _, (row,) in cells(tmp_path / "ratings.parquet")] == ["x", "1.1250", "101.375", "2", "", ""]


def test_every_worksheet_is_read_whatever_it_says_of_its_size(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    book.create_sheet("Grades").append(["level", "grade"])
    for _ in range(3):
        book["Grades"].append(["L4/L5", 2.3])
    book.save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "ratings.xlsx", "w") as wrong,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            wrong.writestr(name, content.replace(b'ref="A1:B4"', b'ref="A1:A2"') if "sheet2" in name else content)
    notes, grades = read_pages(tmp_path / "ratings.xlsx")
    assert (notes.number, grades.number) == (1, 2)
    assert grades.lines == [(1, ["level", "grade"]), *((row, ["L4/L5", "2.3"]) for row in (2, 3, 4))]


def test_empty_rows_count_but_say_nothing(tmp_path):
    book = openpyxl.Workbook()
    for row in (["level", "grade"], [], ["L4/L5", 2]):
        book.active.append(row)
    book.save(tmp_path / "ratings.xlsx")
    assert [number for number, row in cells(tmp_path / "ratings.xlsx") if any(row)] == [1, 3]


@pytest.mark.parametrize("name", ["ratings.xls", "ratings.xlsx", "ratings.csv"])
def test_an_old_or_locked_excel_file_is_named_as_what_it_is(tmp_path, name):
    (tmp_path / name).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000))
    message = refusal(tmp_path / name)
    assert ".xls" in message
    assert "Save it as .xlsx" in message


@pytest.mark.parametrize(
    ("member", "kind"), [("content.xml", ".ods"), ("xl/workbook.bin", ".xlsb"), ("Index/Document.iwa", ".numbers")]
)
def test_tables_of_other_programs_are_named_as_what_they_are(tmp_path, member, kind):
    with zipfile.ZipFile(tmp_path / "ratings.csv", "w") as archive:
        archive.writestr(member, "text")
    assert f"is a {kind} file, which is not read" in refusal(tmp_path / "ratings.csv")


@pytest.mark.parametrize("text", ["<html><table>", "\ufeff\n<?xml version='1.0'?>", "%PDF-1.7", '[{"grade": 3}]'])
def test_a_page_under_the_name_of_a_sheet_is_named_as_one(tmp_path, text):
    assert "HTML, XML, JSON or PDF" in refusal(written(tmp_path, text, "ratings.xls"))


@pytest.mark.parametrize("name", ["sheet.csv.gz", "sheet.csv.bz2", "sheet.csv.xz", "sheet.zip"])
def test_a_packed_sheet_is_to_be_unpacked(tmp_path, name):
    (tmp_path / "sheet.csv").write_text("grade\n3\n")
    openers = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    path = tmp_path / name
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "sheet.csv")
    else:
        with openers[path.suffix](path, "wb") as packed:
            packed.write(b"grade\n3\n")
    with pytest.raises(RefusedError, match=rf"is packed \({path.suffix}\)\. Unpack it"):
        read_pages(path)


def test_what_is_no_text_is_not_taken_for_one(tmp_path):
    (tmp_path / "sheet.csv").write_bytes(b"$FL2\x00\x01grade\n3\n")
    with pytest.raises(RefusedError, match="is no table of text"):
        read_pages(tmp_path / "sheet.csv")


def test_a_sheet_is_told_by_its_content_not_by_its_name(tmp_path):
    pq.write_table(pa.table({"grade": [2.0]}), tmp_path / "ratings.csv")
    assert cells(tmp_path / "ratings.csv")[1] == (2, ["2"])


@pytest.mark.parametrize("name", ["ratings.xlsx", "ratings.parquet"])
def test_a_file_of_another_format_is_named_by_its_ending_only(tmp_path, name):
    assert "should be a ." in refusal(written(tmp_path, "text", name))


def test_a_missing_sheet_is_not_named(tmp_path):
    assert "The sheet of readings is missing" in refusal(tmp_path / "Kovács.csv")
