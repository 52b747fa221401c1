"""Patients who stand out: those whose discs were all read too high or too low, and nobody where nobody was."""

import numpy as np
import pandas as pd
import pytest

from discgrade.reliability.labels.patients import shifted_patients, shrunken, variances

SHIFTED = {4: 1.1, 23: -1.3, 52: 1.2, 90: -1.2, 111: 1.3, 144: -1.2, 171: 1.3, 202: -1.1, 231: 1.2, 277: -1.3}


def plant(grades, days, rng):
    for patient, shift in SHIFTED.items():
        grades[patient] += shift
    return grades


def test_planted_patients_are_the_first_with_their_sign_and_intervals_that_leave_out_0(labelled):
    """A planted patient whose grades lie at an end of the scale can hardly be shifted, so that one may be missed."""
    found = {int(one.group[1:]): one for one in shifted_patients(labelled(plant), 0.95)}
    assert len(found) == 10
    assert len(set(SHIFTED) & set(found)) >= 9
    for patient, one in ((patient, found[patient]) for patient in SHIFTED if patient in found):
        assert np.sign(one.value) == np.sign(SHIFTED[patient])
        assert one.lower > 0 or one.upper < 0
        assert abs(one.value) < abs(SHIFTED[patient])
        assert (one.n, one.patients) == (5, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_is_found_in_clean_readings(labelled, seed):
    found = [one for one in shifted_patients(labelled(seed=seed), 0.95) if one.lower > 0 or one.upper < 0]
    assert found == []


def test_shrunken_means_are_those_of_the_textbook():
    """Searle et al. 1992, section 3.6, by hand: three patients of 2, 2 and 4 discs."""
    residual = pd.Series([1.0, 3.0, -1.0, -3.0, 0.0, 2.0, -2.0, 0.0])
    patients = pd.Series(["a", "a", "b", "b", "c", "c", "c", "c"])
    across, inside = 2 * 4.0 + 2 * 4.0 + 0.0, 2.0 + 2.0 + 8.0
    within, usual = inside / 5, (8 - (4 + 4 + 16) / 8) / 2
    between = (across / 2 - within) / usual
    counts = np.array([2.0, 2.0, 4.0])
    assert variances(residual.to_numpy(), counts, np.array([2.0, -2.0, 0.0])) == pytest.approx((between, within))
    table = shrunken(residual, patients).set_index("patient")
    weight = 2 * between / (2 * between + within)
    assert table["mean"].to_dict() == pytest.approx({"a": 2 * weight, "b": -2 * weight, "c": 0.0})
    assert table["deviation"]["a"] == pytest.approx(np.sqrt(between * within / (2 * between + within)))


def test_one_disc_a_patient_tells_nothing():
    assert shrunken(pd.Series([1.0, -1.0]), pd.Series(["a", "b"])).empty
