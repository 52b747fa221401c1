"""Cuts on the probability of a grade above each grade."""

from itertools import product

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from discgrade.decoding import decode, exceedances
from discgrade.grades import INTEGRAL
from discgrade.reliability.scores.cuts import fit_cuts


def cohort(seed, discs=300, grades=5, noise=1.0):
    """Probabilities of discs given what was seen of them, and their ranks; the ends of the scale are rare."""
    random = np.random.default_rng(seed)
    share = np.exp(-np.abs(np.arange(grades) - grades / 2))
    ranks = random.choice(grades, discs, p=share / share.sum())
    seen = ranks + noise * random.standard_normal(discs)
    values = np.exp(-((seen[:, None] - np.arange(grades)) ** 2) / (2 * noise**2)) * share
    return values / values.sum(axis=1, keepdims=True), ranks


def kappa(ranks, decided):
    return cohen_kappa_score(ranks, decided, weights="linear")


def ranks_by(probabilities, cuts):
    return (exceedances(probabilities) > np.asarray(cuts)).sum(axis=1)


@pytest.mark.parametrize("seed", range(8))
def test_no_nested_cuts_agree_better_on_the_discs_that_they_were_fitted_on(seed):
    probabilities, ranks = cohort(seed, discs=25, grades=3)
    fitted = kappa(ranks, ranks_by(probabilities, fit_cuts(probabilities, ranks)))
    above = exceedances(probabilities)
    tried = [np.concatenate([[0, 0.5], above[:, k]]) for k in range(2)]
    nested = [cuts for cuts in product(*tried) if not ((above[:, 1] > cuts[1]) & (above[:, 0] <= cuts[0])).any()]
    assert len(nested) > 100
    assert fitted >= max(kappa(ranks, ranks_by(probabilities, cuts)) for cuts in nested) - 1e-9


def test_a_grade_that_argmax_shuns_is_predicted():
    probabilities, ranks = cohort(1, discs=3000)
    by_argmax, by_cuts = (
        decode(probabilities, "integral", "argmax"),
        decode(probabilities, "integral", "cuts", fit_cuts(probabilities, ranks)),
    )
    assert (by_cuts == 5).sum() > 1.3 * (by_argmax == 5).sum() > 0
    assert kappa(ranks, by_cuts.astype(int) - 1) > kappa(ranks, by_argmax.astype(int) - 1) + 0.01


def test_what_is_learnt_holds_for_other_discs():
    cuts = fit_cuts(*cohort(2, discs=3000))
    probabilities, ranks = cohort(3, discs=3000)
    assert kappa(ranks, ranks_by(probabilities, cuts)) > kappa(ranks, probabilities.argmax(axis=1)) + 0.01


def test_the_order_of_discs_and_seeing_each_twice_change_no_cut():
    probabilities, ranks = cohort(4)
    order = np.random.default_rng(1).permutation(len(ranks))
    expected = fit_cuts(probabilities, ranks)
    assert fit_cuts(probabilities[order], ranks[order]) == expected
    assert fit_cuts(np.repeat(probabilities, 2, axis=0), np.repeat(ranks, 2)) == expected


def test_discs_that_are_told_apart_without_fail_keep_cuts_of_one_half():
    ranks = np.repeat(np.arange(5), 6)
    assert fit_cuts(np.eye(5)[ranks], ranks) == (0.5, 0.5, 0.5, 0.5)


def test_a_grade_that_no_disc_has_keeps_its_cut_where_none_is_predicted():
    probabilities, ranks = cohort(5)
    few = ranks < 4
    limited = np.where(np.arange(5) < 4, probabilities[few], 0)
    assert fit_cuts(limited, ranks[few])[3] == 0.5


@pytest.mark.parametrize("ranks", [[], [2, 2, 2]])
def test_without_two_grades_there_is_nothing_to_fit(ranks):
    assert fit_cuts(np.full((len(ranks), 5), 0.2), ranks) == (0.5, 0.5, 0.5, 0.5)


def test_impossible_ranks_are_refused():
    for ranks in ([0, 5], [0, -1], [0]):
        with pytest.raises(ValueError, match="should be 2 ranks from 0 to 4"):
            fit_cuts(np.full((2, 5), 0.2), ranks)


def test_cuts_of_one_half_decode_as_the_median_does():
    probabilities, _ = cohort(6)
    np.testing.assert_array_equal(
        decode(probabilities, "integral", "cuts", [0.5] * 4), decode(probabilities, "integral", "median")
    )


def test_a_lower_cut_lowers_no_grade():
    probabilities, _ = cohort(7)
    grades = [decode(probabilities, "integral", "cuts", [0.6, cut, 0.5, 0.4]) for cut in (0.7, 0.5, 0.2)]
    assert (grades[0] <= grades[1]).all()
    assert (grades[1] <= grades[2]).all()
    assert set(grades[2]) <= set(INTEGRAL)


@pytest.mark.parametrize("cuts", [None, [0.5], [0.5] * 5])
def test_decoding_by_another_number_of_cuts_is_refused(cuts):
    with pytest.raises(ValueError, match="needs 4 cuts"):
        decode(np.full((1, 5), 0.2), "integral", "cuts", cuts)
