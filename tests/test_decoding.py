"""How outputs become grades."""

import numpy as np
import pytest

from discgrade.decoding import decode
from discgrade.grades import FRACTIONAL, INTEGRAL


def test_argmax_takes_the_most_probable_grade_and_the_lower_of_a_tie():
    outputs = [[0.1, 0.2, 0.4, 0.2, 0.1], [0.4, 0.1, 0.0, 0.1, 0.4]]
    np.testing.assert_array_equal(decode(outputs, "integral"), [3, 1])


def test_median_takes_the_first_grade_at_half_the_probability():
    outputs = [[0.3, 0.1, 0.05, 0.15, 0.4], [0.5, 0.0, 0.0, 0.0, 0.5]]
    np.testing.assert_array_equal(decode(outputs, "integral", "median"), [4, 1])


def test_mean_takes_the_grade_nearest_to_the_expected_one():
    outputs = np.zeros((2, 13))
    outputs[0, [0, 12]] = 0.5
    outputs[1, [3, 4]] = [0.4, 0.6]  # 2.0 and 2.3: 2.18 is nearer to 2.3
    np.testing.assert_array_equal(decode(outputs, "fractional", "mean"), [3.0, 2.3])


def test_continuous_values_are_rounded_to_the_nearest_fractional_grade_whatever_the_rule():
    for rule in ("argmax", "median", "mean"):
        np.testing.assert_array_equal(decode([[2.4], [0.2], [6.0]], "continuous", rule), [2.3, 1.0, 5.0])
    np.testing.assert_array_equal(decode([2.4, 4.9], "continuous"), [2.3, 5.0])


@pytest.mark.parametrize("rule", ["argmax", "median", "mean"])
@pytest.mark.parametrize(("scale", "grades"), [("fractional", FRACTIONAL), ("integral", INTEGRAL)])
def test_certain_outputs_decode_to_their_grade(rule, scale, grades):
    np.testing.assert_array_equal(decode(np.eye(len(grades), dtype=np.float32), scale, rule), grades)


@pytest.mark.parametrize(
    ("outputs", "scale", "rule", "message"),
    [
        (np.ones((2, 13)), "integral", "argmax", r"should have 5 columns. Received: 13"),
        (np.ones((2, 5)), "continuous", "argmax", r"should have 1 columns. Received: 5"),
        (np.full((1, 5), np.nan), "integral", "argmax", "should be finite"),
        (np.ones((1, 5)), "integral", "mode", r"Unknown decoding. It should be one of .*Received: 'mode'"),
    ],
)
def test_impossible_outputs_are_refused(outputs, scale, rule, message):
    with pytest.raises(ValueError, match=message):
        decode(outputs, scale, rule)
