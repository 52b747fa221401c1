"""Scores of runs, folds, seeds, groups and readings, recomputed with scikit-learn from the graded samples."""

import numpy as np
import pandas as pd
import pytest
from invented_study import CONFIG, make_study, score, write_table
from sklearn import metrics as reference

from discgrade import records
from discgrade.grades import integral
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.records.results.training import PREDICTIONS
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS


def read_scores(made) -> pd.DataFrame:
    return records.read(made.scores, SCORES).to_pandas()


def value(scores: pd.DataFrame, metric: str = "kappa_linear", **key) -> float:
    key = {"variant": "default", "resolution": 48, "share": 1, "split": "holdout", "seed": 1} | key
    key = {"scope": "all", "group": "", "metric": metric} | key
    grade = key.pop("grade", None)
    chosen = scores["grade"].isna() if grade is None else scores["grade"] == grade
    for name, wanted in key.items():
        chosen &= scores[name] == wanted
    return scores.loc[chosen, "value"].item()


def graded_of(made, **key) -> pd.DataFrame:
    rows = records.read(made.graded, GRADED).to_pandas()
    key = {"variant": "default", "resolution": 48, "share": 1, "seed": 1, "part": "test"} | key
    for name, wanted in key.items():
        rows = rows[rows[name] == wanted]
    return rows


def linear_kappa(rows: pd.DataFrame) -> float:
    sides = (integral(rows[side]).astype(int) for side in ("reference", "predicted"))
    return reference.cohen_kappa_score(*sides, weights="linear", labels=range(1, 6))


def test_a_run_is_scored_on_its_test_part(scored):
    rows = graded_of(scored, split="holdout")
    scores = read_scores(scored)
    assert value(scores) == pytest.approx(linear_kappa(rows), abs=1e-12)
    assert value(scores, "mae") == pytest.approx((rows["reference"] - rows["predicted"]).abs().mean(), abs=1e-12)
    exact = (rows["reference"] == rows["predicted"]).mean()
    assert value(scores, "accuracy_fractional") == pytest.approx(exact, abs=1e-12)


def test_folds_are_pooled_and_averaged(scored):
    scores = read_scores(scored)
    folds = [graded_of(scored, split=f"fold-{number:02d}") for number in (1, 2)]
    assert value(scores, split=FOLDS) == pytest.approx(linear_kappa(pd.concat(folds)), abs=1e-12)
    assert value(scores, split=FOLD_MEAN) == pytest.approx(np.mean([linear_kappa(f) for f in folds]), abs=1e-12)


def test_seeds_are_averaged(scored):
    scores = read_scores(scored)
    for split in ("holdout", "folds", "fold-mean"):
        seeds = [value(scores, split=split, seed=seed) for seed in (1, 2)]
        assert value(scores, split=split, seed=ALL_SEEDS) == pytest.approx(np.mean(seeds), abs=1e-12)


def test_groups_of_discs_are_scored_on_their_own(scored):
    scores, discs = read_scores(scored), records.read(scored.discs, DISCS).to_pandas().set_index("disc")
    rows = graded_of(scored, split="holdout")
    known = discs.loc[rows["disc"]]
    for scope, column, group, wanted in (
        ("level", "level", "L4/L5", "L4/L5"),
        ("cohort", "cohort", "primary", "primary"),
        ("manufacturer", "manufacturer", "Siemens", "Siemens"),
        ("field_strength", "field_strength", "1.5", 1.5),
        ("origin", "origin", "reviewed", "reviewed"),
    ):
        expected = linear_kappa(rows[(known[column] == wanted).to_numpy()])
        assert value(scores, scope=scope, group=group) == pytest.approx(expected, abs=1e-12)


def test_unknown_manufacturers_are_no_group(scored):
    assert set(read_scores(scored).query("scope == 'manufacturer'")["group"]) == {"Siemens", "Philips"}


def test_the_external_cohort_is_a_row_of_its_own(scored):
    scores = read_scores(scored)
    rows = graded_of(scored, split="holdout", part="external")
    assert value(scores, scope="cohort", group="external") == pytest.approx(linear_kappa(rows), abs=1e-12)
    external = scores[scores["group"] == "external"]
    assert set(external["split"]) == {"holdout"}
    assert set(external["n"][external["grade"].isna()]) == {30}


def test_per_grade_rows_count_the_discs_of_that_grade(scored):
    rows = graded_of(scored, split="holdout")
    whole = integral(rows["reference"])
    scores = read_scores(scored)
    chosen = scores.query(
        "variant == 'default' and resolution == 48 and share == 1 and split == 'holdout' and seed == 1"
        " and scope == 'all' and metric == 'sensitivity' and grade.notna()"
    )
    assert dict(zip(chosen["grade"], chosen["n"], strict=True)) == {g: (whole == g).sum() for g in (1, 2, 3, 4, 5)}


def test_an_integral_run_is_scored_against_both_references(scored):
    rows = graded_of(scored, split="holdout", variant="integral")
    scores = read_scores(scored)
    own = (integral(rows["reference"]) - rows["predicted"]).abs().mean()
    fractional = (rows["reference"] - rows["predicted"]).abs().mean()
    assert value(scores, "mae", variant="integral") == pytest.approx(own, abs=1e-12)
    assert value(scores, "mae_fractional_reference", variant="integral") == pytest.approx(fractional, abs=1e-12)
    keys = scores.query("variant == 'integral'")["metric"]
    assert not {"accuracy_fractional", "kappa_linear_fractional"} & set(keys)


