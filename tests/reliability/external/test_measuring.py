"""Internal against external: scores by scikit-learn's and closed forms, a shift that is planted and then mended."""

import numpy as np
import pandas as pd
import pytest
from external_scores import score_outside, study_outside
from invented_study import write_table
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score

from discgrade import records
from discgrade.grades import FRACTIONAL, integral
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.external import EXTERNAL
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.plan import external_plans


def scored(made) -> pd.DataFrame:
    return records.read(score_outside(made), EXTERNAL).to_pandas()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return study_outside(tmp_path_factory.mktemp("external"), 60, 40)


@pytest.fixture(scope="module")
def rows(made):
    return scored(made)


def value(rows, scope, metric, *, group="", grade=None, field="value"):
    chosen = rows[(rows["scope"] == scope) & (rows["metric"] == metric) & (rows["group"] == group)]
    chosen = chosen[chosen["grade"].isna()] if grade is None else chosen[chosen["grade"] == grade]
    (found,) = chosen[field]
    return found


def graded(made, part):
    plan = external_plans(made.study)[0]
    path = dict(zip([one.run for one in made.runs], made.predictions, strict=True))[plan.run]
    frame = records.read(path if part == "test" else made.external[0], PREDICTIONS).to_pandas()
    discs = records.read(made.discs, DISCS).to_pandas().set_index("disc")
    predicted = FRACTIONAL[np.stack(frame["outputs"].to_numpy()).argmax(axis=1)]
    return integral(discs["grade"][frame["disc"]].to_numpy()), integral(predicted)


@pytest.mark.parametrize("part", ["test", "external"])
def test_scores_are_those_of_scikit_learn(made, rows, part):
    reference, predicted = graded(made, part)
    for metric, weights in (("kappa_linear", "linear"), ("kappa_quadratic", "quadratic"), ("kappa_unweighted", None)):
        expected = cohen_kappa_score(reference, predicted, weights=weights)
        assert value(rows, part, metric) == pytest.approx(expected, abs=1e-9)
    assert value(rows, part, "balanced_accuracy") == pytest.approx(balanced_accuracy_score(reference, predicted))
    assert value(rows, part, "bias") == pytest.approx(np.mean(predicted - reference), abs=1e-12)
    assert value(rows, part, "prevalence", grade=3.0) == pytest.approx(np.mean(reference == 3))
    assert value(rows, part, "kappa_linear", field="n") == len(reference)


def test_a_group_has_the_score_of_its_patients_and_an_interval_over_them(made, rows):
    reference, predicted = graded(made, "external")
    discs = records.read(made.discs, DISCS).to_pandas()
    women = discs[(discs["cohort"] == "external") & (discs["sex"] == "F")]
    frame = records.read(made.external[0], PREDICTIONS).to_pandas()
    chosen = frame["disc"].isin(women["disc"]).to_numpy()
    expected = cohen_kappa_score(reference[chosen], predicted[chosen], weights="linear")
    assert value(rows, "external/sex", "kappa_linear", group="F") == pytest.approx(expected, abs=1e-9)
    assert value(rows, "external/sex", "kappa_linear", group="F", field="units") == women["patient"].nunique()
    old = discs[(discs["cohort"] == "external") & (discs["age"] >= 60)]
    assert value(rows, "external/age_group", "bias", group="60 and over", field="patients") == old["patient"].nunique()


def test_intervals_hold_their_score_and_count_patients(rows):
    drawn = rows[rows["lower"].notna() & rows["scope"].isin(["test", "external"])]
    assert (drawn["lower"] <= drawn["value"] + 1e-9).all()
    assert (drawn["value"] <= drawn["upper"] + 1e-9).all()
    assert value(rows, "external", "kappa_linear", field="units") == 40


def test_subgroups_and_calibration_are_told_for_both(rows):
    for group in ("level", "manufacturer", "field_strength", "sex", "age_group"):
        assert {f"test/{group}", f"external/{group}"} <= set(rows["scope"])
    for part in ("test", "external"):
        assert value(rows, part, "rps_after") > 0
        assert 0 <= value(rows, part, "ece_before") <= 1


def test_a_planted_shift_is_found_and_a_recalibration_mends_it(tmp_path):
    made = study_outside(tmp_path, 40, 60)
    frame = records.read(made.external[0], PREDICTIONS).to_pandas()
    shifted = frame["outputs"].map(lambda one: np.roll(one, 3))
    write_table(frame.assign(outputs=shifted), PREDICTIONS, made.external[0])
    rows = scored(made)
    assert value(rows, "external", "bias") > value(rows, "test", "bias") + 0.5
    none, some = (value(rows, "recalibrated", "kappa_linear", group=size) for size in ("0", "40"))
    assert some > none + 0.1
    assert abs(value(rows, "recalibrated", "bias", group="40")) < abs(value(rows, "recalibrated", "bias", group="0"))


def test_without_an_external_cohort_there_is_nothing(tmp_path):
    assert scored(study_outside(tmp_path, 24, 0)).empty


def test_two_runs_give_the_same_bytes(made):
    scored(made)
    first = (made.folder / "external.parquet").read_bytes()
    scored(made)
    assert (made.folder / "external.parquet").read_bytes() == first
