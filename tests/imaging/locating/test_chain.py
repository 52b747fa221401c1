"""Tests for discgrade.imaging.locating.chain: the sums and the best chain against all chains, one by one."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discgrade.imaging.locating.chain import GAP, LEAST, compatibility, solve
from discgrade.imaging.locating.facts import Expected

SIZE = (50.0, 5.0)
EXPECTED = (
    Expected(SIZE, SIZE, (-5.0, 4.0), (30.0, 4.0)),
    Expected(SIZE, SIZE, (0.0, 4.0), (35.0, 4.0)),
    Expected(SIZE, SIZE, None, None),
)


def weight(chain, present, absent, pairs):
    """Return the weight of one chain: a candidate or -1 for each level."""
    total = 1.0
    for level, place in enumerate(chain):
        total *= absent[level] if place < 0 else present[level, place]
    there = [level for level, place in enumerate(chain) if place >= 0]
    for low, high in pairwise(there):
        total *= pairs[low, high, chain[low], chain[high]]
    return total


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_best_chain_and_marginals_are_those_of_all_chains(levels, count, seed):
    rng = np.random.default_rng(seed)
    present, absent = rng.random((levels, count)), rng.random(levels)
    pairs = rng.random((levels, levels, count, count))
    chains = list(product(range(-1, count), repeat=levels))
    weights = np.array([weight(chain, present, absent, pairs) for chain in chains])
    found = solve(present, absent, pairs)
    assert weight(found.best, present, absent, pairs) == pytest.approx(weights.max())
    for level, place in product(range(levels), range(count)):
        share = weights[[chain[level] == place for chain in chains]].sum() / weights.sum()
        assert found.marginals[level, place] == pytest.approx(share)
    missing = [weights[[chain[level] == -1 for chain in chains]].sum() / weights.sum() for level in range(levels)]
    assert found.absent == pytest.approx(missing)


def test_the_expected_way_is_wholly_compatible_and_two_deviations_more_are_not():
    x, y = np.array([0.0, -5.0, -5.0 + 4 * 4.0]), np.array([0.0, -30.0, -30.0])
    pairs = compatibility(x, y, EXPECTED)
    assert pairs[0, 1, 0, 1] == 1
    assert pairs[0, 1, 0, 2] == pytest.approx(np.exp(-(4**2 - 2**2) / 2))


def test_a_level_is_never_below_the_one_beneath_it():
    pairs = compatibility(np.array([0.0, 0.0]), np.array([0.0, 30.0]), EXPECTED)
    assert all(pairs[low, high, 0, 1] == 0 for low, high in combinations(range(3), 2))
    assert all(pairs[low, high, 1, 0] > 0 for low, high in combinations(range(3), 2))


def test_a_way_over_an_absent_level_is_the_sum_of_both_and_costs():
    pairs = compatibility(np.array([0.0, -5.0]), np.array([0.0, -65.0]), EXPECTED)
    assert pairs[0, 2, 0, 1] == pytest.approx(GAP)
    assert pairs[0, 1, 0, 1] == LEAST
