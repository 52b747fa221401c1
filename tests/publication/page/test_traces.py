"""Each number leads to the stored numbers that it was made of, and to a command that `discgrade trace` takes."""

import json
import re
import shlex

import pytest

from discgrade.provenance.audit.cell import find_cell
from discgrade.publication.page.traces import Traces, words_of
from discgrade.publication.render.stored import read_table
from discgrade.records.cell_keys import CellKey


def kept(report):
    return json.loads(re.search(r'<script type="application/json" id="traces">(.*?)</script>', report.text)[1])


def test_every_command_finds_its_cell(whole, paperlike):
    folder = paperlike.tables["table2"].csv.parent
    commands = [shlex.split(one["command"]) for one in kept(whole) if one["command"]]
    assert len(commands) > 100
    for command in commands:
        assert command[:2] == ["discgrade", "trace"] and command[3::2] == ["--row", "--column"]
        name = command[2].rsplit("/", 1)[1]
        if (folder / name).exists():
            assert find_cell(folder, name, command[4], command[6]).keys


def test_the_cell_shows_the_number_that_is_pressed(paperlike):
    """The row and column of a trace are those of the printed cell, not of another with the same words."""
    table = read_table(paperlike.tables["table2"].json)
    folder = paperlike.tables["table2"].csv.parent
    traces = Traces("invented", [paperlike.tables["table2"].csv])
    row = next(row for section in table.sections for row in section.rows if row.label.text == "Default model")
    for cell in row.cells:
        if cell.keys:
            number = traces.number(cell.keys)
            command = shlex.split(traces.kept[number].command)
            value = float(find_cell(folder, "table2.csv", command[4], command[6]).text)
            printed = cell.text.replace("\N{MINUS SIGN}", "-").replace(",", "")
            assert value == pytest.approx(float(printed), abs=5.1e-4)


def test_all_numbers_of_the_studys_own_tables_are_linked(whole, paperlike):
    numbers = set(map(int, re.findall(r'data-t="(\d+)"', whole.text)))
    assert numbers == set(range(len(kept(whole))))
    cells = sum(
        bool(cell.keys)
        for files in paperlike.tables.values()
        for section in read_table(files.json).sections
        for row in section.rows
        for cell in row.cells
    )
    assert len(re.findall(r'class="n"', whole.text)) >= cells


def test_a_key_is_told_in_words():
    key = CellKey("scores", "value", "default", 32, 4, "holdout", -1, "level", "L4/L5", None, "kappa_linear")
    assert words_of(key) == (
        "scores.parquet, value: Cohen's κ, default, 32 px, training fraction 1/4, hold-out test set, "
        "mean of all seeds, level L4/L5"
    )
