"""Tests for discgrade.reliability.localisation.measuring."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from found_boxes import measured
from sklearn.metrics import cohen_kappa_score

from discgrade.reliability.localisation.measuring import weighted_quantile


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_quantile_of_whole_weights_is_that_of_repeated_values(share):
    rng = np.random.default_rng(1)
    values, weights = rng.random(30), rng.integers(0, 5, (4, 30)).astype(float)
    repeated = [np.quantile(np.repeat(values, row.astype(int)), share, method="inverted_cdf") for row in weights]
    assert weighted_quantile(values, weights, share).tolist() == repeated


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """What is measured of 200 patients; in patient 0 a box lies on the next disc, and another was not found."""
    folder = tmp_path_factory.mktemp("measured")
    rows = pq.read_table(measured(folder, 200, {(0, "L4/L5"): 30.0, (0, "L5/S1"): None})).to_pylist()
    return {(row["scope"], row["group"], row["metric"]): row for row in rows}


def test_shares_are_those_of_the_boxes(scores):
    # L5/S1 of patient 0 has L4/L5's box on it, L4/L5 has none, L3/L4 its own.
    assert scores["all", "", "detected"]["value"] == pytest.approx(599 / 600)
    assert scores["all", "", "level_right"]["value"] == pytest.approx(598 / 599)
    assert scores["all", "", "false"]["value"] == 0
    assert scores["all", "", "flagged"]["value"] == 0
    assert scores["level", "L5/S1", "detected"]["value"] == 1
    assert scores["level", "L5/S1", "level_right"]["value"] == pytest.approx(199 / 200)
    assert scores["level", "L4/L5", "detected"]["value"] == pytest.approx(199 / 200)


def test_boxes_are_marked_for_review_where_the_odds_are_below_ten_to_one(tmp_path):
    # Of 60 boxes, 0.95 sure, six lie on no disc of their level: each is right with 0.9, below 10 / 11.
    rows = pq.read_table(measured(tmp_path, 20, {(n, "L3/L4"): 20.0 for n in range(6)}, headers=False)).to_pylist()
    flagged = {row["group"]: row["value"] for row in rows if row["metric"] == "flagged"}
    assert flagged[""] == flagged["L4/L5"] == 1
    assert {row["scope"] for row in rows} == {"all", "level", "grade"}


def test_distances_are_of_boxes_at_the_right_level(scores):
    assert (scores["all", "", "distance_median"]["value"], scores["all", "", "distance_95"]["value"]) == (2, 2)
    assert scores["all", "", "distance_median"]["n"] == 598


def test_intervals_are_of_all_patients(scores):
    for row in scores.values():
        assert row["lower"] <= row["upper"]
        assert (row["unit"], row["units"], row["draws"]) == ("patient", 200, 500)
    shares = scores["all", "", "detected"]
    assert 0.99 < shares["lower"] < shares["value"] < shares["upper"] < 1


def test_kappa_is_that_of_the_same_discs_by_both_regions(scores):
    reference = [1 + (number + level) % 5 for number in range(200) for level in range(3)]
    # The first disc, of grade 1, is taken for 5 by its found region.
    expected = cohen_kappa_score(reference, [5, *reference[1:]], weights="linear")
    assert scores["all", "", "kappa_drawn"]["value"] == 1
    assert scores["all", "", "kappa_found"]["value"] == pytest.approx(expected)
    lost = scores["all", "", "kappa_loss"]
    assert lost["value"] == pytest.approx(1 - expected)
    assert 0 <= lost["lower"] < lost["value"] < lost["upper"]
