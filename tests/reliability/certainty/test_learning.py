"""What certainty is worth: coverage by simulation, closed forms of its measures, and reasons for what is left out."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from certain_patients import draw_outputs
from invented_study import be_certain, make_study

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.records.results.certainty import CERTAINTY
from discgrade.reliability.bootstrap.weights import unit_weights
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.learned import read_learned
from discgrade.reliability.certainty.learning import cross_fit, read_out_of_fold
from discgrade.reliability.certainty.mapping import Outputs, learn
from discgrade.reliability.certainty.measures import OutOfFold, calibration_error, certainty_rows
from discgrade.reliability.graded import read_discs, read_splits
from discgrade.reliability.plan import certainty_plans
from discgrade.settings.model import Intervals


def in_folds(outputs: Outputs, folds: int = 5) -> OutOfFold:
    """Assign patients to folds by their number."""
    number = np.array([int(patient[1:]) % folds for patient in outputs.patients])
    predicted = INTEGRAL[outputs.probabilities.argmax(axis=1)]
    return OutOfFold(outputs, number.astype(str).astype(object), INTEGRAL[outputs.grades], predicted)


def learned_of(made: SimpleNamespace) -> tuple[Calibration | str, pd.DataFrame]:
    """Learn the certainty of a made study; return what was learned, and the measures."""
    files = be_certain(made)
    return read_learned(Calibration, files["calibration"]), records.read(files["certainty"], CERTAINTY).to_pandas()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> SimpleNamespace:
    return make_study(tmp_path_factory.mktemp("certain"), patients=60, grid={"seeds": [1, 2]})


@pytest.fixture(scope="module")
def learned(made) -> tuple[Calibration | str, pd.DataFrame]:
    return learned_of(made)


def value(rows: pd.DataFrame, metric: str, grade: float | None = None, scope: str = "all", group: str = "") -> float:
    of_grade = rows["grade"].isna() if grade is None else rows["grade"] == grade
    (found,) = rows.loc[
        (rows["metric"] == metric) & of_grade & (rows["scope"] == scope) & (rows["group"] == group), "value"
    ]
    return found


def test_the_interval_of_a_calibration_error_weighs_patients(made):
    """Bin by bin, draw by draw, from the samples themselves."""
    settings = Intervals(0.9, 150, 4)
    plans, paths = (
        certainty_plans(made.study),
        dict(zip([plan.run for plan in made.runs], made.predictions, strict=True)),
    )
    known = read_discs(made.discs), read_splits(made.splits)
    found = read_out_of_fold([paths[plan.run] for plan in plans], plans, *known)
    crossed = cross_fit(found, 0.9)
    rows = list(certainty_rows(found, crossed, learn(found.outputs, 0.9), settings))
    (row,) = [one for one in rows if one["metric"] == "ece_after"]
    names, owner = np.unique(found.outputs.patients.astype(str), return_inverse=True)
    chosen = np.clip(np.floor(found.predicted + 0.5), 1, 5).astype(int) - 1
    confidence = crossed.after[np.arange(len(chosen)), chosen]
    assert row["value"] == pytest.approx(calibration_error(confidence, found.outputs.grades == chosen))
    draws = []
    for weights in np.concatenate(list(unit_weights(len(names), None, 150, 4))):
        of_disc, error = weights[owner], 0.0
        for low in range(10):
            inside = (confidence >= low / 10) & ((confidence < (low + 1) / 10) | (low == 9))
            error += abs(of_disc[inside] @ ((found.outputs.grades == chosen)[inside] - confidence[inside]))
        draws.append(error / of_disc.sum())
    ordered = np.sort(draws)
    widths = ordered[135:] - ordered[:-135]
    assert (row["lower"], row["upper"]) == pytest.approx((ordered[widths.argmin()], ordered[widths.argmin() + 135]))


def test_ten_thousand_patients_are_covered_within_a_point_for_every_grade():
    found = in_folds(draw_outputs(10_000, seed=3, sharpness=2.5))
    crossed = cross_fit(found, 0.9)
    covered = crossed.sets[np.arange(len(found.outputs)), found.outputs.grades]
    for grade in range(5):
        assert covered[found.outputs.grades == grade].mean() == pytest.approx(0.9, abs=0.01)
    assert crossed.sets.sum(axis=1).mean() < 3


def test_what_a_disc_gets_does_not_depend_on_its_own_folds_grades():
    found = in_folds(draw_outputs(60, seed=6), folds=3)
    first = found.folds == "0"
    turned = replace(found.outputs, grades=np.where(first, 4 - found.outputs.grades, found.outputs.grades))
    one, other = (cross_fit(replace(found, outputs=outputs), 0.9) for outputs in (found.outputs, turned))
    assert np.array_equal(one.after[first], other.after[first])
    assert np.array_equal(one.sets[first], other.sets[first])
    assert not np.array_equal(one.after[~first], other.after[~first])


def test_the_calibration_error_is_the_distance_in_each_tenth():
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.62, 0.62, 1.0])
    right = np.array([1, 1, 1, 0, 1, 0, 1], bool)
    assert calibration_error(confidence, right) == pytest.approx((abs(4 - 4.8) + abs(1 - 1.24)) / 7)


def test_out_of_fold_outputs_are_those_that_the_protocol_scores(made):
    plans = certainty_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    read = read_out_of_fold(
        [paths[plan.run] for plan in plans], plans, read_discs(made.discs), read_splits(made.splits)
    )
    assert len(read.outputs) == 2 * 60 * 5
    assert {(plan.run.split, plan.run.seed) for plan in plans} == {
        (f"fold-0{fold}", seed) for fold in (1, 2) for seed in (1, 2)
    }
    assert set(zip(read.outputs.patients, read.folds, strict=True)) == {
        (f"P{number:04d}", f"fold-0{1 + number % 2}") for number in range(60)
    }


def test_the_measures_agree_with_each_other(learned):
    _, rows = learned
    for grade in (None, *INTEGRAL):
        sizes = [value(rows, "share", grade, "set_size", str(size)) for size in range(1, 6)]
        assert sum(sizes) == pytest.approx(1)
        assert value(rows, "singletons", grade) == sizes[0]
        assert value(rows, "set_size", grade) == pytest.approx(np.dot(range(1, 6), sizes))
    counts = [rows.loc[(rows["metric"] == "coverage") & (rows["grade"] == grade), "n"].item() for grade in INTEGRAL]
    coverage = [value(rows, "coverage", grade) for grade in INTEGRAL]
    assert np.dot(counts, coverage) / sum(counts) == pytest.approx(value(rows, "coverage"))
    assert value(rows, "rps_gain") == pytest.approx(value(rows, "rps_before") - value(rows, "rps_after"))


def test_every_mean_lies_in_its_interval(learned):
    _, rows = learned
    drawn = rows[rows["lower"].notna()]
    assert len(drawn) > 100
    assert ((drawn["lower"] <= drawn["value"]) & (drawn["value"] <= drawn["upper"])).mean() > 0.98
    assert set(drawn["units"]) == {60}


def test_with_all_discs_kept_the_error_is_that_of_the_decoded_grades(made, learned):
    _, rows = learned
    plans = certainty_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    read = read_out_of_fold(
        [paths[plan.run] for plan in plans], plans, read_discs(made.discs), read_splits(made.splits)
    )
    assert value(rows, "mae", scope="kept", group="1") == pytest.approx(np.abs(read.predicted - read.reference).mean())
    assert value(rows, "mae", scope="kept", group="0.2") < value(rows, "mae", scope="kept", group="1")


def test_few_patients_of_a_grade_leave_it_in_every_set_and_say_so(tmp_path):
    learned, rows = learned_of(make_study(tmp_path, patients=12, again=10, second=10))
    short = [place for place, threshold in enumerate(learned.thresholds) if threshold is None]
    assert short
    for place in short:
        row = rows[(rows["metric"] == "threshold") & (rows["grade"] == INTEGRAL[place])].iloc[0]
        assert np.isnan(row["value"])
        assert row["reason"].endswith("and 9 are needed: it is in every set")
        assert row["n"] == 0 or value(rows, "coverage", INTEGRAL[place]) == 1


@pytest.mark.parametrize(
    ("grid", "reason"),
    [
        ({"default": "mse"}, "The variant of the bundle, mse, gives a grade and no probabilities."),
        ({"folds": []}, "The variant of the bundle, default, is not trained in the folds: name it in grid.folds."),
    ],
)
def test_what_cannot_be_learned_is_left_out_with_its_reason(tmp_path, grid, reason):
    learned, rows = learned_of(make_study(tmp_path, patients=8, again=5, second=5, grid=grid))
    assert learned == reason
    assert rows.empty


def test_a_calibration_of_another_version_is_refused(tmp_path):
    (tmp_path / "calibration.json").write_text(json.dumps({"version": 7}))
    with pytest.raises(ValueError, match=r"version 1 is read\. Received: version 7"):
        read_learned(Calibration, tmp_path / "calibration.json")


def test_the_order_of_the_discs_changes_nothing(made, learned):
    outputs = draw_outputs(80, seed=9)
    order = np.random.default_rng(1).permutation(len(outputs))
    shuffled = Outputs(outputs.probabilities[order], "integral", outputs.grades[order], outputs.patients[order])
    one, other = learn(outputs, 0.9), learn(shuffled, 0.9)
    assert one.method == other.method
    assert one.thresholds == pytest.approx(other.thresholds, rel=1e-6)
