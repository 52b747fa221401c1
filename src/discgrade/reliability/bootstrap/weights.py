"""Weights of resampled units, and the thread that their products run on.

A draw gives every unit a Dirichlet(1, ..., 1) weight, that is a standard exponential one, since no score changes with
the weights' sum. Draws of one seed give the same units the same weights.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from discgrade.reliability.scores.confusion import Floats

Integers = NDArray[np.int64]

# Draws, and weights, held at a time: they bound the memory of a bootstrap and keep it in the cache; the result is the
# same.
_CHUNK_DRAWS = 2_000
_CHUNK_WEIGHTS = 2_000_000


def unit_weights(units: int, alike: Integers | None, draws: int, seed: int) -> Iterator[Floats]:
    """Yield weights in chunks of shape (n, units), `draws` rows in all.

    Args:
        units: Number of resampled units.
        alike: Number of units that each column stands for, (units,): the sum of their exponential weights is one
            gamma weight. None if each stands for itself.
        draws: Number of draws.
        seed: Seed of the draws; neither they nor their order depend on the size of the chunks.
    """
    generator = np.random.default_rng(seed)
    size = max(1, min(_CHUNK_DRAWS, _CHUNK_WEIGHTS // units))
    for start in range(0, draws, size):
        shape = (min(size, draws - start), units)
        yield generator.standard_exponential(shape) if alike is None else generator.standard_gamma(alike, shape)


def one_thread() -> threadpool_limits:
    """Return a context in which a product runs on one thread; several that overlap in time need one around them."""
    return threadpool_limits(limits=1, user_api="blas")
