"""Sample sizes against the Bayesian bootstrap that they stand for."""

import numpy as np
import pytest
from agreeing_samples import make_samples

from discgrade.reliability.agreement import planning
from discgrade.reliability.agreement.grouped import group_spreads
from discgrade.reliability.agreement.planning import SIZES, interval_widths, patient_counts, patients_needed
from discgrade.settings.model import Intervals


@pytest.mark.parametrize("metric", planning.METRICS)
def test_studies_of_this_size_have_intervals_as_wide_as_this_ones(metric):
    samples = make_samples(80)
    spread = group_spreads(samples, Intervals(0.95, 4000, 1))[metric]
    widths = interval_widths(patient_counts(samples), 80, metric, 0.95, 1)
    assert np.nanmean(widths) == pytest.approx(spread.upper - spread.lower, rel=0.12)


def test_four_times_the_patients_halve_the_interval(samples):
    counts = patient_counts(samples)
    wide, narrow = (np.nanmean(interval_widths(counts, size, "kappa_linear", 0.95, 1)) for size in (160, 640))
    assert wide / narrow == pytest.approx(2, rel=0.05)


def test_the_number_of_patients_gives_the_width():
    widths = [1 / np.sqrt(size) for size in SIZES]
    assert patients_needed(widths, 0.1) == pytest.approx(100, abs=1)
    assert patients_needed(widths, 0.01) == pytest.approx(10_000, abs=1)
    assert patients_needed(widths, 0.9) == SIZES[0]
    assert patients_needed(widths, 1e-4) is None
    assert patients_needed([np.nan] * len(SIZES), 0.1) is None
    assert patients_needed([0.0] * len(SIZES), 0.1) is None
