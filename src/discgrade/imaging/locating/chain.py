"""Which disc is which level: every candidate for every level, weighed by what the picture shows and by the order.

A chain of levels from the sacrum up. Each level sits on one of K candidates or is absent, with the weights that the
network gives; two levels that follow each other, with absent ones between them, are compatible as far as the way from
one to the other is what the training set says.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.facts import Expected

FREE = 2.0
"""Deviations from the mean way within which nothing speaks against a pair."""
LEAST = 1e-4
"""Compatibility of the least probable pair in the right order: a curved spine is not forbidden."""
GAP = 0.05
"""Weight of each level that is absent between two others."""

Array = NDArray[np.float64]


class Chain(NamedTuple):
    """What a chain of L levels over K candidates says.

    Attributes:
        best: The most probable candidate of each level, -1 if absent, in the most probable chain.
        marginals: (L, K) probability that a level sits on a candidate, over all chains.
        absent: (L,) probability that a level is absent.
    """

    best: tuple[int, ...]
    marginals: Array
    absent: Array


def solve(present: Array, absent: Array, pairs: Array) -> Chain:
    """Find the most probable chain, and sum over all chains.

    Args:
        present: (L, K) weight of each candidate as each level, from the sacrum up.
        absent: (L,) weight of each level's absence.
        pairs: (L, L, K, K) compatibility of level i on one candidate and level j > i on another (`compatibility`).
    """
    between = _between(absent)
    before = _before(present, between, pairs)
    after = _after(present, between, pairs)
    levels = len(absent)
    nothing = between[0, levels + 1]
    total = nothing + float((before * between[1 : levels + 1, levels + 1, None]).sum())
    marginals = before * after / total
    return Chain(_best(present, between, pairs), marginals, 1 - marginals.sum(axis=1))


def compatibility(x: Array, y: Array, expected: Sequence[Expected]) -> Array:
    """Return how well pairs of candidates fit pairs of levels, from 0 to 1, as (L, L, K, K).

    Entry (i, j, m, n), for j > i, is that of level i on candidate m and level j on candidate n. With d the distance of
    their way from the expected one in deviations, it is exp(-(d^2 - FREE^2) / 2), at most 1 and at least LEAST; and 0
    where the higher level does not lie higher. Each absent level between them multiplies it by GAP.

    Args:
        x: (K,) places of the candidates to the right in mm.
        y: (K,) their places downwards in mm.
        expected: Of each level.
    """
    levels, count = len(expected), len(x)
    pairs = np.zeros((levels, levels, count, count))
    right, up = x[None, :] - x[:, None], y[:, None] - y[None, :]
    for low in range(levels):
        for high in range(low + 1, levels):
            squared = _squared(right, [one.right for one in expected[low:high]])
            squared = squared + _squared(up, [one.up for one in expected[low:high]])
            fits = np.clip(np.exp(-(squared - FREE**2) / 2), LEAST, 1)
            pairs[low, high] = np.where(up > 0, fits, 0) * GAP ** (high - low - 1)
    return pairs


def _squared(way: Array, steps: Sequence[tuple[float, ...] | None]) -> Array:
    """Return the squared distance of ways from the sum of some expected steps, in deviations."""
    mean = sum(step[0] for step in steps if step)
    variance = sum(step[1] ** 2 for step in steps if step)
    squared: Array = (way - mean) ** 2 / variance
    return squared


def _between(absent: Array) -> Array:
    """Return the weight that all levels between two are absent, (L + 2, L + 2): 0 stands before the lowest level."""
    levels = len(absent)
    weights = np.zeros((levels + 2, levels + 2))
    for low in range(levels + 1):
        for high in range(low + 1, levels + 2):
            weights[low, high] = absent[low : high - 1].prod()
    return weights


def _before(present: Array, between: Array, pairs: Array) -> Array:
    """Return the weight of all chains that end with each level on each candidate."""
    weights = np.zeros_like(present)
    for level in range(len(present)):
        coming = np.full(present.shape[1], between[0, level + 1])
        for low in range(level):
            coming += between[low + 1, level + 1] * (weights[low] @ pairs[low, level])
        weights[level] = present[level] * coming
    return weights


def _after(present: Array, between: Array, pairs: Array) -> Array:
    """Return the weight of all that may follow each level on each candidate."""
    levels = len(present)
    weights = np.zeros_like(present)
    for level in reversed(range(levels)):
        weights[level] = between[level + 1, levels + 1]
        for high in range(level + 1, levels):
            weights[level] += between[level + 1, high + 1] * (pairs[level, high] @ (present[high] * weights[high]))
    return weights


def _best(present: Array, between: Array, pairs: Array) -> tuple[int, ...]:
    """Return the chain of the largest weight, by dynamic programming."""
    levels, count = present.shape
    nothing: tuple[int, ...] = (-1,) * levels
    best, chain = between[0, levels + 1], nothing
    weights, chains = np.zeros_like(present), [[nothing] * count for _ in range(levels)]
    for level in range(levels):
        for place in range(count):
            ways: list[tuple[float, tuple[int, ...]]] = [(between[0, level + 1], nothing)]
            for low in range(level):
                coming = weights[low] * pairs[low, level, :, place] * between[low + 1, level + 1]
                ways.append((float(coming.max()), chains[low][int(coming.argmax())]))
            weight, way = max(ways, key=lambda one: one[0])
            weights[level, place] = weight * present[level, place]
            chains[level][place] = (*way[:level], place, *way[level + 1 :])
            if weights[level, place] * between[level + 1, levels + 1] > best:
                best, chain = weights[level, place] * between[level + 1, levels + 1], chains[level][place]
    return chain
