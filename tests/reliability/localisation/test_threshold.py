"""Tests for discgrade.reliability.localisation.threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.reliability.localisation.threshold import COST, LEAST, choose_threshold


def test_where_all_boxes_are_right_the_lowest_is_proposed():
    assert choose_threshold(np.array([0.9, 0.6, 0.55]), np.ones(3, bool)) == pytest.approx((0.55 + LEAST) / 2)


def test_ten_right_boxes_do_not_make_up_for_a_wrong_one_above_them_and_eleven_do():
    def chosen(number):
        probability = np.array([0.95, 0.9, *np.full(number, 0.8)])
        return choose_threshold(probability, np.array([True, False, *np.ones(number, bool)]))

    assert chosen(9) == pytest.approx((0.95 + 0.9) / 2)
    assert chosen(11) == pytest.approx((0.8 + LEAST) / 2)


def test_wrong_boxes_of_small_probability_are_left_out():
    probability = np.array([0.99, 0.9, 0.8, 0.7])
    assert choose_threshold(probability, np.array([True, True, True, False])) == pytest.approx(0.75)


def test_without_a_probable_box_the_threshold_is_the_least():
    assert choose_threshold(np.array([0.3, 0.1]), np.array([True, False])) == LEAST


@given(st.lists(st.tuples(st.floats(0.5, 1), st.booleans()), min_size=1, max_size=40))
def test_no_other_threshold_that_proposes_a_box_is_worth_more(boxes):
    probability, right = np.array([one for one, _ in boxes]), np.array([one for _, one in boxes])

    def worth(threshold):
        proposed = probability >= threshold
        return right[proposed].sum() - COST * (~right[proposed]).sum()

    assert worth(choose_threshold(probability, right)) == max(map(worth, probability))
