"""What a text means as a number; what can be read in two ways is doubtful."""

import pytest

from discgrade.readings.sheets.numbers import day, decimal_marks, doubt, grade, number, whole


@pytest.mark.parametrize(
    ("text", "value"), [("24.5", 24.5), ("24,5", 24.5), ("-2", -2), (",5", 0.5), ("1e2", 100), ("7.", 7)]
)
def test_a_number_has_a_point_or_a_comma(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "1.024,5", "1 024", "1'024", "1_024", "nan", "inf", "٣", "0x1", "2.3.2021", "1e400"]
)
def test_what_is_no_plain_number_is_none(text):
    assert number(text) is None


@pytest.mark.parametrize(("text", "value"), [("2", 2), ("2.0", 2), ("2,0", 2), ("02", 2), ("", None)])
def test_a_whole_number_may_be_written_as_a_fraction(text, value):
    assert whole(text) == value


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1,000", "1e1", "19650312", "1st"])
def test_what_is_no_whole_number_is_none(text):
    assert whole(text) is None


@pytest.mark.parametrize(("text", "value"), [("4.300000190734863", 4.3), ("4,7", 4.7), ("2.30", 2.3), ("3", 3.0)])
def test_a_grade_is_the_one_that_is_meant(text, value):
    assert grade(text) == value


@pytest.mark.parametrize("text", ["2.5", "2.33", "0", "6", "VI", "IIII", "grade", "2.29", ""])
def test_what_is_no_grade_is_none(text):
    assert grade(text) is None


@pytest.mark.parametrize("text", ["spring", "0020-05-31", "31.05.2020", "1900-01-01", "43982", ""])
def test_a_day_is_an_iso_date_of_our_time(text):
    assert day(text) is None
    assert day("2020-05-31T10:15") is not None


def doubts(column, **others):
    marks = decimal_marks({"column": column, **others})
    everywhere = frozenset().union(*marks.values())
    return [bool(doubt(text, marks["column"], everywhere)) for text in column]


@pytest.mark.parametrize(
    ("column", "others", "doubtful"),
    [
        (["1,010", "34"], {}, [True, False]),
        (["1,010", "24,5"], {}, [False, False]),
        (["1,010", "34"], {"grade": ["2,3"]}, [False, False]),
        (["1,010", "34"], {"grade": ["2.3"]}, [True, False]),
        (["1.010", "34"], {}, [False, False]),
        (["1.010", "34"], {"grade": ["2,3"]}, [True, False]),
        (["1.010", "24,5"], {}, [True, False]),
        (["1.010", "24.5"], {"grade": ["2,3"]}, [False, False]),
        (["101,375", "1,010"], {}, [False, False]),
        (["24.5", "24,5", "30"], {}, [True, True, False]),
        (["0,125", "1,010"], {}, [False, False]),
    ],
)
def test_thousands_and_mixed_marks_are_doubtful_unless_other_cells_settle_them(column, others, doubtful):
    assert doubts(column, **others) == doubtful


@pytest.mark.parametrize(
    ("text", "value"),
    [("III", 3), ("iv", 4), ("Grade V", 5), ("Pfirrmann 2", 2), ("Pfirrman grade III", 3), ("grad 1", 1)],
)
def test_grades_in_words_and_roman_numerals_are_understood(text, value):
    assert grade(text) == value
