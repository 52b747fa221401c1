"""Which samples a run trains on, chooses its checkpoint with and predicts."""

import pytest

from discgrade import records
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Protocol
from discgrade.settings.run import Run

PAPER = Protocol(score="augmented", checkpoint="scored")


def test_as_read_trains_on_all_copies_and_scores_copy_0(load):
    data = load()
    assert set(data.part[data.train]) == {"train"}
    assert set(data.copy[data.train]) == {0, 1}
    assert set(data.part[data.validation]) == {"validation"}
    assert set(data.part[data.scored]) == {"test", "external"}
    assert set(data.copy[data.validation]) == set(data.copy[data.scored]) == {0}


def test_averaged_scores_all_copies_and_validates_on_discs_as_read(load):
    data = load(protocol=Protocol(score="averaged", checkpoint="last"))
    assert set(data.copy[data.train]) == set(data.copy[data.scored]) == {0, 1}
    assert set(data.part[data.train]) == {"train"}
    assert set(data.part[data.validation]) == {"validation"}
    assert set(data.copy[data.validation]) == {0}


def test_the_paper_trains_and_scores_on_augmented_copies_and_chooses_on_the_scored_part(load):
    data = load(protocol=PAPER)
    assert set(data.part[data.train]) == {"train", "validation"}
    assert set(data.part[data.validation]) == {"test"}
    assert set(data.part[data.scored]) == {"test", "external"}
    assert set(data.copy) == {1}


def test_a_share_trains_on_its_patients_only_and_knows_the_full_number(cohort, load):
    parts = {row["patient"]: row for row in records.read(cohort.splits, SPLITS).to_pylist()}
    data = load(run=Run("default", 24, 4, "holdout", 1))
    patients = {disc.partition("-")[0] for disc in data.disc[data.train]}
    assert patients == {name for name, row in parts.items() if row["part"] == "train" and row["share"] == 4}
    assert data.full == len(load().train)


def test_a_disc_without_samples_is_named(cohort, load):
    with pytest.raises(ValueError, match=r"45 discs have no samples, for example \['p001-L3/L4'"):
        load(cohort=type(cohort)(cohort.samples[:1], cohort.discs, cohort.splits))


def test_samples_that_are_there_twice_are_refused(cohort, load):
    with pytest.raises(ValueError, match="90 samples are there twice, for example of discs"):
        load(cohort=type(cohort)([*cohort.samples, cohort.samples[0]], cohort.discs, cohort.splits))


def test_a_part_without_samples_is_named(make_cohort, load):
    with pytest.raises(ValueError, match=r"No samples for: train, validation, scored.*augmentation\.copies"):
        load(cohort=make_cohort(copies=0), protocol=PAPER)
