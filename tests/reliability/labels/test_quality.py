"""Planted errors are among the first to be read again."""

import csv

import numpy as np
import pandas as pd
import pytest
from table_rows import disc_row

from discgrade import records
from discgrade.grades import FRACTIONAL
from discgrade.records.cohort.discs import DISCS
from discgrade.reliability.labels.quality import first_of, label_quality, quality_rows, write_queue

ERRORS = 0.05


@pytest.fixture(scope="module")
def planted(labelled):
    """Readings of which one in twenty is another of the five grades, drawn alike, and the names of these discs."""
    wrong = np.random.default_rng(3).choice(1500, round(ERRORS * 1500), replace=False)

    def plant(grades, days, rng):
        spoiled = grades.ravel().copy()
        spoiled[wrong] = (np.floor(spoiled[wrong] + 0.5) - 1 + rng.integers(1, 5, len(wrong))) % 5 + 1
        return spoiled.reshape(grades.shape)

    found = labelled(plant)
    return found, set(found.discs.index[wrong])


def test_four_of_five_planted_errors_are_in_the_first_tenth(planted):
    labelled, wrong = planted
    ranked = [row["disc"] for row in quality_rows(labelled, pd.Series(dtype=float))]
    assert len(ranked) == 1500
    assert len(wrong & set(ranked[: first_of(1500)])) >= 0.8 * len(wrong)


def test_quality_is_the_probability_of_the_label():
    probabilities = np.array([[0.1, 0.2, 0.3, 0.4, 0.0], [0.7, 0.1, 0.1, 0.05, 0.05]])
    assert label_quality(np.array([3, 1]), probabilities) == pytest.approx([0.4, 0.1])


def test_rows_say_what_the_next_reading_gave(planted):
    labelled, _ = planted
    name = labelled.discs.index[7]
    rows = {row["disc"]: row for row in quality_rows(labelled, pd.Series({name: 2.7}))}
    assert rows[name]["again"] == 2.7
    assert sum(row["again"] is not None for row in rows.values()) == 1
    qualities = [row["quality"] for row in rows.values()]
    assert qualities == sorted(qualities)


def test_the_queue_holds_the_first_tenth_with_its_places(planted, tmp_path):
    labelled, _ = planted
    rows = list(quality_rows(labelled, pd.Series(dtype=float)))[:40]
    known = [disc_row(number, row["disc"], row["level"], row["grade"]) for number, row in enumerate(rows)]
    records.write(known, DISCS, tmp_path / "discs.parquet")
    write_queue(rows, tmp_path / "discs.parquet", tmp_path / "reread.csv")
    with (tmp_path / "reread.csv").open(newline="", encoding="utf-8") as text:
        queued = list(csv.DictReader(text))
    assert len(queued) == 4
    assert [float(row["uncertainty"]) for row in queued] == [1 - row["quality"] for row in rows[:4]]
    assert all(float(row["label"]) in FRACTIONAL for row in queued)
    assert queued[0]["sop_instance_uid"] == known[0]["sop_instance_uid"]
