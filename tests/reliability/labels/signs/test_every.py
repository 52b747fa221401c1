"""Nothing is found where nothing was planted."""

import pytest


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_found_in_the_phantoms_own_readings(labelled, seed, found_in):
    assert found_in(labelled(seed=seed)) == set()
