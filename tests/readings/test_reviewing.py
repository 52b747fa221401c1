"""The review queue and its answers."""

import csv

import pytest
from table_rows import disc_row

from discgrade import records
from discgrade.private import RefusedError
from discgrade.readings.reviewing import take_answers, write_queue
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import ANSWERS, LABELS

LEVELS = ("L3/L4", "L4/L5", "L5/S1")
WHERE = "Read them."


@pytest.fixture
def study(tmp_path):
    """Two patients' discs, and the labels of two splits: P1-0 is far off in both, P2-1 in the second alone."""
    rows = [
        disc_row(patient, f"P{patient}-{number}", level, 2.0, sop_instance_uid=f"1.2.{patient}")
        for patient in (1, 2)
        for number, level in enumerate(LEVELS)
    ]
    records.write(rows, DISCS, tmp_path / "discs.parquet")
    far = {"holdout": {"P1-0": 4.0}, "fold-01": {"P1-0": 5.0, "P2-1": 3.7}}
    for split, grades in far.items():
        labels = [
            {"split": split, "disc": row["disc"], "patient": row["patient"], "part": "train", "origin": "pseudo"}
            | {"grade": grades.get(row["disc"], 2.3), "pseudo": grades.get(row["disc"], 2.3), "expected": 3.1}
            | {"probabilities": [0.1, 0.2, 0.3, 0.2, 0.2], "reading": 2.0}
            | {"deviation": round(grades.get(row["disc"], 2.3) - 2.0, 6)}
            for row in rows
        ]
        records.write(labels, LABELS, tmp_path / f"{split}.parquet")
    paths = [tmp_path / f"{split}.parquet" for split in far]
    discs, queue = tmp_path / "discs.parquet", tmp_path / "queue.csv"
    write_queue(labels=paths, discs=discs, deviation=1.7, destination=queue)
    return tmp_path


def take(study, text):
    if text is not None:
        (study / "answers.csv").write_text(text, encoding="utf-8")
    take_answers(
        waiting=study / "queue.csv",
        discs=study / "discs.parquet",
        answers=None if text is None else study / "answers.csv",
        where=WHERE,
        destination=study / "answers.parquet",
    )
    table = records.read(study / "answers.parquet", ANSWERS).to_pydict()
    return dict(zip(table["disc"], table["grade"], strict=True))


HEAD = "patient_id,sop_instance_uid,level,grade,origin\n"
BOTH = HEAD + "P1,1.2.1,L3/L4,2.7,reviewed\nP2,1.2.2,l4-l5,3.3,reviewed\n"


def test_the_queue_holds_the_discs_of_all_splits_once_the_farthest_first(study):
    with (study / "queue.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["disc"], row["pseudo"], row["expected"], row["uncertainty"]) for row in rows] == [
        ("P1-0", "5.0", "2.0", "3.0"),
        ("P2-1", "3.7", "2.0", "1.7"),
    ]
    assert (rows[0]["sop_instance_uid"], rows[0]["level"], rows[0]["p_3"], rows[0]["x"]) == (
        "1.2.1",
        "L3/L4",
        "0.3",
        "100.0",
    )


def test_answers_are_taken_by_image_and_level_or_by_patient_and_level(study):
    assert take(study, BOTH) == {"P1-0": 2.7, "P2-1": 3.3}
    assert take(study, BOTH.replace("1.2.1,", "another slice,")) == {"P1-0": 2.7, "P2-1": 3.3}


def test_blind_readings_and_discs_outside_the_queue_answer_nothing(study):
    more = "P1,1.2.1,L3/L4,4.0,human\nP1,1.2.1,L5/S1,1.0,reviewed\n"
    assert take(study, BOTH + more) == {"P1-0": 2.7, "P2-1": 3.3}
    plain = "sop_instance_uid,level,grade\n1.2.1,L3/L4,2.7\n1.2.2,L4/L5,3.3\n"
    assert take(study, plain) == {"P1-0": 2.7, "P2-1": 3.3}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, r"2 of 2 discs wait for review \(P1-0, P2-1\)\. Read them\."),
        (HEAD + "P1,1.2.1,L3/L4,2.7,reviewed\n", r"1 of 2 discs wait for review \(P2-1\)\. Read them\."),
        (BOTH + "P7,1.2.7,L4/L5,3,reviewed\n", "row 4 names no disc of the study"),
        (BOTH + "P1,1.2.1,L3/L4,3.0,reviewed\n", "disc P1-0 has two answers, 2.7 and 3"),
        (BOTH.replace("3.3", "3.4"), "row 3 should hold a grade"),
        (BOTH.replace("3.3", ""), "row 3 should hold a grade"),
    ],
    ids=["none", "one left", "unknown", "two answers", "no such grade", "no grade"],
)
def test_what_is_open_or_cannot_be_used_is_told_in_a_sentence(study, text, told):
    with pytest.raises(ValueError, match=told):
        take(study, text)
    assert not (study / "answers.parquet").exists()


def test_a_file_that_is_no_sheet_is_refused(study):
    (study / "answers.xlsx").write_bytes(b"no sheet")
    with pytest.raises((RefusedError, ValueError)):
        take_answers(
            waiting=study / "queue.csv",
            discs=study / "discs.parquet",
            answers=study / "answers.xlsx",
            where=WHERE,
            destination=study / "answers.parquet",
        )
