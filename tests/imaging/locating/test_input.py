"""Tests for discgrade.imaging.locating.input."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.imaging.box import Box
from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.locating.input import Placement, locator_input, place

FACTS = LocatorFacts(side=64, spacing_mm=4.0, cells=16, levels=(), expected=(), threshold=0.5)
lengths = st.floats(0.1, 500)
places = st.floats(-500, 500)
scales = st.floats(0.2, 9)


@given(st.builds(Box, places, places, lengths, lengths), st.tuples(places, places, scales, scales))
def test_a_box_goes_to_the_input_and_comes_back(box, numbers):
    placement = Placement(*numbers, 300, 200)
    assert astuple(placement.to_slice(placement.to_input(box))) == pytest.approx(astuple(box), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("spacing", [(0.7, 0.7), (1.0, 0.5), (3.0, 2.5)])
def test_a_square_lies_where_the_placement_says(spacing):
    pixels = np.zeros((400, 300), np.float32)
    pixels[195:225, 140:170] = 1
    image, placement = locator_input(pixels, spacing, FACTS)
    box = placement.to_input(Box(140, 195, 30, 30))
    rows, columns = np.mgrid[:64, :64] + 0.5
    weight = (image + 1) / (image + 1).sum()
    assert (weight * columns).sum() == pytest.approx(box.x + box.width / 2, abs=0.02)
    assert (weight * rows).sum() == pytest.approx(box.y + box.height / 2, abs=0.02)
    assert (image + 1).sum() / 2 == pytest.approx(box.width * box.height, rel=0.03)


def test_the_middle_of_the_slice_is_the_middle_of_the_input():
    middle = place((400, 300), (0.7, 0.5), FACTS).to_input(Box(149, 199, 2, 2))
    assert (middle.x + middle.width / 2, middle.y + middle.height / 2) == pytest.approx((32, 32))


@pytest.mark.parametrize("spacing", [(None, None), (None, 0.5), (0.5, None)])
def test_a_slice_of_unknown_spacing_fills_the_height_and_keeps_its_shape(spacing):
    placement = place((400, 300), spacing, FACTS)
    assert placement.to_input(Box(0, 0, 300, 400)) == Box(8, 0, 48, 64)


def test_the_scale_of_the_greys_does_not_matter():
    pixels = np.random.default_rng(1).random((100, 100)).astype(np.float32)
    image, _ = locator_input(pixels, (2.0, 2.0), FACTS)
    other, _ = locator_input(1000 * pixels - 300, (2.0, 2.0), FACTS)
    assert other == pytest.approx(image, abs=1e-4)


def test_an_empty_slice_is_black():
    image, _ = locator_input(np.full((50, 50), 7, np.float32), (1.0, 1.0), FACTS)
    assert (image == -1).all()


@pytest.mark.parametrize("pixels", [np.zeros((1, 9)), np.zeros(9), np.full((9, 9), np.nan)])
def test_what_is_no_slice_is_refused(pixels):
    with pytest.raises(ValueError, match="A slice should be at least 2 x 2 finite grey values"):
        locator_input(pixels, (1.0, 1.0), FACTS)
