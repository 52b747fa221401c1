"""Tables of a study that is not compared with the paper: its own rows, and a line with the reason for what it lacks."""

import re

import pandas as pd
import pytest
from prose import faults_of

from discgrade.publication.render.stored import read_table
from discgrade.publication.render.table import DASH


@pytest.fixture(scope="module", params=["paperlike", "plain"])
def own(request, tabulate):
    """`paperlike` has two raters, fractional grades and folds of its default; `plain` has one rater, whole grades."""
    return tabulate(request.getfixturevalue(request.param), folder=f"own-{request.param}", compare=False)


def test_nothing_published_is_shown(own):
    texts = {name: files.md.read_text() + files.csv.read_text() for name, files in own.tables.items()}
    assert [name for name, text in texts.items() if re.search("et al|published|niemeyer", text)] == []


def test_no_row_and_no_column_is_empty(own):
    for files in own.tables.values():
        table = read_table(files.json)
        rows = [row for section in table.sections for row in section.rows]
        assert all(section.rows for section in table.sections)
        columns = zip(*(row.cells for row in rows), strict=True)
        lines = [[cell.text for cell in cells] for cells in [*(row.cells for row in rows), *columns]]
        assert [texts for texts in lines if set(texts) <= {"", DASH}] == []
        assert not pd.read_csv(files.csv).empty or table.is_empty


def test_what_is_missing_has_its_reason_in_a_sentence(own):
    lines = [line for files in own.tables.values() for line in read_table(files.json).absent]
    assert {line: faults_of(f"{line}") for line in lines if faults_of(line) or ": " not in line} == {}


def test_one_rater_and_whole_grades_are_said(plain, tabulate):
    files = tabulate(plain, folder="own-words", compare=False).tables
    assert read_table(files["table2"].json).absent == (
        "Human, intra-rater: No disc was read twice by the main rater.",
        "Human, inter-rater: There is one rater only.",
        "Noise ceiling of single readings: Needs discs that the main rater read twice.",
    )
    assert any("Needs fractional grades." in line for line in read_table(files["table4"].json).absent)
    assert any("Not in the images' headers" in line for line in read_table(files["cohort"].json).absent)
