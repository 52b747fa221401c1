"""The raters' agreement and the grades' distribution, against the printed numbers of Niemeyer et al. 2021."""

from functools import cache

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from discgrade.grades import FRACTIONAL, integral, rank
from discgrade.phantom import readings
from discgrade.phantom.examination import Seen
from discgrade.phantom.population import CLINIC, draw_patient
from discgrade.phantom.sheet import FIRST_RATER, SECOND_RATER, Discs, read_cohort

# Fig. 1, and the paper's numbers of patients.
PRINTED = {"primary": (1238, 61, 1067, 2953, 1783, 315), "supplemental": (361, 293, 490, 401, 364, 221)}


def discs(cohort: str, patients: int) -> Discs:
    """Discs without images."""
    drawn = [draw_patient(1, cohort, index) for index in range(patients)]
    seen = [Seen(str(number // 5), "2.25.1", (50.0, 50.0, 60.0, 30.0)) for number in range(5 * patients)]
    return Discs(cohort, drawn, seen)


@cache
def large_sample() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rater 1's first grades, and those of the second reading and of rater 2; of 60,000 discs each, without images."""
    rng = np.random.default_rng(0)
    mean, deviation = CLINIC.degeneration
    number = 300_000
    degeneration = rng.normal(mean, deviation, number)
    hesitant = rng.random(number) < readings.HESITATION
    perceived = readings.perceived(degeneration, hesitant, rng.standard_normal(number))
    first = readings.first_reading(perceived, "primary")
    perceived_again = readings.perceived(degeneration, hesitant, rng.standard_normal(number))
    plain = rng.random(number) < readings.PLAIN
    second = readings.second_reading(perceived_again, readings.borders(perceived, first), plain)
    other = readings.other_reading(degeneration, rng.standard_normal(number))
    again = readings.choose(first, 60_000, readings.REREAD_MIXTURE, rng.random(number))
    both = readings.choose(first, 60_000, readings.SECOND_RATER_MIXTURE, rng.random(number))
    return {"rater 1": (first[again], second[again]), "rater 2": (first[both], other[both])}


def agreement(first: np.ndarray, other: np.ndarray) -> dict[str, float]:
    return {
        "exact": float(np.mean(first == other)),
        "kappa": cohen_kappa_score(rank(first), rank(other), weights="linear"),
        "mae": float(np.abs(first - other).mean()),
        "integral kappa": cohen_kappa_score(integral(first), integral(other), weights="linear"),
    }


def test_rater_1_agrees_with_himself_as_printed():
    printed = {"exact": 0.74, "kappa": 0.852, "mae": 0.141, "integral kappa": 0.867}
    assert agreement(*large_sample()["rater 1"]) == pytest.approx(printed, abs=0.012)


def test_the_raters_agree_with_each_other_as_printed():
    printed = {"exact": 0.38, "kappa": 0.541, "mae": 0.350, "integral kappa": 0.585}
    assert agreement(*large_sample()["rater 2"]) == pytest.approx(printed, abs=0.012)


def test_rater_2_makes_many_a_4_a_3_and_hardly_any_3_a_4():
    first, other = map(integral, large_sample()["rater 2"])
    assert np.mean(other[first == 4] == 3) > 0.2
    assert np.mean(other[first == 3] == 4) < 0.1


@pytest.mark.parametrize("cohort", PRINTED)
def test_a_cohort_of_the_papers_size_has_the_papers_grades(cohort):
    patients, *counts = PRINTED[cohort]
    rows = read_cohort(discs(cohort, patients), reread=0, second_rater=0)
    assert np.bincount(integral([row.grade for row in rows]).astype(int), minlength=6)[1:].tolist() == counts


@pytest.mark.parametrize("total", [0, 1, 7, 600, 6179])
def test_quotas_add_up_and_miss_their_share_by_less_than_one(total):
    shares = readings.quotas(total, (61, 1067, 2953, 1783, 315))
    assert shares.sum() == total
    assert np.abs(shares - total * np.array([61, 1067, 2953, 1783, 315]) / 6179).max() < 1


def test_the_more_degenerated_disc_never_gets_the_lower_grade():
    perception = np.random.default_rng(0).normal(3, 1, 500)
    grades = readings.first_reading(perception, "supplemental")
    assert (np.diff(grades[np.argsort(perception)]) >= 0).all()


def test_cutting_at_a_readings_borders_gives_that_reading_again():
    perception = np.random.default_rng(0).normal(3, 1, 500)
    grades = readings.first_reading(perception, "primary")
    np.testing.assert_array_equal(readings.cut(perception, readings.borders(perception, grades)), grades)


def test_rater_1_cuts_both_cohorts_at_the_same_borders():
    """One rater, one scale: the cohorts' degeneration is such that quotas, not borders, differ."""
    integral_borders = []
    for cohort in PRINTED:
        degeneration = discs(cohort, 2000).degeneration
        limits = readings.borders(degeneration, readings.first_reading(degeneration, cohort))
        integral_borders.append(limits[np.diff(integral(FRACTIONAL)) > 0])
    np.testing.assert_allclose(*integral_borders, atol=0.1)


def test_discs_are_chosen_in_the_papers_mixture_and_nested():
    rng = np.random.default_rng(0)
    grades, order = rng.choice(FRACTIONAL, 2000), rng.random(2000)
    many, few = (readings.choose(grades, number, (1, 3, 30, 51, 11), order) for number in (192, 96))
    assert np.bincount(integral(grades[many]).astype(int))[1:].tolist() == [2, 6, 60, 102, 22]
    assert set(few) < set(many)


def test_missing_grades_are_made_up_by_others():
    assert len(readings.choose(np.full(50, 3.0), 20, (1, 3, 30, 51, 11), np.random.default_rng(0).random(50))) == 20


def test_rater_1_reads_again_after_four_weeks_and_rater_2_reads_once():
    rows = read_cohort(discs("primary", 60), reread=40, second_rater=20)
    first = {(r.patient_id, r.level): r.read_at for r in rows if (r.rater, r.reading) == (FIRST_RATER, 1)}
    later = {(r.patient_id, r.level): r.read_at for r in rows if (r.rater, r.reading) == (FIRST_RATER, 2)}
    assert len(later) == 40
    assert {np.datetime64(day) - np.datetime64(first[disc]) for disc, day in later.items()} == {np.timedelta64(28, "D")}
    assert [row.reading for row in rows if row.rater == SECOND_RATER] == [1] * 20


def test_a_region_is_drawn_anew_in_each_reading():
    rows = read_cohort(discs("primary", 20), reread=20, second_rater=0)
    drawn = {(r.patient_id, r.level, r.reading): (r.x, r.y, r.width, r.height) for r in rows}
    again = [disc for disc in drawn if disc[2] == 2]
    assert np.mean([drawn[disc] == drawn[*disc[:2], 1] for disc in again]) < 0.2


def test_every_label_of_the_supplemental_cohort_is_what_rater_1_read():
    rows = read_cohort(discs("supplemental", 361), reread=0, second_rater=0)
    assert {(row.origin, row.rater) for row in rows} == {("human", FIRST_RATER)}
