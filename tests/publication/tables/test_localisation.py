"""The table of found boxes."""

import csv

import pytest
from found_boxes import measured

from discgrade.publication.context import context_of
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.localisation import localisation
from discgrade.records.cell_keys import read_cell_keys


@pytest.fixture(scope="module")
def files(tmp_path_factory, study_of):
    """The table of 40 patients, in one of whom a box lies 20 mm off."""
    folder = tmp_path_factory.mktemp("localisation")
    measured(folder, 40, {(0, "L4/L5"): 20.0})
    made = TableFiles(*(folder / f"table.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    localisation(
        localisation=folder / "localisation.parquet",
        facts=folder / "locator.json",
        context=context_of(study_of("smoke.yaml")),
        regraded="default",
        files=made,
    )
    return made


def test_rows_are_all_discs_then_levels_grades_and_manufacturers(files):
    with files.csv.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert [row["row"] for row in rows] == [
        "all", "level L3/L4", "level L4/L5", "level L5/S1",
        "grade 1", "grade 2", "grade 3", "grade 4", "grade 5", "manufacturer A", "manufacturer B",
    ]  # fmt: skip
    assert float(rows[0]["detected"]) == pytest.approx(119 / 120)
    assert float(rows[0]["false"]) == pytest.approx(1 / 120)
    assert rows[4]["kappa_drawn"] == ""


def test_every_number_has_its_key(files):
    keys = read_cell_keys(files.cell_keys)
    detected = [key for row, column, key in keys if (row, column) == (2, "detected_lower")]
    assert [(key.table, key.field, key.metric, key.scope, key.group) for key in detected] == [
        ("localisation", "lower", "detected", "level", "L3/L4")
    ]


def test_the_caption_says_on_whom_and_what_a_dash_means(files):
    text = files.md.read_text(encoding="utf-8")
    assert "n = 120 discs of 40 patients, each located by a network that had not seen the patient" in text
    assert "Levels: L3/L4, L4/L5, L5/S1." in text
    assert "No κ within a grade." in text
