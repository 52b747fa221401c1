"""Thresholds of the sets of grades: closed forms, and what they keep of their promise."""

import numpy as np
import pytest
from certain_patients import draw_outputs

from discgrade.reliability.certainty.conformal import fewest_patients, set_thresholds


def of_grade_three(unlike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities (N, 5) with 1 - p of grade 3 as given, and the ranks of that grade."""
    probabilities = np.zeros((len(unlike), 5))
    probabilities[:, 2] = 1 - unlike
    return probabilities, np.full(len(unlike), 2)


def names(numbers) -> np.ndarray:
    return np.array([f"P{number}" for number in numbers], object)


@pytest.mark.parametrize("patients", [9, 10, 19, 99, 100, 1234])
def test_with_one_disc_a_patient_it_is_split_conformal_prediction(patients):
    """The ceil((n + 1) coverage)-th smallest of n scores."""
    unlike = np.random.default_rng(patients).permutation(np.arange(1, patients + 1) / 2048)
    thresholds = set_thresholds(*of_grade_three(unlike), names(range(patients)), 0.9)
    assert thresholds == (None, None, -(-9 * (patients + 1) // 10) / 2048, None, None)


def test_too_few_patients_give_no_threshold():
    unlike = np.linspace(0.1, 0.5, 80)
    assert fewest_patients(0.9) == 9
    assert set_thresholds(*of_grade_three(unlike), names(np.arange(80) // 10), 0.9)[2] is None
    assert set_thresholds(*of_grade_three(unlike), names(np.arange(80) // 8), 0.9)[2] is not None


def test_a_patient_weighs_as_much_as_another_however_many_discs_are_read():
    """19 patients with a disc of 1 - p = 0.25, and one with 50 discs of 0.75, which weigh 1/21 together."""
    unlike = np.array([0.25] * 19 + [0.75] * 50)
    patients = names([*range(19), *[19] * 50])
    assert set_thresholds(*of_grade_three(unlike), patients, 0.9)[2] == 0.25
    assert set_thresholds(*of_grade_three(unlike), patients, 0.92)[2] == 0.75


def test_over_many_small_studies_new_patients_are_covered_as_promised():
    """Whatever the probabilities are worth: 60 patients learned from and 60 new ones, 300 times over."""
    covered, patients = np.zeros(5), np.zeros(5)
    for seed in range(300):
        drawn = draw_outputs(120, seed, sharpness=2.5)
        known = drawn.patients < "P00060"
        thresholds = set_thresholds(drawn.probabilities[known], drawn.grades[known], drawn.patients[known], 0.8)
        for grade in range(5):
            chosen = ~known & (drawn.grades == grade)
            held = 1 - drawn.probabilities[chosen, grade] <= (1 if thresholds[grade] is None else thresholds[grade])
            names, owner, counts = np.unique(drawn.patients[chosen], return_inverse=True, return_counts=True)
            covered[grade] += (held / counts[owner]).sum()
            patients[grade] += len(names)
    assert patients.min() > 3000
    assert np.all(covered / patients > 0.79)
    assert np.all(covered / patients < 0.86)
