"""Tests for discgrade.learning.localisation.network."""

import pytest

from discgrade.learning.localisation.network import build_network


@pytest.mark.parametrize(("side", "levels"), [(64, 2), (96, 5)])
def test_maps_have_a_quarter_of_the_side(side, levels):
    network = build_network(side, levels, 0.25)
    assert network.input_shape == (None, side, side, 1)
    assert network.output_shape == (None, side // 4, side // 4, levels + 4)


def test_a_side_that_does_not_halve_five_times_is_refused():
    with pytest.raises(ValueError, match=r"Invalid `locator.side`. It should be a multiple of 32. Received: 100"):
        build_network(100, 3)
