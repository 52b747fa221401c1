"""Labels that a split's teacher gives."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pseudo_study import COHORT, label
from table_rows import disc_row

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, integral
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.pseudo.labelling import of_cohort, pseudo_labels, read_labels, to_review


def test_every_disc_of_the_cohort_and_no_other_gets_the_likeliest_grade(made):
    discs = records.read(made.discs, DISCS).to_pandas().set_index("disc")
    parts = records.read(made.splits, SPLITS).to_pandas()
    for plan, path in zip(made.teachers, made.pseudo, strict=True):
        labels = read_labels(path)
        assert [*labels.index] == sorted(discs.index[discs["cohort"] == COHORT])
        outputs = records.read(made.predicted[plan.run], PREDICTIONS).to_pandas().set_index("disc")["outputs"]
        likeliest = [FRACTIONAL[np.argmax(outputs[disc])] for disc in labels.index]
        assert labels["pseudo"].tolist() == labels["grade"].tolist() == likeliest
        summed = np.array([np.bincount(integral(FRACTIONAL).astype(int) - 1, outputs[d], 5) for d in labels.index])
        np.testing.assert_allclose(np.stack(labels["probabilities"]), summed / summed.sum(1, keepdims=True), atol=1e-6)
        np.testing.assert_allclose(labels["expected"], np.stack(labels["probabilities"]) @ INTEGRAL, atol=1e-9)
        assert labels["reading"].tolist() == discs["grade"].loc[labels.index].tolist()
        part = parts[parts["split"] == plan.run.split].set_index("patient")["part"]
        assert labels["part"].tolist() == part.loc[labels["patient"]].tolist()
        assert set(labels["origin"]) == {"pseudo"}


def test_a_teacher_that_did_not_see_all_of_the_cohort_is_refused(made, tmp_path):
    other = next(plan for plan in made.arms if plan.run.variant == "default" and plan.run.split == "fold-01")
    with pytest.raises(ValueError, match=r"the teacher should label all of supplemental\. Without label"):
        label(made, other, tmp_path / "labels.parquet")


@pytest.mark.parametrize(
    ("cohort", "told"), [("third", "no disc is of third. Cohorts of the study: primary, supplemental")]
)
def test_a_cohort_that_nobody_is_of_is_refused(made, tmp_path, cohort, told):
    with pytest.raises(ValueError, match=told):
        label(made, made.teachers[0], tmp_path / "labels.parquet", cohort)


def test_a_cohort_that_is_all_there_is_is_refused():
    discs = pd.DataFrame([disc_row(1, "P1-0", "L4/L5", 3.0)]).set_index("disc")
    with pytest.raises(ValueError, match="none is left to train its teacher on"):
        of_cohort(discs, "primary")


@pytest.mark.parametrize(
    ("deviation", "reviewed"), [(1.7, [True, True, False, False]), (1.6, [True, True, False, True])]
)
def test_review_begins_at_the_deviation_itself_and_needs_a_reading(deviation, reviewed):
    grades, origins = [4.0, 1.3, 2.0, 4.7], ["human", "human", "pseudo", "human"]
    rows = [
        disc_row(1, f"P1-{number}", "L4/L5", grade, origin=origin)
        for number, (grade, origin) in enumerate(zip(grades, origins, strict=True))
    ]
    discs, given = pd.DataFrame(rows).set_index("disc"), np.array([2.3, 3.0, 5.0, 3.1])
    labels = pseudo_labels(discs, given, None, given[:, None])
    assert to_review(labels, deviation).tolist() == reviewed
    assert labels["reading"].isna().tolist() == [False, False, True, False]


def test_a_regression_labels_by_its_value(made, tmp_path):
    plan = made.teachers[0]
    frame = records.read(made.predicted[plan.run], PREDICTIONS).to_pandas()
    frame["outputs"] = [[float(np.asarray(outputs) @ FRACTIONAL)] for outputs in frame["outputs"]]
    records.write(frame.to_dict("records"), PREDICTIONS, tmp_path / "predictions.parquet")
    regression = replace(plan, scale="continuous")
    changed = type(made)(**vars(made) | {"predicted": {regression.run: tmp_path / "predictions.parquet"}})
    label(changed, regression, tmp_path / "labels.parquet")
    labels = read_labels(tmp_path / "labels.parquet")
    assert (np.abs(labels["pseudo"] - labels["expected"]) <= 0.2 + 1e-6).all()
    assert not any(len(shares) for shares in labels["probabilities"])
