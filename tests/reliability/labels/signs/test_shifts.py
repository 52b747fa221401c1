"""A shift that the discs of a patient share is found, with its size."""

import numpy as np
import pytest

from discgrade.reliability.labels.signs.shifts import intraclass


def test_a_shift_that_a_patients_discs_share_is_found_with_its_size(labelled, judged):
    def shifted(grades, days, rng):
        return grades + 0.4 * rng.standard_normal((len(grades), 1))

    sign = judged(labelled(shifted))["shared"]
    assert sign.p < 0.01
    # Variance of the shift over that of shift, blur and hesitation.
    assert sign.lower < 0.16 / (0.16 + 0.36**2 + 0.04) < sign.upper


def test_the_intraclass_correlation_is_that_of_pairs():
    residual, owner = np.array([1.0, 3.0, 2.0, -6.0]), np.array([0, 0, 1, 1])
    centred = residual - residual.mean()
    by_hand = np.mean([centred[0] * centred[1], centred[2] * centred[3]]) / np.mean(centred**2)
    assert intraclass(residual, owner) == pytest.approx(by_hand)
    assert intraclass(np.array([1.0, 1.0, -1.0, -1.0]), owner) == pytest.approx(1)
    doubled = intraclass(np.concatenate([residual, residual[:2]]), np.array([0, 0, 1, 1, 2, 2]))
    assert intraclass(residual, owner, np.array([2.0, 1.0])) == pytest.approx(doubled)
