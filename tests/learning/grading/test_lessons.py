"""The discs of a run, their parts, and the grades that it is taught."""

from dataclasses import replace

import pytest

from discgrade import records
from discgrade.grades import FRACTIONAL
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Protocol
from discgrade.settings.run import Run

AS_READ = Protocol(score="as_read", checkpoint="validation")
PAPER = Protocol(score="augmented", checkpoint="scored")


def test_grades_are_those_of_the_discs(cohort, load):
    reference = {row["disc"]: row for row in records.read(cohort.discs, DISCS).to_pylist()}
    data, whole = load(), load(scale="integral")
    assert data.grades.tolist() == [reference[disc]["grade"] for disc in data.disc]
    assert whole.grades.tolist() == [reference[disc]["integral"] for disc in whole.disc]


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
