"""The samples of a run, whatever shards they came from."""

import numpy as np


def test_nothing_depends_on_shards_and_their_order(make_cohort, cohort, load):
    one = load(cohort=make_cohort(shards=1))
    cohort.samples.reverse()
    two = load()
    cohort.samples.reverse()
    assert one.disc.tolist() == two.disc.tolist()
    np.testing.assert_array_equal(one.pixels, two.pixels)
    np.testing.assert_array_equal(one.train, two.train)


def test_only_what_the_run_needs_is_held(load):
    data = load()
    used = np.concatenate([data.train, data.validation, data.scored])
    assert sorted(used) == list(range(len(data.pixels)))
