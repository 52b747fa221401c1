"""Tests of equal kappas: their size, their power, and Holm's adjustment."""

from dataclasses import replace

import numpy as np
import pytest
from agreeing_samples import make_samples
from scipy.stats import chi2

from discgrade.reliability.agreement import heterogeneity
from discgrade.reliability.agreement.heterogeneity import compare_groups, holm, permuted, wald
from discgrade.reliability.agreement.samples import GRADE, groups_of


def test_a_worse_manufacturer_is_found(monkeypatch):
    monkeypatch.setattr(heterogeneity, "PERMUTATIONS", 199)
    found = compare_groups(make_samples(80, worse=0.8), "manufacturer", seed=1)
    assert found.groups == ("A", "B")
    assert found.p == pytest.approx(0.005)


def test_a_grade_that_is_met_less_often_is_found_and_one_of_few_patients_is_not_compared(monkeypatch):
    monkeypatch.setattr(heterogeneity, "PERMUTATIONS", 99)
    samples = make_samples(80, worse=0)
    rng = np.random.default_rng(1)
    few = np.isin(samples.reference, [1.0, 5.0])
    for often, found_at in (({2.0: 0.8, 3.0: 0.8, 4.0: 0.4}, 0.01), ({2.0: 0.7, 3.0: 0.7, 4.0: 0.7}, None)):
        chance = np.array([often.get(grade, 0.7) for grade in samples.reference])
        met = rng.random(len(chance)) < chance
        predicted = np.where(met, samples.reference, samples.reference + np.where(samples.reference < 3, 1, -1))
        test = compare_groups(replace(samples, predicted=predicted).of(~few), GRADE, seed=1)
        assert test.groups == ("2", "3", "4")
        assert test.p == pytest.approx(found_at) if found_at else test.p > 0.05
    assert compare_groups(samples.of(samples.reference == 3), GRADE, seed=1).reason.startswith("fewer than two groups")


def test_a_model_that_names_one_grade_meets_that_grade_alone(monkeypatch):
    """Nothing varies within a grade then, and yet they differ; kappas, all 0, do not."""
    monkeypatch.setattr(heterogeneity, "PERMUTATIONS", 99)
    samples = make_samples(60, worse=0)
    always = replace(samples, predicted=np.full(len(samples.reference), 3.0))
    assert compare_groups(always, GRADE, seed=1).p == pytest.approx(0.01)
    assert compare_groups(always, "manufacturer", seed=1).p == 1


def test_equal_groups_are_seldom_told_apart(monkeypatch):
    monkeypatch.setattr(heterogeneity, "PERMUTATIONS", 99)
    for factor in ("manufacturer", "level"):
        found = [compare_groups(make_samples(30, worse=0, seed=seed), factor, seed).p for seed in range(20)]
        assert np.mean(np.asarray(found) <= 0.1) <= 0.28
        assert 0.3 < np.mean(found) < 0.7


def test_the_statistic_is_about_chi_squared_where_nothing_differs():
    statistics = []
    for seed in range(60):
        samples = make_samples(60, worse=0, seed=seed)
        labels = (samples.discs["manufacturer"] == "B").to_numpy(np.int64)
        statistics.append(wald(samples, labels[None], 2)[0])
    assert np.mean(statistics) == pytest.approx(1, abs=0.45)
    assert np.mean(np.asarray(statistics) > chi2.ppf(0.9, 1)) < 0.25


def test_patients_are_permuted_as_a_whole_and_levels_within_them(samples):
    patient = samples.patient
    makers = (samples.discs["manufacturer"] == "B").to_numpy(np.int64)
    among = next(permuted(makers, patient, 1, within=False))
    assert all(len(set(row[patient == one])) == 1 for row in among[:5] for one in range(60))
    assert (among.sum(1) == makers.sum()).all()
    assert (among != makers).any()
    levels = np.tile(np.arange(5), 60)
    within = next(permuted(levels, patient, 1, within=True))
    assert all(sorted(row[patient == one]) == list(range(5)) for row in within[:5] for one in range(60))
    assert (within != levels).any()


def test_what_cannot_be_compared_says_why(samples):
    assert "fewer than two groups" in compare_groups(samples, "age_group", 1).reason
    assert list(groups_of(samples, "field_strength")) == []


def test_holm_is_that_of_r():
    # p.adjust(c(0.01, 0.02, 0.03, 0.5), "holm")
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([float("nan"), 0.04])[1] == 0.04
    assert holm([0.6, 0.7]) == [1.0, 1.0]
