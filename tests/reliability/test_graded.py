"""Bad input is refused with names before anything is scored."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from invented_study import make_study, write_table

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.scores import GRADED
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.graded import external_of, grade_run, named, read_discs, read_splits
from discgrade.settings.model import Protocol, Score


@pytest.fixture
def made(tmp_path):
    return make_study(tmp_path, patients=24, external=3, again=10, second=10, copies=2)


def change(path: Path, schema, edit) -> None:
    write_table(edit(records.read(path, schema).to_pandas()), schema, path)


def grade(made, index: int = 0, score: Score = "as_read", **changes) -> pd.DataFrame:
    plan = replace(made.runs[index], protocol=Protocol(score, "validation"), **changes)
    outside = external_of(made.external, made.runs).get(made.runs[index].run)
    return grade_run(made.predictions[index], plan, read_discs(made.discs), read_splits(made.splits), external=outside)


def test_as_read_copies_of_the_test_part_and_the_external_cohort_are_scored(made):
    frame = grade(made)
    assert list(frame.columns) == GRADED.names
    assert set(frame["copy"]) == {0}
    assert frame.groupby("part")["disc"].nunique().to_dict() == {"external": 15, "test": 30}


def test_augmented_copies_are_scored_without_the_one_as_read(made):
    frame = grade(made, score="augmented")
    assert frame["copy"].value_counts().to_dict() == {1: 45, 2: 45}


def test_averaged_copies_are_scored_by_the_mean_of_their_outputs(made):
    """Three copies that say 1, 1 and 5 by 0.4, 0.4 and 0.9 to 0.1 each: the mean says 5 more than either 1."""
    outputs = {0: [0.4, 0.1, 0.1, 0.1, 0.3], 1: [0.4, 0.1, 0.1, 0.1, 0.3], 2: [0.0, 0.0, 0.1, 0.0, 0.9]}
    for path in (made.predictions[0], made.external[0]):
        change(
            path,
            PREDICTIONS,
            lambda rows: rows.assign(outputs=[outputs[copy] for copy in rows["copy"]]).sample(frac=1, random_state=1),
        )
    frame = grade(made, score="averaged", scale="integral", decoding="argmax")
    assert set(grade(made, scale="integral", decoding="argmax")["predicted"]) == {1.0}
    assert set(frame["predicted"]) == {5.0}
    assert set(frame["copy"]) == {0}
    assert (
        frame.groupby("part")["disc"].nunique().to_dict()
        == {"external": 15, "test": 30}
        == frame["part"].value_counts().to_dict()
    )


def test_a_disc_with_fewer_copies_cannot_be_averaged(made):
    lost = lambda rows: rows[(rows["disc"] != "P0004-1") | (rows["copy"] != 2)]  # noqa: E731
    change(made.predictions[0], PREDICTIONS, lost)
    with pytest.raises(ValueError, match=r"seed-1: every disc should have 3 scored copies. Fewer: P0004-1$"):
        grade(made, score="averaged")


def test_the_external_cohort_is_scored_by_the_hold_out_split_alone(made):
    fold = next(index for index, plan in enumerate(made.runs) if plan.run.split == "fold-01")
    assert set(grade(made, fold)["part"]) == {"test"}


def test_unknown_discs_are_named(made):
    change(made.discs, DISCS, lambda discs: discs[discs["disc"] != "P0000-2"])
    with pytest.raises(ValueError, match="default/48px/share-1/holdout/seed-1: predictions of unknown discs: P0000-2"):
        grade(made)


def test_discs_without_prediction_are_named(made):
    change(made.predictions[0], PREDICTIONS, lambda rows: rows[~rows["disc"].isin(["P0004-1", "P0008-3"])])
    with pytest.raises(ValueError, match=r"the test part should be predicted as read. Without .*: P0004-1, P0008-3"):
        grade(made)


def test_a_run_without_augmented_copies_cannot_be_scored_on_them(made):
    change(made.predictions[0], PREDICTIONS, lambda rows: rows[rows["copy"] == 0])
    with pytest.raises(
        ValueError, match=r"should be predicted as augmented copies. Without prediction: .* and 25 more"
    ):
        grade(made, score="augmented")


def test_discs_of_the_training_part_are_refused(made):
    def with_another(rows):
        own = rows[rows["disc"].str.startswith("P0000")]
        return pd.concat([rows, own.assign(disc=own["disc"].str.replace("P0000", "P0001"))])

    change(made.predictions[0], PREDICTIONS, with_another)
    with pytest.raises(ValueError, match="predictions of discs outside the test part of holdout: P0001-0, P0001-1"):
        grade(made)


def test_a_disc_scored_twice_is_named(made):
    change(made.predictions[0], PREDICTIONS, lambda rows: pd.concat([rows, rows.iloc[[0]]]))
    with pytest.raises(ValueError, match=r"a copy of a disc should be predicted once. More often: P0000-0"):
        grade(made)


def test_discs_with_fewer_copies_are_named(made):
    def without_one(rows):
        return rows[~((rows["disc"] == "P0004-1") & (rows["copy"] == 2))]

    change(made.predictions[0], PREDICTIONS, without_one)
    with pytest.raises(ValueError, match=r"every disc should have 2 scored copies. Fewer: P0004-1"):
        grade(made, score="augmented")


def test_outputs_of_another_scale_are_refused(made):
    with pytest.raises(
        ValueError, match=r"holdout/seed-1: Outputs on the integral scale should have 5 columns. .*: 13"
    ):
        grade(made, scale="integral")


def test_diverged_outputs_are_refused(made):
    change(
        made.predictions[0],
        PREDICTIONS,
        lambda rows: rows.assign(outputs=[o * float("nan") for o in rows["outputs"]]),
    )
    with pytest.raises(ValueError, match="Outputs should be finite"):
        grade(made)


def test_grades_outside_the_scale_are_named(made):
    change(
        made.discs,
        DISCS,
        lambda discs: discs.assign(grade=discs["grade"].where(discs["disc"] != "P0003-0", 2.5)),
    )
    with pytest.raises(ValueError, match=r"discs.parquet: reference grades outside the scale: P0003-0"):
        read_discs(made.discs)


def test_a_disc_in_two_rows_is_named(made):
    change(made.discs, DISCS, lambda discs: pd.concat([discs, discs.iloc[[4]]]))
    with pytest.raises(ValueError, match=r"a disc should occur once. Occur more often: P0000-4"):
        read_discs(made.discs)


def test_folds_that_share_a_patient_are_named(made):
    def share(splits):
        chosen = (splits["patient"] == "P0001") & (splits["split"] == "fold-01")
        return splits.assign(part=splits["part"].where(~chosen, "test"))

    change(made.splits, SPLITS, share)
    with pytest.raises(ValueError, match="Folds fold-01, fold-02 share P0001"):
        read_splits(made.splits)


def test_a_patient_with_two_parts_of_a_split_is_named(made):
    change(made.splits, SPLITS, lambda splits: pd.concat([splits, splits.iloc[[0]].assign(part="train")]))
    with pytest.raises(ValueError, match=r"a patient should have one part of a split. Have more: P0000"):
        read_splits(made.splits)


def test_a_split_without_test_patients_has_no_scored_part(made):
    change(made.splits, SPLITS, lambda rows: rows.replace({"part": {"test": "train", "external": "train"}}))
    for path in (made.predictions[0], made.external[0]):
        change(path, PREDICTIONS, lambda rows: rows.iloc[:0])
    with pytest.raises(ValueError, match="no scored part: holdout has no test patients"):
        grade(made)


def test_many_names_are_counted():
    assert named(f"D{number}" for number in range(8)) == "D0, D1, D2, D3, D4 and 3 more"
