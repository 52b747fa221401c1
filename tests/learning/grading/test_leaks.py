"""Labels of scored discs: planted in the sheet, they reach no network, not even through a teacher's labels."""

import io
from dataclasses import replace

import pytest

from discgrade import records
from discgrade.learning.grading.lessons import Lesson
from discgrade.learning.grading.training import TrainingFiles, train_model
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.splits import SPLITS
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.pseudo.labelling import label_cohort
from discgrade.reliability.pseudo.merging import merge_labels
from discgrade.settings.model import Protocol

PROTOCOL = Protocol(score="as_read", checkpoint="validation")
SECOND = "second"


@pytest.fixture
def teach(cohort, settings, run, outputs, tmp_path):
    """A function that writes the discs with some grades changed, trains teacher and pupil, and returns what they give.

    Every third patient is of the second cohort: of all parts.
    """
    known = records.read(cohort.discs, DISCS).to_pylist()
    parts = {row["patient"]: row["part"] for row in records.read(cohort.splits, SPLITS).to_pylist()}
    cohorts = {patient: SECOND if number % 3 == 0 else "primary" for number, patient in enumerate(sorted(parts))}

    def train(folder, discs, name, lesson):
        one = replace(run, variant=name)
        train_model(
            samples=cohort.samples, discs=discs, splits=cohort.splits, run=one, training=settings, protocol=PROTOCOL,
            identity=[], state=tmp_path / "state" / folder / name, log=io.StringIO(), lesson=lesson,
            files=TrainingFiles(**outputs(f"{folder}/{name}")),
        )  # fmt: skip
        return one, tmp_path / folder / name / "predictions.parquet"

    def teach(folder, planted=(), pupil=True):
        discs, labels = tmp_path / f"{folder}.parquet", tmp_path / folder / "labels.parquet"
        rows = [row | {"cohort": cohorts[row["patient"]]} for row in known]
        changed = {disc: 1.0 if row["grade"] > 3 else 5.0 for row in rows for disc in planted if row["disc"] == disc}
        rows = [row | dict.fromkeys(("grade", "integral"), changed.get(row["disc"], row["grade"])) for row in rows]
        records.write(rows, DISCS, discs)
        teacher, predictions = train(folder, discs, "default-without", Lesson(without=SECOND))
        plan = RunPlan(teacher, settings.scale, settings.decoding, PROTOCOL)
        how = {"predictions": predictions, "teacher": plan, "discs": discs, "splits": cohort.splits}
        label_cohort(**how, cohort=SECOND, destination=tmp_path / folder / "pseudo.parquet")
        merge_labels(pseudo=tmp_path / folder / "pseudo.parquet", answers=None, deviation=1.7, destination=labels)
        learned = train(folder, discs, "default", Lesson(labels=labels))[1].read_bytes() if pupil else None
        return records.read(labels, LABELS), learned

    teach.of = lambda cohort, part: next(
        row["disc"] for row in known if (cohorts[row["patient"]], parts[row["patient"]]) == (cohort, part)
    )
    return teach


def test_a_planted_grade_of_a_scored_disc_changes_no_label_and_no_network(teach):
    labels, pupil = teach("clean")
    planted, same_pupil = teach("planted", [teach.of("primary", "test"), teach.of(SECOND, "test")])
    unscored = [one.to_pandas()[one.to_pandas()["part"] != "test"] for one in (labels, planted)]
    assert unscored[0].equals(unscored[1])
    assert labels.select(["disc", "pseudo", "expected"]).equals(planted.select(["disc", "pseudo", "expected"]))
    assert same_pupil == pupil


def test_a_planted_grade_of_a_disc_of_the_cohort_changes_no_pseudo_label_and_one_of_the_training_part_does(teach):
    labels, _ = teach("clean", pupil=False)
    of_cohort, _ = teach("cohort", [teach.of(SECOND, "train")], pupil=False)
    assert labels.select(["disc", "pseudo", "expected"]).equals(of_cohort.select(["disc", "pseudo", "expected"]))
    learned, _ = teach("learned", [teach.of("primary", "train")], pupil=False)
    assert not labels["expected"].equals(learned["expected"])
