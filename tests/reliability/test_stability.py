"""Agreement of grades with themselves: closed forms, and scikit-learn's kappa."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from discgrade import records
from discgrade.records.results.stability import MOVED, STABILITY
from discgrade.reliability.stability import measure_stability
from discgrade.settings.model import Intervals

RUN = {"variant": "default", "resolution": 48, "share": 1, "seed": 1}


def row(number, move, before, after, scale="integral"):
    names = {"split": f"fold-{1 + number % 2:02d}", "disc": f"P{number}-a", "patient": f"P{number}"}
    return RUN | names | {"move": move, "scale": scale, "before": float(before), "after": float(after)}


@pytest.fixture
def measure(tmp_path):
    """Measures rows of `MOVED`; returns value and bounds by scope, group and metric, and the rows."""

    def run(rows):
        records.write(rows, MOVED, tmp_path / "moved.parquet")
        drawn = Intervals(probability=0.95, draws=4000, seed=1)
        out = tmp_path / "stability.parquet"
        measure_stability(moved=tmp_path / "moved.parquet", intervals=drawn, stability=out)
        return {(one["scope"], one["group"], one["metric"]): one for one in records.read(out, STABILITY).to_pylist()}

    return run


def test_one_grade_in_five_that_changes_among_two_even_grades_is_a_kappa_of_0_6(measure):
    # Chance agreement of two even grades is a half: (0.8 - 0.5) / (1 - 0.5).
    patients = 100
    pairs = [(2, 2)] * 40 + [(2, 3)] * 10 + [(3, 2)] * 10 + [(3, 3)] * 40
    found = measure([row(number, "left", *pair) for number, pair in enumerate(pairs)])
    kappa, same = found["box", "", "kappa_linear"], found["box", "", "accuracy"]
    assert kappa["value"] == pytest.approx(0.6)
    assert same["value"] == pytest.approx(0.8)
    assert (same["n"], same["patients"], same["split"], same["seed"]) == (patients, patients, "folds", -1)
    # Weights of patients scatter a share as binomial sampling does: 0.8 +/- 1.96 sqrt(0.8 0.2 / 100).
    assert (same["lower"], same["upper"]) == pytest.approx((0.8 - 0.0784, 0.8 + 0.0784), abs=0.01)
    assert kappa["lower"] < 0.6 < kappa["upper"]
    assert not [key for key in found if key[0] == "slice"]


def test_moves_are_scored_alone_and_boxes_apart_from_slices(measure):
    random = np.random.default_rng(5)
    moves = ("left", "up", "slice before", "slice after")
    rows = [
        row(number, move, before, np.clip(before + random.integers(-1, 2), 1, 5))
        for number in range(60)
        for move in moves
        for before in random.integers(1, 6, 2)
    ]
    found = measure(rows)
    for scope, group, chosen in (
        ("box", "", ("left", "up")),
        ("box", "up", ("up",)),
        ("slice", "", ("slice before", "slice after")),
        ("slice", "slice after", ("slice after",)),
    ):
        before, after = zip(*((one["before"], one["after"]) for one in rows if one["move"] in chosen), strict=True)
        expected = cohen_kappa_score(np.int64(before), np.int64(after), weights="linear", labels=range(1, 6))
        assert found[scope, group, "kappa_linear"]["value"] == pytest.approx(expected)
        assert found[scope, group, "kappa_linear"]["n"] == len(before)


def test_a_grade_that_never_changes_has_no_spread_and_a_single_grade_no_kappa(measure):
    found = measure([row(number, "left", 1 + number % 5, 1 + number % 5) for number in range(20)])
    kappa = found["box", "", "kappa_linear"]
    assert (kappa["value"], kappa["lower"], kappa["upper"]) == (1, 1, 1)
    found = measure([row(number, "left", 3, 3) for number in range(20)])
    assert np.isnan(found["box", "", "kappa_linear"]["value"])
    assert found["box", "", "kappa_linear"]["reason"] == (
        "no variance: every reference grade is 3 and every predicted grade is 3"
    )


def test_nothing_graded_again_leaves_an_empty_table(measure):
    assert measure([]) == {}
