"""The table of what pseudo-labels are worth, and what the statements say of them."""

import csv
import re
from dataclasses import replace

import pytest
from pseudo_study import labelled_study, score_labels

from discgrade import records
from discgrade.publication.context import compared_context_of
from discgrade.publication.tables.pseudo_labels import own_labels, pseudo_labels
from discgrade.records.cell_keys import read_cell_keys
from discgrade.records.results.pseudo_labels import PSEUDO_SCORES

from ..conftest import table_files


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study = labelled_study(tmp_path_factory.mktemp("worth"))
    study.scored = score_labels(study)
    return study


def publish(made, name, compare=True, scores=None):
    files = table_files(made.folder / "tables", name)
    context = replace(compared_context_of(made.study), compare=compare)
    pseudo_labels(scores=scores or made.scored, settings=made.study.pseudo_labels, context=context, files=files)
    return files


def test_every_score_is_in_the_csv_with_its_key(made):
    files = publish(made, "worth")
    with files.csv.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    scores = records.read(made.scored, PSEUDO_SCORES).to_pylist()
    assert len({row["row"] for row in rows}) == len(rows) == len(scores)
    assert [float(row["value"]) for row in rows] == [row["value"] for row in scores]
    keys = {(row, column): key for row, column, key in read_cell_keys(files.cell_keys)}
    first = keys[1, "lower"]
    assert (first.table, first.variant, first.metric) == ("pseudo_labels", "default-without", scores[0]["metric"])


def test_four_networks_are_compared_on_the_same_discs_and_the_first_with_none(made):
    lines = publish(made, "worth").md.read_text(encoding="utf-8").splitlines()
    for scope in ("All discs", "Discs of supplemental alone", "Discs of the other cohorts"):
        start = next(place for place, line in enumerate(lines) if line.startswith(f"| **{scope}**"))
        rows = [line.split("|") for line in lines[start + 1 : start + 5]]
        assert [row[1].strip()[:3] for row in rows] == ["(a)", "(b)", "(c)", "(d)"]
        assert len({row[2] for row in rows}) == 1
        assert not rows[0][4].strip()
        assert all(re.match(r" [+−]?0\.\d{3} \(", row[4]) for row in rows[1:])
    assert sum("reviewed (" in line for line in lines) == 3
    cells = [cell for line in lines if line.startswith("| (") for cell in line.split("|")[3:]]
    assert not [cell for cell in cells if re.fullmatch(r" [+−]?\d\.\d{3} ", cell)]


def test_the_papers_share_is_named_where_the_study_is_compared_alone(made):
    assert "22 %" in publish(made, "worth").md.read_text(encoding="utf-8")
    assert "22 %" not in publish(made, "own", compare=False).md.read_text(encoding="utf-8")


def test_without_folds_labels_are_counted_and_the_reason_is_given(made, tmp_path):
    alone = score_labels(type(made)(**vars(made) | {"folder": tmp_path}), folds=False)
    text = publish(made, "alone", scores=alone).md.read_text(encoding="utf-8")
    assert "The study has no folds" in text
    assert "reviewed (" in text


def test_the_statements_count_reviewed_labels_of_the_hold_out_split(made):
    (none,) = own_labels(None)
    assert none["reason"] == "No cohort is labelled by a model."
    counted, gain = own_labels(made.scored)
    assert re.fullmatch(r"\d+ of \d+ \(\d+\.\d %\)", counted["text"])
    rows = records.read(made.scored, PSEUDO_SCORES).to_pylist()
    (row,) = [
        row
        for row in rows
        if (row["variant"], row["scope"], row["group"], row["metric"]) == ("default", "merged", "human", "kappa_linear")
    ]
    assert (gain["value"], gain["lower"], gain["upper"]) == (row["value"], row["lower"], row["upper"])
