from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from discgrade import records
from discgrade.grades import FRACTIONAL
from discgrade.learning.grading import samples
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Protocol
from discgrade.settings.run import Run

AS_READ = Protocol(score="as_read", checkpoint="validation")
PAPER = Protocol(score="augmented", checkpoint="scored")


@pytest.fixture
def load(cohort, run, tmp_path):
    def load(cohort=cohort, run=run, scale="fractional", protocol=AS_READ, **lesson):
        how = {"run": run, "scale": scale, "protocol": protocol, "scratch": tmp_path}
        lesson = samples.Lesson(**lesson)
        return samples.load_samples(cohort.samples, cohort.discs, cohort.splits, **how, lesson=lesson)

    return load


def test_pixels_are_those_of_the_shards_by_disc_and_copy(cohort, load):
    data = load()
    stored = {
        (row["disc"], row["copy"]): row["pixels"]
        for shard in cohort.samples
        for row in pq.read_table(shard).to_pylist()
    }
    keys = list(zip(data.disc, data.copy.tolist(), strict=True))
    assert keys == sorted(keys)
    for key, image in zip(keys, data.pixels, strict=True):
        assert image.astype("<u2").tobytes() == stored[key]


def test_nothing_depends_on_shards_and_their_order(make_cohort, cohort, load):
    one = load(cohort=make_cohort(shards=1))
    cohort.samples.reverse()
    two = load()
    cohort.samples.reverse()
    assert one.disc.tolist() == two.disc.tolist()
    np.testing.assert_array_equal(one.pixels, two.pixels)
    np.testing.assert_array_equal(one.train, two.train)


def test_grades_are_those_of_the_discs(cohort, load):
    reference = {row["disc"]: row for row in records.read(cohort.discs, DISCS).to_pylist()}
    data, whole = load(), load(scale="integral")
    assert data.grades.tolist() == [reference[disc]["grade"] for disc in data.disc]
    assert whole.grades.tolist() == [reference[disc]["integral"] for disc in whole.disc]


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


def test_only_what_the_run_needs_is_held(load):
    data = load()
    used = np.concatenate([data.train, data.validation, data.scored])
    assert sorted(used) == list(range(len(data.pixels)))


def test_pixels_go_to_a_file_when_memory_is_short(load, monkeypatch):
    expected = load().pixels
    monkeypatch.setattr(samples, "SHARE", 0)
    in_a_file = load().pixels
    assert isinstance(in_a_file, np.memmap)
    np.testing.assert_array_equal(in_a_file, expected)


def test_fractional_grades_are_refused_where_the_readings_are_integral(make_cohort, load):
    whole = make_cohort(whole=True)
    with pytest.raises(
        ValueError, match=r"'default' has `scale: fractional`, but all 90 reference grades are integral"
    ):
        load(cohort=whole)
    assert set(load(cohort=whole, scale="integral").grades) == {1, 2, 3, 4, 5}
    assert set(load(cohort=whole, scale="continuous").grades) <= set(FRACTIONAL)


def test_an_unknown_split_is_refused(load):
    with pytest.raises(ValueError, match=r"No split 'fold-09'.*splits\.folds"):
        load(run=Run("default", 24, 1, "fold-09", 1))


def test_a_patient_without_a_part_is_named(cohort, load, tmp_path):
    splits = records.read(cohort.splits, SPLITS)
    records.write(splits.slice(1), SPLITS, tmp_path / "splits.parquet")
    with pytest.raises(ValueError, match=r"1 patients have discs but no part in split 'holdout': \['p000'\]"):
        load(cohort=type(cohort)(cohort.samples, cohort.discs, tmp_path / "splits.parquet"))


def test_a_disc_without_samples_is_named(cohort, load):
    with pytest.raises(ValueError, match=r"45 discs have no samples, for example \['p001-L3/L4'"):
        load(cohort=type(cohort)(cohort.samples[:1], cohort.discs, cohort.splits))


def test_samples_that_are_there_twice_are_refused(cohort, load):
    with pytest.raises(ValueError, match="90 samples are there twice, for example of discs"):
        load(cohort=type(cohort)([*cohort.samples, cohort.samples[0]], cohort.discs, cohort.splits))


def test_a_part_without_samples_is_named(make_cohort, load):
    with pytest.raises(ValueError, match=r"No samples for: train, validation, scored.*augmentation\.copies"):
        load(cohort=make_cohort(copies=0), protocol=PAPER)


def test_samples_of_another_resolution_are_refused(load):
    with pytest.raises(ValueError, match="not the expected table"):
        load(run=Run("default", 32, 1, "holdout", 1))


def second_cohort(cohort, tmp_path):
    """Make the discs of every third patient those of a second cohort; return the study and their names."""
    discs = records.read(cohort.discs, DISCS).to_pylist()
    chosen = set(sorted({row["patient"] for row in discs})[::3])
    rows = [row | {"cohort": "second" if row["patient"] in chosen else "primary"} for row in discs]
    records.write(rows, DISCS, tmp_path / "discs.parquet")
    return replace(cohort, discs=tmp_path / "discs.parquet"), [row["disc"] for row in rows if row["cohort"] == "second"]


@pytest.mark.parametrize("protocol", [AS_READ, PAPER, Protocol(score="averaged", checkpoint="last")])
def test_a_teacher_never_learns_the_cohort_it_labels_but_predicts_all_of_it(cohort, load, tmp_path, protocol):
    other, second = second_cohort(cohort, tmp_path)
    data, plain = load(other, protocol=protocol, without="second"), load(other, protocol=protocol)
    for use in ("train", "validation"):
        assert set(data.disc[getattr(data, use)]) == set(plain.disc[getattr(plain, use)]) - set(second)
        assert set(data.disc[getattr(data, use)]) < set(plain.disc[getattr(plain, use)])
    assert set(data.disc[data.scored]) == set(plain.disc[plain.scored]) | set(second)
    assert {"train", "test"} <= set(data.part[data.scored])


def test_labels_take_the_place_of_readings_and_of_no_other_disc(cohort, load, tmp_path):
    other, second = second_cohort(cohort, tmp_path)
    read = {row["disc"]: row["grade"] for row in records.read(other.discs, DISCS).to_pylist()}
    label = {"split": "holdout", "patient": "P", "part": "train", "origin": "pseudo", "pseudo": 3.7, "expected": 3.6}
    rows = [label | {"disc": disc, "grade": 3.7, "probabilities": []} for disc in second]
    records.write(rows, LABELS, tmp_path / "labels.parquet")
    data, whole = (load(other, scale=scale, labels=tmp_path / "labels.parquet") for scale in ("fractional", "integral"))
    assert data.grades.tolist() == [3.7 if disc in second else read[disc] for disc in data.disc]
    assert {grade for grade, disc in zip(whole.grades, whole.disc, strict=True) if disc in second} == {4.0}
    records.write([rows[0] | {"disc": "nobody"}], LABELS, tmp_path / "others.parquet")
    with pytest.raises(ValueError, match="1 labels of discs that the study does not have"):
        load(other, labels=tmp_path / "others.parquet")
