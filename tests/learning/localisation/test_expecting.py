"""Tests for discgrade.learning.localisation.expecting."""

import numpy as np
import pytest

from discgrade.learning.localisation.expecting import expected_boxes


def test_sizes_and_ways_are_those_of_the_boxes_in_mm():
    boxes = np.array(
        [[[30, 60, 20, 16], [28, 44, 20, 12]], [[34, 64, 24, 16], [28, 44, 20, 12]], [[32, 60, 22, 16], [np.nan] * 4]]
    )
    low, high = expected_boxes(boxes, 2.0)
    assert low.width == pytest.approx((44, 2 * np.std([20, 24, 22])))
    assert low.height == (32, 2)  # at least 2 mm
    assert low.right == pytest.approx((2 * -4, 2 * np.std([-2, -6])))
    assert low.up == pytest.approx((2 * 18, 2 * np.std([16, 20])))
    assert (high.right, high.up) == (None, None)


def test_levels_that_never_lie_on_one_slice_are_refused():
    boxes = np.full((2, 2, 4), np.nan)
    boxes[0, 0], boxes[1, 1] = 1, 1
    with pytest.raises(ValueError, match="A locator should learn from each level"):
        expected_boxes(boxes, 2.0)
