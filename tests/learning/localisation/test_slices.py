"""Tests for discgrade.learning.localisation.slices."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slice_keys import slice_key

from discgrade.imaging.box import Box
from discgrade.imaging.locating.facts import LocatorFacts

FACTS = LocatorFacts(64, 4.0, 16, (), (), 0.0)
ORIENTATIONS = [None, (0, 1, 0, 0, 0, -1), (0, -1, 0, 0, 0, 1), (0, 0, -1, 0, 1, 0)]
numbers = st.floats(1, 100)


@given(st.builds(Box, numbers, numbers, numbers, numbers), st.sampled_from(ORIENTATIONS))
def test_a_box_goes_to_the_input_and_comes_back_however_the_slice_is_stored(box, orientation):
    key = slice_key(orientation=orientation, row_spacing=0.8, column_spacing=1.3)
    back = key.stored(key.placement(FACTS).to_slice(key.on_input(box, FACTS)))
    assert astuple(back) == pytest.approx(astuple(box))


def test_a_slice_that_is_stored_upside_down_has_its_boxes_turned():
    upright, turned = slice_key(), slice_key(orientation=(0, 1, 0, 0, 0, 1))
    low = upright.on_input(Box(10, 150, 20, 20), FACTS)
    high = turned.on_input(Box(10, 200 - 150 - 20, 20, 20), FACTS)
    assert high == low
