"""Who read, and when, without names and dates."""

from readings import reading, write_sheet

from discgrade.readings import sheet
from discgrade.readings.raters import rater_numbers, read_days


def rows_of(tmp_path, *rows):
    return sheet.load(write_sheet(tmp_path / "ratings.csv", [reading(**row) for row in rows]))


def test_raters_are_numbered_in_the_order_of_the_sheet(tmp_path):
    rows = rows_of(tmp_path, *({"rater": name} for name in "BBAA"))
    assert rater_numbers(rows) == {"B": "R1", "A": "R2"}


def test_readings_are_dated_from_their_raters_first_one(tmp_path):
    days = ["2020-06-10", "2020-05-31", "2020-06-01", ""]
    rows = rows_of(tmp_path, *({"rater": name, "read_at": day} for name, day in zip("BBAA", days, strict=True)))
    assert read_days(rows) == [10, 0, 0, None]
