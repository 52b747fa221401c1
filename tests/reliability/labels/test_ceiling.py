"""Simulated ceilings, next to what can be worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from discgrade.reliability.labels.ceiling import rate_of, simulate

LABELS = np.repeat(np.arange(5), [20, 60, 90, 60, 20])
OWNER = np.arange(len(LABELS)) // 5


def test_without_errors_kappa_is_one():
    found = simulate(LABELS, OWNER, 0.0, False, 1)
    assert found.value == 1
    assert found.interval(0.95) == (1, 1)


def test_the_mean_is_that_of_the_expected_confusion_matrix():
    rate = 0.2
    expected = np.zeros((5, 5))
    for grade, count in enumerate(np.bincount(LABELS)):
        expected[grade, grade] += count * (1 - rate)
        for other in {max(grade - 1, 0), min(grade + 1, 4)} - {grade}:
            expected[grade, other] += count * rate / len({max(grade - 1, 0), min(grade + 1, 4)} - {grade})
    cells = np.argwhere(expected >= 0)
    by_hand = cohen_kappa_score(cells[:, 0], cells[:, 1], weights="linear", sample_weight=expected.ravel())
    assert simulate(LABELS, OWNER, rate, False, 1).value == pytest.approx(by_hand, abs=0.003)


def test_errors_that_patients_share_leave_the_mean_and_widen_the_interval():
    apart, together = (simulate(LABELS, OWNER, 0.2, shared, 1) for shared in (False, True))
    assert together.value == pytest.approx(apart.value, abs=0.01)
    widths = [upper - lower for lower, upper in (apart.interval(0.95), together.interval(0.95))]
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.2, 0.6])
def test_the_rate_follows_from_the_agreement_of_two_readings(rate):
    assert rate_of((1 - rate) ** 2 + rate**2 / 2) == pytest.approx(rate)
