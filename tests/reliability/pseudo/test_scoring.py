"""What each kind of labels is worth, against scikit-learn on grades put together by hand."""

import pandas as pd
import pytest
from invented_study import write_table
from pseudo_study import COHORT, score_labels
from sklearn.metrics import cohen_kappa_score, f1_score

from discgrade import records
from discgrade.decoding import decode
from discgrade.grades import integral
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.pseudo_labels import PSEUDO_SCORES
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.pseudo.labelling import read_labels

ARMS = ["default-without", "default-human", "default-pseudo", "default"]


@pytest.fixture(scope="module")
def rows(made):
    table = records.read(score_labels(made), PSEUDO_SCORES).to_pylist()
    return {
        (row["variant"], row["split"], row["scope"], row["group"], row["grade"], row["metric"]): row for row in table
    }


@pytest.fixture(scope="module")
def grades(made):
    """Reading, learned label and cohort of each disc, and each variant's out-of-fold grade: all integral."""
    discs = records.read(made.discs, DISCS).to_pandas().set_index("disc")
    found = discs[["cohort"]].assign(reading=integral(discs["grade"]))
    labels = {plan.run.split: read_labels(path) for plan, path in zip(made.teachers, made.labels, strict=True)}
    for plan in made.arms:
        frame = records.read(made.predicted[plan.run], PREDICTIONS).to_pandas()
        frame = frame[frame["part"] == "test"].set_index("disc")
        found.loc[frame.index, plan.run.variant] = integral(decode(frame["outputs"].tolist(), "fractional"))
        learned = labels[plan.run.split]["grade"].reindex(frame.index)
        found.loc[frame.index, "learned"] = integral(learned.fillna(discs["grade"].loc[frame.index]))
        found.loc[frame.index, "own"] = learned.notna()
    return found


def kappa(one, other):
    return cohen_kappa_score(one, other, labels=range(1, 6), weights="linear")


@pytest.mark.parametrize("scope", ["all", "cohort", "others"])
def test_scores_and_gains_are_scikit_learns(rows, grades, scope):
    wanted = {"all": grades["cohort"] != "", "cohort": grades["cohort"] == COHORT, "others": grades["cohort"] != COHORT}
    some = grades[wanted[scope]]
    first = kappa(some["reading"], some[ARMS[0]])
    for name in ARMS:
        row = rows[name, "folds", scope, "", None, "kappa_linear"]
        assert row["value"] == pytest.approx(kappa(some["reading"], some[name]))
        assert (row["n"], row["lower"] < row["value"] < row["upper"]) == (len(some), True)
        for grade in (1, 5):
            f1 = f1_score(some["reading"] == grade, some[name] == grade)
            assert rows[name, "folds", scope, "", float(grade), "f1"]["value"] == pytest.approx(f1)
        if name != ARMS[0]:
            gain = rows[name, "folds", scope, ARMS[0], None, "kappa_linear"]
            assert gain["value"] == pytest.approx(kappa(some["reading"], some[name]) - first)
            assert gain["lower"] < gain["value"] < gain["upper"]


def test_what_scoring_on_learned_labels_adds_is_told(rows, grades):
    for name in ARMS:
        learned, read = kappa(grades["learned"], grades[name]), kappa(grades["reading"], grades[name])
        assert rows[name, "folds", "merged", "", None, "kappa_linear"]["value"] == pytest.approx(learned)
        gain = rows[name, "folds", "merged", "human", None, "kappa_linear"]
        assert gain["value"] == pytest.approx(learned - read)
        assert gain["upper"] - gain["lower"] < 0.3
        own = rows[name, "folds", "merged", "", None, "own"]["value"]
        assert own == pytest.approx((grades["cohort"] == COHORT).mean()) == pytest.approx(grades["own"].mean())


def test_the_labels_of_each_split_are_counted(rows, made):
    for plan, path in zip(made.teachers, made.labels, strict=True):
        labels, key = read_labels(path), (plan.run.variant, plan.run.split, "labels", "", None)
        count = (labels["origin"] == "reviewed").sum()
        assert [rows[*key, name]["value"] for name in ("labelled", "reviewed")] == [len(labels), count]
        assert rows[*key, "reviewed_share"]["value"] == count / len(labels)
        agreed = kappa(integral(labels["reading"]), integral(labels["pseudo"]))
        assert rows[*key, "kappa_linear"]["value"] == pytest.approx(agreed)


def test_discs_whose_label_in_the_sheet_is_no_humans_are_not_scored(made, tmp_path):
    discs = records.read(made.discs, DISCS).to_pandas()
    origins = ["human" if number % 10 else "pseudo" for number in range(len(discs))]
    write_table(discs.assign(origin=origins), DISCS, tmp_path / "discs.parquet")
    changed = type(made)(**vars(made) | {"discs": tmp_path / "discs.parquet", "folder": tmp_path})
    table = pd.DataFrame(records.read(score_labels(changed), PSEUDO_SCORES).to_pylist())
    assert set(table["n"][table["scope"] == "all"]) == {sum(origin == "human" for origin in origins)}
