"""The queue of discs whose pseudo-label is far from the reading, for the raters' page, and what raters answered."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from discgrade import records
from discgrade.grades import INTEGRAL, is_grade
from discgrade.readings.sheets import sheet
from discgrade.readings.sheets.levels import level_of
from discgrade.readings.sheets.numbers import number
from discgrade.readings.sheets.sheet import Row
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import ANSWERS
from discgrade.reliability.graded import named
from discgrade.reliability.pseudo.labelling import read_labels, to_review

_PLACE = ["sop_instance_uid", "frame", "x", "y", "width", "height"]
_P = [f"p_{grade:g}" for grade in INTEGRAL]
COLUMNS = ("disc", "patient_id", *_PLACE, "level", "pseudo", "expected", *_P, "uncertainty")


def write_queue(*, labels: Sequence[Path], discs: Path, deviation: float, destination: Path) -> None:
    """Write the discs to review of all splits, once each, the largest deviation first, as the raters' page takes them.

    Args:
        labels: The splits' labels as their teachers give them.
        discs: `discs.parquet`.
        deviation: Labels that differ from the reading by so many grades, or more, are reviewed.
        destination: CSV with the columns `COLUMNS`: `expected` is the sheet's reading, and `uncertainty` the largest
            deviation from it among the splits, of which `pseudo` and probabilities are.
    """
    known = records.read(discs, DISCS, ["disc", "patient", "level", *_PLACE]).to_pandas().set_index("disc")
    rows = [_row(disc, label, known.loc[disc]) for disc, label in queue(list(map(read_labels, labels)), deviation)]
    with records.replacing(destination) as partial, partial.open("w", newline="", encoding="utf-8") as text:
        lines = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        lines.writeheader()
        lines.writerows(rows)


def queue(labels: Sequence[pd.DataFrame], deviation: float) -> list[tuple[str, pd.Series]]:
    """Return the discs to review in any split, each with its label of the split where the deviation is largest."""
    every = pd.concat([one[to_review(one, deviation)].reset_index() for one in labels], ignore_index=True)
    every = every.sort_values(["deviation", "disc", "split"], ascending=[False, True, True])
    return [(row["disc"], row) for _, row in every.drop_duplicates("disc").iterrows()]


def _row(disc: str, label: pd.Series, place: pd.Series) -> dict[str, Any]:
    shares = dict(zip(_P, label["probabilities"], strict=False))
    return (
        {"disc": disc, "patient_id": place["patient"], "level": place["level"]}
        | {name: place[name] for name in _PLACE}
        | {"pseudo": label["pseudo"], "expected": label["reading"], "uncertainty": label["deviation"]}
        | shares
    )


def take_answers(*, waiting: Path, discs: Path, answers: Path | None, where: str, destination: Path) -> None:
    """Write what raters answered to a queue.

    Args:
        waiting: The queue, as `write_queue` writes it.
        discs: `discs.parquet`.
        answers: Sheet of readings (.csv, .parquet or .xlsx) with sop_instance_uid, level and grade; with a column
            origin, rows of another origin than `reviewed` are blind readings and answer nothing. None: no answer yet.
        where: How the queue is answered, in words.
        destination: Table to write, `pseudo_labels.ANSWERS`, sorted by disc.

    Raises:
        ValueError: if discs of the queue have no answer, or a row cannot be used.
    """
    with waiting.open(newline="", encoding="utf-8") as text:
        wanted = [line["disc"] for line in csv.DictReader(text)]
    given = {} if answers is None else _answers(sheet.load(answers), discs)
    left = [disc for disc in wanted if disc not in given]
    if left:
        raise ValueError(f"{len(left)} of {len(wanted)} discs wait for review ({named(left)}). {where}")
    rows: list[dict[str, object]] = [{"disc": disc, "grade": given[disc]} for disc in sorted(wanted)]
    records.write(rows, ANSWERS, destination)


def _answers(rows: Sequence[Row], discs: Path) -> dict[str, float]:
    """Return the grade that each disc got in review."""
    known = _places(discs)
    answering = [row for row in rows if row.get("origin").casefold() in ("", "reviewed")]
    given: dict[str, float] = {}
    for row in answering:
        disc, grade = _answer(row, known)
        if given.setdefault(disc, grade) != grade:
            raise ValueError(f"pseudo_labels.answers: disc {disc} has two answers, {given[disc]:g} and {grade:g}")
    return given


def _places(discs: Path) -> dict[tuple[str, str], str]:
    """Return the disc by image and level, and by patient and level where a patient has one study."""
    found: dict[tuple[str, str], str] = {}
    table = records.read(discs, DISCS, ["disc", "sop_instance_uid", "patient", "level"]).to_pylist()
    people = Counter((row["patient"], row["level"]) for row in table)
    for row in table:
        found[row["sop_instance_uid"], row["level"]] = row["disc"]
        if people[row["patient"], row["level"]] == 1:
            found[row["patient"], row["level"]] = row["disc"]
    return found


def _answer(row: Row, known: Mapping[tuple[str, str], str]) -> tuple[str, float]:
    level = level_of(row.get("level")) or row.get("level")
    disc = known.get((row.get("sop_instance_uid"), level)) or known.get((row.get("patient_id"), level))
    if disc is None:
        raise ValueError(
            f"pseudo_labels.answers: row {row.number} names no disc of the study. It should be an answer to its queue, "
            "read on the study's export"
        )
    grade = number(row.get("grade"))
    if grade is None or not is_grade(grade):
        raise ValueError(f"pseudo_labels.answers: row {row.number} should hold a grade, 1 to 5 in thirds such as 3.3")
    return disc, grade
