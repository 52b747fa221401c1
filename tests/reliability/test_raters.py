"""Pairs of readings, and the ceiling that their noise sets."""

import numpy as np
import pandas as pd
import pytest
from invented_study import make_study, write_table

from discgrade import records
from discgrade.grades import FRACTIONAL, nearest, rank
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.reliability import raters
from discgrade.reliability.graded import read_discs
from discgrade.reliability.scores.metrics import global_scores
from discgrade.reliability.scores.pairs import all_scores
from discgrade.reliability.scores.tabulation import Scope
from discgrade.settings.groups.cohort import Reference

# Counts of the paper's 13 grades among its training samples (four copies a disc), which its class weights give away.
PREVALENCE = np.array([924, 360, 288, 3716, 1656, 1880, 6940, 3168, 1056, 6328, 380, 344, 1572], float)


@pytest.fixture
def made(tmp_path):
    return make_study(tmp_path, patients=20, again=30, second=25)


def readings_of(made) -> tuple[pd.DataFrame, pd.DataFrame]:
    discs = read_discs(made.discs)
    return raters.read_readings(made.ratings, discs, ("R1", 1)), discs


def test_the_main_reading_is_that_of_the_reference():
    assert raters.main_reading(Reference("reading", "R2", 3)) == ("R2", 3)
    assert raters.main_reading(Reference("median", "R1", 1)) == ("R1", 1)


def test_readings_are_paired_on_the_discs_that_have_both(made):
    readings, discs = readings_of(made)
    pairs = raters.rater_pairs(readings, ("R1", 1), discs)
    assert {name: len(pair) for name, pair in pairs.items()} == {"intra_rater": 30, "inter_rater": 25}
    assert list(pairs["intra_rater"].disc) == sorted(pairs["intra_rater"].disc)


def test_several_other_raters_are_pooled(made):
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    third = ratings[ratings["rater"] == "R2"].assign(rater="R3")
    write_table(pd.concat([ratings, third]), RATINGS, made.ratings)
    readings, discs = readings_of(made)
    assert len(raters.rater_pairs(readings, ("R1", 1), discs)["inter_rater"]) == 50


def test_readings_of_excluded_discs_are_left_out(made):
    discs = records.read(made.discs, DISCS).to_pandas()
    write_table(discs[discs["patient"] != "P0000"], DISCS, made.discs)
    readings, _ = readings_of(made)
    assert not readings.index.str.startswith("P0000").any()


def test_a_grade_that_was_given_with_others_in_view_is_no_agreement(made):
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    before = readings_of(made)[0]
    ratings["origin"] = "human"
    main = ratings[(ratings["rater"] == "R1") & (ratings["reading"] == 1)]
    further = main.assign(reading=2 + main["disc"].isin(before.index[before["R1", 2].notna()]), origin="reviewed")
    write_table(pd.concat([ratings, further, further.assign(rater="R3")]), RATINGS, made.ratings)
    assert readings_of(made)[0].equals(before)


def test_a_reviewed_reading_that_is_the_reference_is_compared(made):
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    main = (ratings["rater"] == "R1") & (ratings["reading"] == 1)
    before = readings_of(made)[0]
    write_table(ratings.assign(origin=ratings["origin"].mask(main, "reviewed")), RATINGS, made.ratings)
    assert readings_of(made)[0].equals(before)


def test_the_same_reading_again_counts_once(made):
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    write_table(pd.concat([ratings, ratings.iloc[:3]]), RATINGS, made.ratings)
    assert len(readings_of(made)[0]) == 100


def test_two_grades_of_one_reading_are_refused(made):
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    other = ratings.iloc[[0]].assign(grade=5.0 if ratings["grade"][0] < 5 else 1.0)
    write_table(pd.concat([ratings, other]), RATINGS, made.ratings)
    with pytest.raises(ValueError, match=r"reading of a disc should have one grade. Have more: P0000-0"):
        readings_of(made)


