"""Bold: the best row and every row that a paired comparison cannot tell from it."""

import pytest

from discgrade.publication.keys import Key
from discgrade.publication.tables.rows.best import best_runs, comparable
from discgrade.publication.tables.rows.scores import Study
from discgrade.settings.run import Run


def run(variant: str) -> Run:
    return Run(variant, 48, 1, "holdout", -1)


def study_of(metric: str, values: dict[str, float], intervals: dict[tuple[str, str], tuple[float, float]]) -> Study:
    scores = {Key(run(variant), metric): {"value": value, "n": 10} for variant, value in values.items()}
    comparisons = {}
    for (one, other), (lower, upper) in intervals.items():
        comparisons[Key(run(one), metric), other] = {"lower": lower, "upper": upper}
        comparisons[Key(run(other), metric), one] = {"lower": -upper, "upper": -lower}
    return Study(scores, {}, comparisons)


INTERVALS = {("a", "b"): (-0.01, 0.05), ("a", "c"): (0.01, 0.2), ("b", "c"): (-0.02, 0.2)}


def test_the_best_row_and_those_whose_interval_holds_zero_are_bold():
    study = study_of("kappa_linear", {"a": 0.9, "b": 0.88, "c": 0.8}, INTERVALS)
    assert {run.variant for run in best_runs(study, [run("a"), run("b"), run("c")], "kappa_linear")} == {"a", "b"}


def test_the_smallest_error_is_best():
    study = study_of(
        "mae", {"a": 0.3, "b": 0.2, "c": 0.1}, {("a", "b"): (0, 0), ("a", "c"): (0.1, 0.3), ("b", "c"): (0.05, 0.1)}
    )
    assert {run.variant for run in best_runs(study, [run("a"), run("b"), run("c")], "mae")} == {"c"}


def test_rows_of_other_discs_are_not_compared():
    study = study_of("accuracy", {"a": 0.7, "b": 0.6, "c": 0.99}, {("a", "b"): (0.05, 0.2)})
    assert {run.variant for run in best_runs(study, [run("a"), run("b"), run("c")], "accuracy")} == {"a"}
    assert [run.variant for run in comparable(study, [run("a"), run("b"), run("c")], "accuracy")] == ["a", "b"]


def test_a_row_alone_is_not_bold():
    study = study_of("accuracy", {"a": 0.7, "b": 0.6}, {})
    assert best_runs(study, [run("a"), run("b")], "accuracy") == set()


def test_undefined_rows_are_left_out():
    study = study_of("mcc", {"a": 0.7, "b": float("nan"), "c": 0.6}, INTERVALS)
    assert {run.variant for run in best_runs(study, [run("a"), run("b"), run("c")], "mcc")} == {"a"}


@pytest.mark.parametrize("metric", ["mae", "pearson_r"])
def test_errors_of_integral_runs_against_fractional_readings_are_left_out(metric):
    study = study_of(
        metric, {"a": 0.5, "b": 0.5, "c": 0.5}, {("a", "b"): (-1, 1), ("a", "c"): (-1, 1), ("b", "c"): (-1, 1)}
    )
    scores = dict(study.scores) | {Key(run("b"), "mae_fractional_reference"): {"value": 0.2, "n": 10}}
    chosen = best_runs(Study(scores, {}, study.comparisons), [run("a"), run("b"), run("c")], metric)
    assert {run.variant for run in chosen} == {"a", "c"}
