"""Who read, and when, without names and dates: a number is given once and survives order, withdrawal and growth."""

import pytest
from readings import reading, write_sheet

from discgrade.readings.raters import (
    AlikeError,
    Rater,
    changes,
    number_of,
    number_raters,
    numbers_of,
    read_days,
)
from discgrade.readings.sheets.faults import SheetError
from discgrade.readings.sheets.sheet import read_sheet


@pytest.fixture
def sheet(tmp_path):
    """A function that returns the rows of a sheet with these raters, and days if given."""

    def rows(*raters, days=None):
        dates = days or [""] * len(raters)
        made = [reading(rater=rater, read_at=read) for rater, read in zip(raters, dates, strict=True)]
        return read_sheet(write_sheet(tmp_path / "ratings.csv", made), tmp_path / "private")[0]

    return rows


def test_raters_are_numbered_in_the_order_of_the_sheet(sheet):
    assert numbers_of(number_raters(sheet("B", "B", "A", "A"), [])) == {"B": "R1", "A": "R2"}


def test_a_number_survives_another_order_withdrawals_and_new_raters(sheet):
    first = number_raters(sheet("Bruno", "Anna"), [])
    assert numbers_of(number_raters(sheet("Anna", "Bruno"), first)) == {"Bruno": "R1", "Anna": "R2"}
    later = number_raters(sheet("Zoe", "Anna"), first)
    assert numbers_of(later) == {"Bruno": "R1", "Anna": "R2", "Zoe": "R3"}


@pytest.mark.parametrize(
    "names", [("R2", "R1"), ("r2", "r1"), ("Rater 2", "Rater 1"), ("2", "1"), ("reader_02", "reader_01")]
)
def test_raters_who_are_called_by_a_number_keep_it(sheet, names):
    assert list(numbers_of(number_raters(sheet(*names), [])).values()) == ["R2", "R1"]


def test_nobody_else_gets_a_number_below_one_that_is_in_use(sheet):
    assert numbers_of(number_raters(sheet("Anna", "R2"), [])) == {"Anna": "R3", "R2": "R2"}


def test_a_bare_number_of_staff_is_no_pseudonym(sheet):
    assert numbers_of(number_raters(sheet("4711", "815"), [])) == {"4711": "R1", "815": "R2"}


@pytest.mark.parametrize(
    ("known", "name", "wrong"),
    [
        ([Rater("R2", "R1"), Rater("R1", "R2")], "R2", "gives this name the number R1"),
        ([Rater("Anna", "R2")], "R2", "gives that number to another name"),
    ],
)
def test_a_name_that_is_another_persons_number_is_refused(sheet, known, name, wrong):
    with pytest.raises(
        SheetError, match=f"row 2, rater: is called {name}, but raters.csv in the private folder {wrong}"
    ):
        number_raters(sheet(name), known)


@pytest.mark.parametrize(("one", "other"), [("ED", "ed"), ("Dr. Lakatos", "Dr Lakatos"), ("R1", "R01"), ("R1", "r1")])
def test_names_that_are_nearly_alike_are_asked_about(sheet, one, other):
    rows = sheet(one, "Somebody Else", other)
    with pytest.raises(AlikeError, match="row 2 and row 4") as error:
        number_raters(rows, [])
    assert other not in str(error.value)
    assert {one.name for one in error.value.asked} == {one, other}
    same, different = ([Rater(one, "R1"), Rater(other, number)] for number in ("R1", "R9"))
    assert set(numbers_of(number_raters(rows, same)).values()) == {"R1", "R2"}
    if not other.upper().startswith("R"):
        assert set(numbers_of(number_raters(rows, different)).values()) == {"R1", "R9", "R10"}


def test_a_new_spelling_of_a_known_rater_is_asked_about(sheet):
    with pytest.raises(AlikeError, match="a name of the map and row 2"):
        number_raters(sheet("lakatos"), [Rater("Lakatos", "R1")])


def test_an_open_question_is_no_number(sheet):
    found = number_raters(sheet("Anna"), [Rater("ED", "R1"), Rater("ed", "")])
    assert numbers_of(found) == {"ED": "R1", "Anna": "R2"}


def test_a_column_of_anything_but_raters_is_refused(sheet):
    with pytest.raises(SheetError, match=r"at most 99 different names\. Received: 120"):
        number_raters(sheet(*(f"N{number}" for number in range(120))), [])


def test_readings_are_dated_from_their_raters_first_one(sheet):
    rows = sheet(*"BBAA", days=["2020-06-10", "2020-05-31", "2020-06-01", ""])
    assert read_days(rows, number_raters(rows, [])) == [10, 0, 0, None]


def test_the_first_day_survives_withdrawals_and_earlier_readings(sheet):
    known = number_raters(sheet("A", "A", days=["2020-05-31", "2020-06-10"]), [])
    rows = sheet("A", "A", days=["2020-06-10", "2020-05-01"])
    assert read_days(rows, number_raters(rows, known)) == [10, -30]


def test_two_names_of_one_person_share_their_first_day(sheet):
    rows = sheet("ED", "ed", days=["2020-06-10", "2020-06-01"])
    assert read_days(rows, number_raters(rows, [Rater("ED", "R1"), Rater("ed", "R1")])) == [9, 0]


def test_a_rater_is_found_by_name_and_by_number():
    known = [Rater("Dr. Lakatos", "R2")]
    assert (number_of("R7", known), number_of(" Dr.  Lakatos", known), number_of("Nagy", known)) == ("R7", "R2", None)


def test_a_changed_map_is_told_in_numbers(sheet):
    known = number_raters(sheet("Lakatos", "Nagy"), [])
    rows = sheet("Nagy", "L. I.")
    new, gone = changes(rows, number_raters(rows, known), known)
    assert "R3 of raters.csv" in new
    assert "R1 of raters.csv: raters whom the sheet does not name any more. If one of them is now written" in gone
    assert list(changes(rows, known, [])) == []
