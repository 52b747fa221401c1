"""Tests for discgrade.reliability.localisation.threshold."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from discgrade.reliability.localisation.threshold import COST, SURE, lapse, lapses_without


def boxes(right, wrong, probability=1.0):
    return np.full(right + wrong, probability), np.arange(right + wrong) < right


def test_of_boxes_that_are_equally_sure_the_lapse_makes_their_probability_the_share_of_right_ones():
    assert lapse(*boxes(97, 3)) == pytest.approx(0.03)
    assert lapse(*boxes(9, 3, 0.8)) == pytest.approx(1 - 0.75 / 0.8)


def test_no_probability_is_made_larger():
    assert lapse(*boxes(97, 3, 0.5)) == pytest.approx(0)


@pytest.mark.parametrize(("right", "wrong", "expected"), [(5, 0, 0), (0, 5, 1), (0, 0, 0)])
def test_all_right_none_right_and_no_box(right, wrong, expected):
    assert lapse(*boxes(right, wrong)) == pytest.approx(expected, abs=1e-9)


def test_what_was_not_seen_says_nothing():
    probability, right = boxes(97, 3)
    assert lapse(np.append(probability, np.zeros(50)), np.append(right, np.zeros(50, bool))) == lapse(
        probability, right
    )


def test_no_other_lapse_is_likelier():
    random = np.random.default_rng(1)
    probability = random.beta(8, 1, 500)
    right = random.random(500) < 0.9 * probability

    def unlikely(lost):
        holds = (1 - lost) * probability
        return -(np.log(holds[right]).sum() + np.log1p(-holds[~right]).sum())

    best = minimize_scalar(unlikely, bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-9}).x
    assert lapse(probability, right) == pytest.approx(best, abs=1e-6)


def test_a_box_is_told_by_the_other_groups_alone():
    (probability, one), (_, other) = boxes(98, 2), boxes(95, 5)
    groups = np.repeat(np.array(["one", "other"], object), 100)
    found = lapses_without(groups, np.tile(probability, 2), np.append(one, other))
    assert found == pytest.approx(np.repeat([0.05, 0.02], 100))
    assert lapses_without(groups[:100], probability, one) == pytest.approx(np.full(100, 0.02))


def test_a_box_is_sure_where_a_wrong_one_is_worth_its_cost():
    assert pytest.approx(COST * (1 - SURE)) == SURE