def test_readings_are_scored_next_to_the_runs(scored):
    ratings = records.read(scored.ratings, RATINGS).to_pandas()
    table = ratings.pivot(index="disc", columns=["rater", "reading"], values="grade")
    for variant, other in (("intra_rater", ("R1", 2)), ("inter_rater", ("R2", 1))):
        both = table[[("R1", 1), other]].dropna()
        both.columns = ["reference", "predicted"]
        key = {"variant": variant, "resolution": 0, "split": "readings", "seed": ALL_SEEDS}
        assert value(read_scores(scored), **key) == pytest.approx(linear_kappa(both), abs=1e-12)


def test_out_of_fold_predictions_are_scored_against_each_reading_of_doubly_read_discs(scored):
    ratings = records.read(scored.ratings, RATINGS).to_pandas()
    second = ratings[(ratings["rater"] == "R2")].set_index("disc")["grade"]
    rows = pd.concat(graded_of(scored, split=f"fold-{number:02d}") for number in (1, 2))
    rows = rows[rows["disc"].isin(second.index)]
    key = {"split": "folds", "scope": "second_rater"}
    scores = read_scores(scored)
    assert value(scores, **key, group="R1.1") == pytest.approx(linear_kappa(rows), abs=1e-12)
    rows = rows.assign(reference=second[rows["disc"]].to_numpy())
    assert value(scores, **key, group="R2.1") == pytest.approx(linear_kappa(rows), abs=1e-12)


def test_a_cohort_of_integral_grades_has_integral_scores_only(tmp_path):
    made = make_study(
        tmp_path,
        patients=24,
        whole=True,
        again=40,
        second=0,
        variants={"integral": CONFIG["variants"]["integral"]},
        grid={"default": "integral", "variants": None, "folds": ["integral"], "seeds": [1]},
    )
    score(made)
    scores = read_scores(made)
    assert not scores["metric"].str.contains("fractional").any()
    assert set(scores["variant"]) == {"integral", "intra_rater", "noise_ceiling"}
    rows = graded_of(made, variant="integral", split="holdout")
    mae = (rows["reference"] - rows["predicted"]).abs().mean()
    assert value(scores, "mae", variant="integral") == pytest.approx(mae, abs=1e-12)


def test_one_rater_and_one_reading_leave_no_rows_of_readings(tmp_path):
    made = make_study(tmp_path, patients=24, again=0, second=0)
    score(made)
    scores = read_scores(made)
    assert set(scores["split"]) == {"holdout", "fold-01", "fold-02", "folds", "fold-mean"}
    assert not scores["scope"].isin(["reread", "second_rater"]).any()


def test_undefined_scores_are_nan_with_a_reason(tmp_path):
    made = make_study(tmp_path, patients=12, again=0, second=0)
    discs = records.read(made.discs, DISCS).to_pandas()
    write_table(discs.assign(grade=3.0, integral=3.0), DISCS, made.discs)
    for path in made.predictions:
        rows = records.read(path, PREDICTIONS).to_pandas()
        constant = [np.eye(len(o))[len(o) // 2] if len(o) > 1 else np.array([3.0]) for o in rows["outputs"]]
        write_table(rows.assign(outputs=constant), PREDICTIONS, path)
    score(made)
    scores = read_scores(made)
    undefined = scores[scores["value"].isna()]
    assert {"kappa_linear", "mcc", "lin_ccc", "pearson_r"} <= set(undefined["metric"])
    overall, of_grade = undefined["grade"].isna(), undefined["grade"]
    assert set(undefined["reason"][overall]) == {
        "no variance: every reference grade is 3 and every predicted grade is 3"
    }
    for grade in (1, 2, 4, 5):
        assert set(undefined["reason"][of_grade == grade]) == {f"no reference grade is {grade}"}
    assert set(undefined["metric"][of_grade == 3]) == {"specificity"}
    assert scores["reason"].isna().equals(scores["value"].notna())


def test_a_grade_that_a_fold_lacks_has_no_mean_of_the_folds_but_a_pooled_score(tmp_path):
    made = make_study(tmp_path, patients=24, again=0, second=0)
    discs, splits = records.read(made.discs, DISCS).to_pandas(), records.read(made.splits, SPLITS).to_pandas()
    first = splits.query("split == 'fold-01' and part == 'test'")["patient"]
    grades = discs["grade"].where(discs["patient"].isin(first), discs["grade"].clip(upper=4))
    grades[discs["patient"].isin(first).idxmax()] = 5.0
    write_table(discs.assign(grade=grades, integral=integral(grades)), DISCS, made.discs)
    score(made)
    rows = read_scores(made).query("variant == 'default' and scope == 'all' and metric == 'f1' and grade == 5")
    rows = rows[rows["seed"] == 1].set_index("split")
    assert np.isnan(rows["value"][["fold-02", "fold-mean"]]).all()
    assert rows["value"][["fold-01", "folds"]].notna().all()
    assert rows["reason"]["fold-02"] == "no reference grade is 5"
    assert rows["reason"]["fold-mean"] == "in a fold, no reference grade is 5"


def test_results_do_not_depend_on_the_order_of_rows(tmp_path):
    grid = {"default": "default", "variants": ["default", "mse"], "folds": ["default"], "seeds": [1]}
    made = make_study(tmp_path, patients=16, again=20, second=20, grid=grid)
    score(made)
    before = made.graded.read_bytes(), made.scores.read_bytes()
    for path, schema in (
        (made.discs, DISCS),
        (made.splits, SPLITS),
        (made.ratings, RATINGS),
        *((path, PREDICTIONS) for path in made.predictions),
    ):
        rows = records.read(path, schema).to_pandas()
        write_table(rows.sample(frac=1, random_state=1), schema, path)
    score(made)
    assert (made.graded.read_bytes(), made.scores.read_bytes()) == before
