"""Intervals and comparisons of a whole study."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from invented_study import draw, make_study, score

from discgrade import records
from discgrade.records.results.intervals import COMPARISONS, INTERVALS, POSTERIORS
from discgrade.records.results.scores import SCORES
from discgrade.settings.model import Protocol
from discgrade.settings.run import ALL_SEEDS

FEW_RUNS = {
    "images": {"resolution": 48, "resolutions": []},
    "splits": {"folds": 2, "shares": [1]},
    "grid": {"default": "default", "variants": ["default", "soft_kappa"], "folds": ["default"], "seeds": [1]},
}
KEY = ["variant", "resolution", "share", "split", "seed", "scope", "group", "grade", "metric"]


def read(path, schema) -> pd.DataFrame:
    return records.read(path, schema).to_pandas()


@pytest.fixture(scope="session")
def intervals(scored) -> pd.DataFrame:
    return read(scored.intervals, INTERVALS)


@pytest.fixture(scope="session")
def comparisons(scored) -> pd.DataFrame:
    return read(scored.comparisons, COMPARISONS)


def test_each_interval_has_one_row_and_its_score(scored, intervals):
    scores = read(scored.scores, SCORES)
    assert not intervals.duplicated(KEY).any()
    joined = intervals.merge(scores, on=KEY, how="left")
    assert joined["n"].notna().all()
    assert joined["value"].isna().equals(joined["lower"].isna())
    joined = joined[joined["value"].notna()]
    inside = (joined["lower"] <= joined["value"] + 1e-9) & (joined["value"] <= joined["upper"] + 1e-9)
    assert inside.mean() > 0.99


def test_runs_seeds_folds_and_readings_have_intervals(intervals):
    found = set(
        map(tuple, intervals.query("scope == 'all'")[["variant", "split", "seed"]].drop_duplicates().to_numpy())
    )
    for seed in (1, 2, ALL_SEEDS):
        assert {("default", split, seed) for split in ("holdout", "folds", "fold-mean")} <= found
    assert {(name, "readings", -1) for name in ("intra_rater", "inter_rater", "noise_ceiling")} <= found


def test_each_row_says_what_was_weighed(intervals):
    units = intervals.groupby("split")["unit"].agg(set).to_dict()
    assert units == {"holdout": {"patient"}, "folds": {"patient"}, "fold-mean": {"fold"}, "readings": {"patient"}}
    default = intervals.query("variant == 'default' and scope == 'all' and metric == 'accuracy'")
    assert set(default.query("split == 'folds'")["units"]) == {48}
    assert set(default.query("split == 'holdout'")["units"]) == {12}
    assert set(default.query("split == 'fold-mean'")["units"]) == {2}
    assert set(intervals["probability"]) == {0.9973}
    assert set(intervals["draws"]) == {2000}


def test_shares_of_the_training_part_have_intervals_of_each_grade(intervals):
    rows = intervals.query("variant == 'default' and split == 'holdout' and metric == 'f1' and grade.notna()")
    assert set(zip(rows["share"], rows["grade"], strict=True)) == {(s, g) for s in (1, 4) for g in (1, 2, 3, 4, 5)}


def test_groups_have_intervals_out_of_fold(intervals):
    groups = intervals.query("variant == 'default' and split == 'folds' and metric == 'mae'")
    assert {"level", "cohort", "manufacturer", "field_strength", "origin", "reread", "second_rater"} < set(
        groups["scope"]
    )
    external = intervals.query("group == 'external'")
    assert set(external["split"]) == {"holdout"}
    assert set(external["units"]) == {6}


def test_comparisons_are_mirrored(comparisons):
    rows = comparisons.query("split == 'holdout' and scope == 'all' and metric == 'kappa_linear'")
    there = rows.query("variant == 'default' and other == 'mse'").iloc[0]
    back = rows.query("variant == 'mse' and other == 'default'").iloc[0]
    assert there["difference"] == pytest.approx(-back["difference"])
    assert there["lower"] == pytest.approx(-back["upper"])
    assert there["greater"] == pytest.approx(1 - back["greater"])
    assert (there["value"], there["other_value"]) == (back["other_value"], back["value"])


def test_a_difference_is_that_of_the_scores(scored, comparisons):
    scores = read(scored.scores, SCORES).set_index(KEY)["value"]
    row = comparisons.query("variant == 'default' and other == 'soft_kappa' and metric == 'mcc' and split == 'holdout'")
    row = row.query("scope == 'all'").iloc[0]
    base = (48, 1, "holdout", -1, "all", "", np.nan, "mcc")
    assert row["value"] == pytest.approx(scores["default", *base])
    assert row["other_value"] == pytest.approx(scores["soft_kappa", *base])
    assert row["difference"] == pytest.approx(row["value"] - row["other_value"], abs=0.02)


def test_resolutions_and_shares_are_compared_with_the_default(comparisons):
    rows = comparisons.query("variant == 'default' and scope == 'all' and metric == 'accuracy' and split == 'holdout'")
    assert set(rows.query("resolution == 48 and share == 1")["other"]) == {
        "integral",
        "soft_kappa",
        "mse",
        "24px",
        "share-4",
    }


def test_errors_are_compared_on_one_scale_only(comparisons):
    rows = comparisons.query("variant == 'integral' and scope == 'all' and other == 'default'")
    assert {"kappa_linear", "lin_ccc"} <= set(rows["metric"])
    assert not {"mae", "pearson_r", "within_one", "bias"} & set(rows["metric"])


def test_the_model_is_compared_with_the_other_reading_of_doubly_read_discs(scored, comparisons):
    rows = comparisons.query("variant == 'default' and split == 'folds' and metric == 'kappa_linear'")
    others = set(
        map(tuple, rows[rows["scope"].isin(["reread", "second_rater"])][["scope", "group", "other"]].to_numpy())
    )
    assert others == {
        ("reread", "R1.1", "R1.2"),
        ("reread", "R1.2", "R1.1"),
        ("second_rater", "R1.1", "R2.1"),
        ("second_rater", "R2.1", "R1.1"),
    }
    row = rows.query("group == 'R2.1'").iloc[0]
    inter = read(scored.scores, SCORES).query("variant == 'inter_rater' and metric == 'kappa_linear'")["value"]
    if row["n"] == 60:  # every doubly read disc has an out-of-fold prediction: kappa does not depend on the direction
        assert row["other_value"] == pytest.approx(inter.item())


def test_discs_and_folds_may_be_weighed_instead(tmp_path):
    made = make_study(tmp_path, patients=20, again=20, second=0, **FEW_RUNS)
    score(made)
    draw(made, unit="disc", draws=200, probability=0.9)
    rows = read(made.intervals, INTERVALS)
    assert set(rows.query("split == 'holdout'")["unit"]) == {"disc"}
    assert set(rows.query("split == 'readings'")["unit"]) == {"patient"}
    draw(made, unit="fold", draws=200)
    rows = read(made.intervals, INTERVALS)
    assert set(rows.query("split == 'holdout'")["unit"]) == {"patient"}
    assert set(rows.query("split == 'fold-mean'")["unit"]) == {"fold"}


def test_wider_probabilities_give_wider_intervals_and_the_seed_decides_them(tmp_path):
    made = make_study(tmp_path, patients=20, again=0, second=0, **FEW_RUNS)
    score(made)
    widths = []
    for probability in (0.5, 0.9, 0.9973):
        draw(made, draws=500, probability=probability)
        rows = read(made.intervals, INTERVALS)
        widths.append((rows["upper"] - rows["lower"]).sum())
    assert all(one < other for one, other in pairwise(widths))
    before = made.intervals.read_bytes()
    draw(made, draws=500)
    assert made.intervals.read_bytes() == before
    draw(made, draws=500, seed=2)
    assert made.intervals.read_bytes() != before


def test_groups_that_are_drawn_side_by_side_have_the_same_bytes(tmp_path):
    made = make_study(tmp_path, patients=20, again=20, second=20, **FEW_RUNS)
    score(made)
    written = []
    for threads in (1, 3):
        draw(made, draws=300, threads=threads)
        written.append((made.intervals.read_bytes(), made.comparisons.read_bytes()))
    assert written[0] == written[1]


def test_variants_scored_on_other_copies_of_the_same_discs_are_paired_too(tmp_path):
    made = make_study(tmp_path, patients=20, again=0, second=0, copies=3, **FEW_RUNS)
    augmented = Protocol("augmented", "validation")
    made.runs = [replace(one, protocol=augmented) if one.run.variant == "soft_kappa" else one for one in made.runs]
    score(made)
    draw(made, draws=100)
    rows = read(made.comparisons, COMPARISONS)
    there = rows.query("variant == 'soft_kappa' and other == 'default' and metric == 'kappa_linear'").iloc[0]
    back = rows.query("variant == 'default' and other == 'soft_kappa' and metric == 'kappa_linear'").iloc[0]
    assert (there["n"], back["n"]) == (75, 25)
    assert there["difference"] == pytest.approx(-back["difference"])


def test_a_posterior_has_the_mass_and_the_interval_of_its_score(scored):
    told = read(scored.intervals, INTERVALS).query(f"seed == {ALL_SEEDS} and scope == 'all' and grade.isna()")
    bounds = told.set_index(["variant", "resolution", "share", "split", "metric"])
    posteriors = read(scored.posteriors, POSTERIORS)
    assert len(posteriors) > 5
    for _, row in posteriors.iterrows():
        of_score = bounds.loc[tuple(row[bounds.index.names])]
        scores, density = np.array(row["scores"]), np.array(row["density"])
        assert np.trapezoid(density, scores) == pytest.approx(1, abs=0.02)
        assert np.trapezoid(density * scores, scores) == pytest.approx(of_score["mean"], abs=0.01)
        inside = (scores >= of_score["lower"]) & (scores <= of_score["upper"])
        held = np.trapezoid(density[inside], scores[inside])
        assert held == pytest.approx(of_score["probability"], abs=0.08)