def test_doubly_read_discs_carry_each_of_their_readings(made):
    readings, _ = readings_of(made)
    twice = raters.doubly_read(readings, ("R1", 1))
    assert {scope: len(grades) for scope, grades in twice.items()} == {
        Scope("reread", "R1.1"): 30,
        Scope("reread", "R1.2"): 30,
        Scope("second_rater", "R1.1"): 25,
        Scope("second_rater", "R2.1"): 25,
    }


def test_a_main_reading_that_nobody_made_leaves_nothing(made):
    readings, discs = readings_of(made)
    assert raters.rater_pairs(readings, ("R9", 1), discs) == {}
    assert raters.doubly_read(readings, ("R9", 1)) == {}


def simulate_readings(discs: int, seed: int, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return true rank and two readings of discs at the paper's prevalence, one in twenty of them far off."""
    rng = np.random.default_rng(seed)
    true = rng.choice(13, discs, p=PREVALENCE / PREVALENCE.sum())

    def read() -> np.ndarray:
        error = np.where(rng.random(discs) < 0.05, rng.normal(0, 0.8, discs), rng.normal(0, noise, discs))
        return rank(nearest(FRACTIONAL[true] + error))

    return true, read(), read()


def confusion(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.bincount(13 * rows + columns, minlength=169).reshape(13, 13).astype(float)


def shares(ranks: np.ndarray) -> np.ndarray:
    return np.bincount(ranks, minlength=13) / len(ranks)


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.3])
def test_ceiling_from_840_rereadings_is_what_the_truth_scores_against_a_reading(noise):
    """The oracle is a model that knows the true grade, scored against single readings of many discs."""
    true, reading, _ = simulate_readings(200_000, 0, noise)
    expected = all_scores(confusion(true, reading), "fractional")
    estimates = []
    for seed in range(1, 21):
        _, first, second = simulate_readings(840, seed, noise)
        estimates.append(all_scores(raters.noise_ceiling(confusion(first, second), shares(reading)), "fractional"))
    for metric in ("kappa_linear", "accuracy", "mae", "pearson_r"):
        mean = np.mean([estimate[metric, None] for estimate in estimates])
        assert mean == pytest.approx(float(expected[metric, None]), abs=0.012), metric


def test_ceiling_at_the_papers_agreement_is_where_its_models_are():
    """At the paper's prevalence an intra-rater kappa of .867 leaves .93; its models score .920 to .926."""
    _, first, second = simulate_readings(200_000, 1, 0.19)
    intra = all_scores(confusion(first, second), "fractional")["kappa_linear", None]
    ceiling = all_scores(raters.noise_ceiling(confusion(first, second), shares(first)), "fractional")[
        "kappa_linear", None
    ]
    assert float(intra) == pytest.approx(0.867, abs=0.005)
    assert float(ceiling) == pytest.approx(0.93, abs=0.01)


def test_ceiling_of_a_rater_who_never_errs_is_perfect():
    ceiling = raters.noise_ceiling(np.diag(np.arange(13.0)), PREVALENCE)
    np.testing.assert_allclose(ceiling, np.diag(PREVALENCE / PREVALENCE.sum()) * 78, atol=1e-12)


def test_ceiling_reads_the_grades_as_often_as_they_were_read_and_has_the_size_of_the_reread_discs():
    _, first, second = simulate_readings(840, 3, 0.2)
    ceiling = raters.noise_ceiling(confusion(first, second), shares(first))
    np.testing.assert_allclose(ceiling.sum(0) / 840, shares(first), atol=0.01)
    assert ceiling.sum() == pytest.approx(840)
    assert (ceiling >= 0).all()


def test_ceiling_lies_above_the_agreement_of_readings():
    for seed in range(5):
        _, first, second = simulate_readings(300, seed, 0.25)
        intra = confusion(first, second)
        ceiling = raters.noise_ceiling(intra, intra.sum(1))
        assert global_scores(ceiling)["kappa_linear"] > global_scores(intra)["kappa_linear"]
