"""Ages and hidden degeneration of the phantom's patients."""

import numpy as np
import pytest

from discgrade.phantom.population import DEGENERATED, HEALTHY, draw_patient

PATIENTS = 1500


@pytest.fixture(scope="module")
def primary():
    return [draw_patient(1, "primary", index) for index in range(PATIENTS)]


@pytest.fixture(scope="module")
def supplemental():
    return [draw_patient(1, "supplemental", index) for index in range(361)]


def test_a_patient_is_the_same_whoever_was_drawn_before():
    alone = draw_patient(1, "primary", 5)
    [draw_patient(1, "primary", index) for index in range(5)]
    np.testing.assert_array_equal(draw_patient(1, "primary", 5).degeneration, alone.degeneration)


def test_the_supplemental_cohort_has_the_papers_two_groups(supplemental):
    healthy = [patient for patient in supplemental if patient.group is HEALTHY]
    assert (len(healthy), len(supplemental) - len(healthy)) == (201, 160)
    ages = {
        group: [patient.age for patient in supplemental if patient.group is group] for group in (HEALTHY, DEGENERATED)
    }
    assert (np.mean(ages[HEALTHY]), np.std(ages[HEALTHY])) == pytest.approx((34, 12), abs=2)
    assert (np.mean(ages[DEGENERATED]), np.std(ages[DEGENERATED])) == pytest.approx((69, 12), abs=2)


def test_ages_are_those_of_the_paper(primary, supplemental):
    ages = [patient.age for patient in primary + supplemental]
    assert min(ages) >= 18 and max(ages) <= 95


def test_degeneration_goes_with_age(primary):
    mean = [patient.degeneration.mean() for patient in primary]
    assert 0.4 < np.corrcoef([patient.age for patient in primary], mean)[0, 1] < 0.8


def test_discs_of_a_patient_are_alike(primary):
    discs = np.corrcoef(np.array([patient.degeneration for patient in primary]).T)
    assert 0.4 < discs[~np.eye(5, dtype=bool)].mean() < 0.7


def test_the_lower_levels_are_more_degenerated(primary):
    levels = np.mean([patient.degeneration for patient in primary], axis=0)
    assert levels[3:].min() > levels[:3].max()


def test_a_few_discs_contradict_themselves(primary):
    contradictory = np.array([patient.contradictory for patient in primary])
    assert 0.002 < contradictory.mean() < 0.02
