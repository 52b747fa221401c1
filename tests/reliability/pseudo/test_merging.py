"""Labels after review."""

import pytest

from discgrade import records
from discgrade.records.cohort.pseudo_labels import ANSWERS, LABELS
from discgrade.reliability.pseudo.labelling import as_labels, read_labels
from discgrade.reliability.pseudo.merging import merge_labels, reviewed


def test_only_labels_far_from_the_reading_become_the_reading(made):
    for before, after in zip(map(read_labels, made.pseudo), map(read_labels, made.labels), strict=True):
        far = (before["pseudo"] - before["reading"]).abs() >= 0.5 - 1e-6
        assert 0 < far.sum() < len(far)
        assert after["grade"].tolist() == before["reading"].where(far, before["pseudo"]).tolist()
        assert after["origin"].tolist() == ["reviewed" if yes else "pseudo" for yes in far]


def test_an_answer_counts_where_the_label_is_reviewed_alone(made):
    labels = read_labels(made.pseudo[0])
    merged = reviewed(labels, dict.fromkeys(labels.index, 4.3), 0.5)
    far = merged["origin"] == "reviewed"
    assert set(merged["grade"][far]) == {4.3}
    assert merged["grade"][~far].tolist() == labels["pseudo"][~far].tolist()


def test_a_disc_to_review_without_an_answer_is_refused(made, tmp_path):
    records.write([], ANSWERS, tmp_path / "answers.parquet")
    with pytest.raises(ValueError, match=r"\d+ discs that are to be reviewed have no answer: P"):
        merge_labels(
            pseudo=made.pseudo[0],
            answers=tmp_path / "answers.parquet",
            deviation=0.5,
            destination=tmp_path / "labels.parquet",
        )


def test_a_cohort_that_no_human_read_is_refused(made, tmp_path):
    labels = read_labels(made.pseudo[0]).assign(reading=None, deviation=None).reset_index()
    records.write(as_labels(labels), LABELS, tmp_path / "pseudo.parquet")
    with pytest.raises(ValueError, match="has a reading by a human"):
        merge_labels(
            pseudo=tmp_path / "pseudo.parquet", answers=None, deviation=1.7, destination=tmp_path / "labels.parquet"
        )
