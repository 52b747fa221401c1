"""Distances from the training set."""

import numpy as np
import pytest

from discgrade.reliability.certainty.novelty import Cloud, Novelty, distance
from discgrade.settings.plain import plain, typed

ROUND = Cloud("fold-01", (1.0, 2.0), ((1.0, 0.0), (0.0, 1.0)), (4.0, 1.0), 1.0, 1.0)


def test_the_distance_counts_standard_deviations():
    known = Novelty((ROUND,), 1.0, 10, 50)
    found = distance([np.array([[1, 2], [3, 2], [1, 5], [5, 4]], np.float32)], known)
    assert np.allclose(found, [0, 1, 3, np.sqrt(4 + 4)])


def test_members_count_in_their_own_units():
    known = Novelty((ROUND, Cloud("fold-02", (0.0,), (), (), 4.0, 3.0)), 1.0, 10, 50)
    assert np.allclose(distance([np.array([[3.0, 2.0]]), np.array([[6.0]])], known), [(1 + 3 / 3) / 2])


def test_a_discs_bits_do_not_depend_on_others():
    draw = np.random.default_rng(1)
    axes = np.linalg.qr(draw.normal(size=(40, 40)))[0]
    cloud = Cloud(
        "holdout", tuple(draw.normal(size=40)), tuple(map(tuple, axes[:30])), tuple(draw.uniform(1, 2, 30)), 0.5, 2.0
    )
    values = draw.normal(size=(33, 40))
    known = Novelty((cloud,), 1.0, 10, 50)
    alone = [distance([values[[row]]], known)[0] for row in range(33)]
    assert distance([values], known).tolist() == alone


def test_other_members_than_the_clouds_are_refused():
    with pytest.raises(ValueError, match=r"1 members of widths \[2\]. Received: widths \[3\]"):
        distance([np.zeros((4, 3))], Novelty((ROUND,), 1.0, 10, 50))


def test_novelty_returns_from_plain_values():
    known = Novelty((ROUND,), 1.0, 10, 50)
    assert typed(Novelty, plain(known)) == known
