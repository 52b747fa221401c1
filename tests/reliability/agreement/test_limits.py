"""Limits of agreement against the data of Bland and Altman themselves, and the bootstrap."""

import numpy as np
import pytest
from agreeing_samples import make_samples

from discgrade.reliability.agreement.limits import Measured, discs_measured, limits, limits_draws, sums_measured
from discgrade.settings.model import Intervals

# Bland and Altman, Lancet 1986: peak expiratory flow by a large and a mini meter, first readings of 17 people.
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_limits_are_those_that_bland_and_altman_printed():
    found = limits(Measured(np.array(MINI, float), np.array(LARGE, float), np.arange(17)))
    assert found["bias"] == pytest.approx(-2.1, abs=0.05)
    assert found["sd"] == pytest.approx(38.8, abs=0.05)
    assert (found["limit_lower"], found["limit_upper"]) == pytest.approx((-78.1, 73.9), abs=0.1)


def test_concordance_is_lins():
    x, y = np.array(LARGE, float), np.array(MINI, float)
    expected = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert limits(Measured(x, y, np.arange(17)))["lin_ccc"] == pytest.approx(expected)


def test_draws_scatter_about_the_values_as_the_bootstrap_of_patients_does(samples):
    pairs = discs_measured(samples)
    draws = limits_draws(pairs, Intervals(0.95, 2000, 1))
    values = limits(pairs)
    for metric, drawn in draws.items():
        assert drawn.mean() == pytest.approx(values[metric], abs=3 * drawn.std())
    apart = pairs.predicted - pairs.reference
    means = np.array([apart[pairs.patient == one].mean() for one in range(60)])
    assert draws["bias"].std() == pytest.approx(means.std() / np.sqrt(61), rel=0.06)


def test_sums_are_those_of_each_patient(samples):
    summed, number = sums_measured(samples)
    assert number == 5
    assert summed.reference.tolist() == samples.reference.reshape(60, 5).sum(1).tolist()
    assert summed.predicted.tolist() == samples.predicted.reshape(60, 5).sum(1).tolist()


def test_one_disc_a_patient_has_no_sum():
    assert "one scored disc" in sums_measured(make_samples(20, levels=1))
