import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.grades import FRACTIONAL, INTEGRAL, grades_of, integral, is_grade, nearest, rank


def test_the_fractional_scale_has_the_thirteen_grades_of_the_paper():
    assert FRACTIONAL.tolist() == [1.0, 1.3, 1.7, 2.0, 2.3, 2.7, 3.0, 3.3, 3.7, 4.0, 4.3, 4.7, 5.0]


@pytest.mark.parametrize(
    ("grade", "rounded"), [(1.0, 1), (1.3, 1), (1.7, 2), (2.3, 2), (2.7, 3), (4.7, 5), (5.0, 5), (2.5, 3), (4.5, 5)]
)
def test_a_transitional_grade_rounds_to_the_closer_integral_one(grade, rounded):
    assert integral(grade) == rounded


def test_the_counts_of_the_thirteen_grades_give_those_of_the_five():
    thirteen = np.array([924, 360, 288, 3716, 1656, 1880, 6940, 3168, 1056, 6328, 380, 344, 1572])
    five = np.array([thirteen[integral(FRACTIONAL) == grade].sum() for grade in INTEGRAL])
    assert five.tolist() == [1284, 5660, 11988, 7764, 1916]


@given(st.floats(-100, 100))
def test_rounding_finds_the_closest_grade(value):
    distance = np.abs(FRACTIONAL - np.clip(value, 1, 5))
    assert np.abs(nearest(value) - np.clip(value, 1, 5)) <= distance.min() + 2e-6


def test_a_tie_goes_to_the_more_degenerated_grade():
    assert nearest([1.15, 1.5, 1.85]).tolist() == [1.3, 1.7, 2.0]


def test_nothing_becomes_a_grade_by_rounding_a_nan():
    assert np.isnan(nearest(np.nan))


@pytest.mark.parametrize("scale", ["fractional", "integral"])
def test_ranks_count_the_grades_from_zero(scale):
    grades = grades_of(scale)
    assert rank(grades, scale).tolist() == list(range(len(grades)))


def test_a_rank_of_what_is_no_grade_is_refused():
    with pytest.raises(ValueError, match=r"Invalid grade on the integral scale.*Received: \[2\.3\]"):
        rank([1, 2.3], "integral")


def test_two_and_a_half_is_no_grade():
    assert is_grade([2.5, 2.3, 2.0, np.nan, 0, 6]).tolist() == [False, True, True, False, False, False]
