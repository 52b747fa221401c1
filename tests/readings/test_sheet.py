"""A sheet of any spreadsheet program gives the same rows."""

import datetime

import openpyxl
import pandas as pd
import pytest
from readings import reading, write_sheet

from discgrade.private import RefusedError
from discgrade.readings import sheet


def test_formats_give_the_same_rows(tmp_path):
    rows = [reading(x=2.5, y=3, grade=3.3, reading=1, read_at="2020-05-31"), reading(x=1, y=3, grade=3.0, reading=2)]
    expected = [row.fields for row in sheet.load(write_sheet(tmp_path / "a.csv", rows))]
    write_sheet(tmp_path / "b.csv", rows, delimiter=";")
    frame = pd.DataFrame(rows)
    frame.to_parquet(tmp_path / "c.parquet")
    frame["read_at"] = [datetime.date(2020, 5, 31), None]
    frame.to_excel(tmp_path / "d.xlsx", index=False)
    for name in ("b.csv", "c.parquet", "d.xlsx"):
        found = sheet.load(tmp_path / name)
        assert [row.number for row in found] == [2, 3]
        for row, wanted in zip(found, expected, strict=True):
            assert {k: sheet.number(v) if k in "xygrade" else v[:10] for k, v in row.fields.items()} == {
                k: sheet.number(v) if k in "xygrade" else v[:10] for k, v in wanted.items()
            }


def test_empty_rows_count_but_say_nothing(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(reading()))
    book.active.append([])
    book.active.append(list(reading(grade=2.5).values()))
    book.save(tmp_path / "ratings.xlsx")
    rows = sheet.load(tmp_path / "ratings.xlsx")
    assert [row.number for row in rows] == [3]


def test_a_sheet_of_an_old_excel_is_read(tmp_path):
    path = write_sheet(tmp_path / "ratings.csv", [reading(rater="Szabó")], delimiter=";")
    path.write_bytes(path.read_text("utf-8").encode("cp1252"))
    assert sheet.load(path)[0].get("rater") == "Szabó"


def test_a_missing_sheet_is_not_named(tmp_path):
    with pytest.raises(RefusedError, match="The sheet of readings is missing") as error:
        sheet.load(tmp_path / "Kovács.csv")
    assert "Kovács" not in str(error.value)


@pytest.mark.parametrize("name", ["ratings.xlsx", "ratings.parquet"])
def test_a_file_of_another_format_is_named_by_its_ending_only(tmp_path, name):
    (tmp_path / name).write_text("text")
    with pytest.raises(RefusedError, match=r"should be a \.\w+ file") as error:
        sheet.load(tmp_path / name)
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-16", "\t"), ("utf-8-sig", ";"), ("cp1252", ",")])
def test_a_sheet_of_any_spreadsheet_program_is_read(tmp_path, encoding, delimiter):
    columns = [*reading(rater="Müller")]
    text = "\n".join(delimiter.join(map(str, line)) for line in (columns, reading(rater="Müller").values()))
    (tmp_path / "ratings.csv").write_text(text, encoding)
    assert sheet.load(tmp_path / "ratings.csv")[0].get("rater") == "Müller"
