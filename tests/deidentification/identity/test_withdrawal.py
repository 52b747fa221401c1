"""A list of withdrawals names somebody in every row, or nothing is done."""

from pathlib import Path

import pytest

from discgrade.deidentification.identity.withdrawal import NOBODY, Entry, listed, remember, resolve
from discgrade.imaging.header import Header
from discgrade.private import RefusedError

FOUND = [
    Header("a/1", 1, instance="1.1", study="1", patient="5001"),
    Header("b/1", 1, instance="1.2", study="2", patient="0815", issuer="North"),
    Header("c/1", 1, instance="1.3", study="3", patient="07-K"),
]
PSEUDONYM = {one.key: f"P{number}" for number, one in enumerate(FOUND)}


@pytest.fixture
def withdrawn(tmp_path: Path):
    """A function that returns the places of the patients whom a list names."""

    def run(text: str, encoding: str = "utf-8", others=()):
        (tmp_path / "withdrawn.csv").write_bytes(text.encode(encoding))
        found = resolve(listed(tmp_path), FOUND, PSEUDONYM, others, tmp_path)
        return sorted(one.path for one in FOUND if one.key in found.keys)

    return run


@pytest.mark.parametrize(
    "text",
    [
        "5001\n", "patient_id\n5001\n", "5001.0\n", "5001,0\n", "05001\n", "'5001\n", "Patient ID;day\n5001;2021\n",
        "day;patient_id\n2021-05-31;5001\n", "\n\n5001\n", "P0\n", "ID_new\np0\n", "5001\r", '"5001"\n',
    ],
)  # fmt: skip
def test_a_patient_is_named_in_any_way_that_a_spreadsheet_writes(withdrawn, text):
    if text == "5001,0\n":
        text = '"5001,0"\n'
    assert withdrawn(text) == ["a/1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_may_have_any_encoding(withdrawn, encoding):
    assert withdrawn("id\n5001\n", encoding) == ["a/1"]


def test_a_patient_with_an_issuer_is_named_as_in_the_linkage_map(withdrawn):
    assert withdrawn("815\n") == withdrawn("0815^^^North\n") == ["b/1"]


def test_all_of_several_are_found(withdrawn):
    assert withdrawn("5001\nP1\n7-k\n") == ["a/1", "b/1", "c/1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5002.0\n", r"1 of 1 entries name no patient .* \(row 1\)\. Write one patient ID"),
        ("5001\n5002\n07K\n", r"2 of 3 entries name no patient of the scans, the sheet or an earlier run \(row 2, 3\)"),
        ("2021-05-31;5001\n", r"In 1 of these rows another column does: put it first, or call it patient_id"),
        ("Kovács\n5001\n", r"1 of 2 entries name no patient .* \(row 1\)"),
        ("5001\n;yes\n", r"1 of 2 entries name no patient .* \(row 2\)"),
    ],
)
def test_an_entry_that_names_nobody_is_refused_by_its_row(withdrawn, text, message):
    with pytest.raises(RefusedError, match=message) as error:
        withdrawn(text)
    assert "Kovács" not in str(error.value)
    assert "5002" not in str(error.value)


@pytest.mark.parametrize("text", ["", "\n", "patient_id\n", "patient_id;day\n;\n"])
def test_a_list_of_nobody_is_refused(withdrawn, text):
    with pytest.raises(RefusedError, match=r"withdrawn.csv in the private folder names nobody.*or remove the file"):
        withdrawn(text)


@pytest.mark.parametrize("name", ["Withdrawn.csv", "withdrawn.xlsx", "withdrawals.csv", "withdrawn.csv.txt"])
def test_a_list_under_another_name_is_not_overlooked(tmp_path, name):
    (tmp_path / name).write_text("5001\n")
    with pytest.raises(RefusedError, match=r"is not called withdrawn.csv"):
        listed(tmp_path)


def test_no_list_names_nobody(tmp_path):
    assert listed(tmp_path) == []
    assert resolve([], FOUND, PSEUDONYM, (), tmp_path) == NOBODY


def test_whose_scans_are_gone_is_known_from_the_sheet_the_linkage_map_or_an_earlier_run(withdrawn, tmp_path):
    assert withdrawn("4711\n", others=["04711"]) == []
    (tmp_path / "patients.csv").write_text("id_old,id_new\n4712,P9\n")
    assert withdrawn("4712\nP9\n") == []
    remember([Entry(1, "4713"), Entry(2, "5001")], tmp_path)
    remember([Entry(1, "4713")], tmp_path)
    assert withdrawn("4713\n") == []
    assert (tmp_path / "withdrawn_found.csv").read_text().splitlines() == ["id", "4713", "5001"]


def test_rows_of_the_sheet_are_told_by_any_form_of_the_id(tmp_path):
    (tmp_path / "withdrawn.csv").write_text("P0\n4711.0\n")
    found = resolve(listed(tmp_path), FOUND, PSEUDONYM, ["4711"], tmp_path)
    assert all(found.names(one) for one in ("5001", "5001.0", "4711", "04711.0"))
    assert not any(found.names(one) for one in ("", "815", "50010"))
