"""How high an F1 score of 0 may be, against draws from its posterior."""

import numpy as np
import pytest

from discgrade.reliability.scores.zero import zero_bound


@pytest.mark.parametrize(
    ("misses", "alarms", "probability"), [(9, 0, 0.95), (6, 14, 0.9973), (1, 0, 0.5), (300, 20, 0.95)]
)
def test_bound_is_the_quantile_of_draws_from_the_posterior(misses, alarms, probability):
    hits, missed, false = np.random.default_rng(1).gamma([1.0, 1.0 + misses, 1.0 + alarms], size=(400_000, 3)).T
    f1 = 2 * hits / (2 * hits + missed + false)
    assert zero_bound(misses, alarms, probability) == pytest.approx(np.quantile(f1, probability), rel=0.02)


def test_more_discs_without_a_hit_bound_it_closer():
    bounds = [zero_bound(misses, 0, 0.95) for misses in (1, 10, 100, 1000)]
    assert bounds == sorted(bounds, reverse=True)
    assert 0 < bounds[-1] < bounds[0] < 1
