"""A sheet of readings without boxes becomes one with those that a locator finds."""

import csv

import pytest
from graded_scans import read_table, write_sheet
from tiny_locator import BOXES, spine_study, write_locating

from discgrade.grading.locating.proposing import propose_regions
from discgrade.private import RefusedError
from discgrade.readings.sheets.sheet import read_sheet


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_locating(tmp_path_factory.mktemp("bundle") / "tiny")


def reading(patient, level, **more):
    empty = dict.fromkeys(("sop_instance_uid", "x", "y", "width", "height"), "")
    given = {"patient_id": patient, "level": level, "grade": "3", "rater": "Dr A", "reading": "1", "cohort": "primary"}
    return given | empty | {key: str(value) for key, value in more.items()}


@pytest.fixture
def propose(tmp_path, bundle):
    """Complete a sheet of rows; returns how many of each result, and the completed rows by number."""

    def run(rows):
        sheet = write_sheet(tmp_path / "ratings.csv", rows)
        done = tmp_path / "private" / "source" / "ratings.csv"
        counts = propose_regions(
            sheet=sheet, scans=tmp_path / "scans", bundle=bundle, private=tmp_path / "private", destination=done
        )
        made, faults = read_sheet(done, tmp_path / "private")
        assert faults == []
        return counts, {row.number: row for row in made}

    return run


def test_rows_without_a_box_get_the_found_one_and_others_stay(tmp_path, propose):
    images = spine_study(tmp_path / "scans", "A1")
    drawn = {"sop_instance_uid": images[1], "x": 5, "y": 6, "width": 20, "height": 12.5}
    counts, rows = propose([reading("A1", "L4/L5"), reading("A1", "L3/L4", **drawn), reading("A1", "L5/S1")])
    assert counts == {"found": 2}
    for number, level in ((2, "L4/L5"), (4, "L5/S1")):
        row, known = rows[number], BOXES[level]
        assert row.get("sop_instance_uid") == images[2]
        assert (float(row.get("x")), float(row.get("y"))) == pytest.approx((known.x, known.y), abs=3)
        assert row.get("region_origin") == "found"
        assert row.get("grade") == "3"
    assert {name: rows[3].get(name) for name in drawn} == {name: str(value) for name, value in drawn.items()}
    assert rows[3].get("region_origin") == ""


def test_what_is_not_found_is_marked_with_its_reason(tmp_path, propose):
    spine_study(tmp_path / "scans", "A1")
    spine_study(tmp_path / "scans", "B2", canals=(0, 0, 0))
    counts, rows = propose([reading("A1", "L1/L2"), reading("B2", "L4/L5"), reading("C3", "L4/L5")])
    assert {row.get("region_origin") for row in rows.values()} == {"not found"}
    told = {row["patient_id"]: row["result"] for row in read_table(tmp_path / "private" / "proposed.csv")}
    assert told["A1"] == "L1/L2 was not found"
    assert "does not look T2-weighted" in told["B2"]
    assert told["C3"] == "no scan of this patient, or not the image that it names"
    assert sum(counts.values()) == 3


def test_of_a_patient_with_two_studies_the_row_has_to_name_an_image(tmp_path, propose):
    spine_study(tmp_path / "scans", "A1")
    later = spine_study(tmp_path / "scans", "A1", StudyInstanceUID="1.2.3.4", SeriesNumber=9)
    counts, rows = propose([reading("A1", "L4/L5"), reading("A1", "L4/L5", sop_instance_uid=later[1], reading=2)])
    assert counts == {"the patient has several studies: name the image": 1, "found": 1}
    assert rows[3].get("sop_instance_uid") == later[1]


def test_rows_keep_their_numbers(tmp_path, propose):
    spine_study(tmp_path / "scans", "A1")
    sheet = tmp_path / "ratings.csv"
    _, rows = propose([reading("A1", "L4/L5"), dict.fromkeys(reading("", ""), ""), reading("A1", "L5/S1")])
    assert sorted(rows) == [2, 4]
    with sheet.open(newline="") as text:
        assert len(list(csv.reader(text))) == 4


def test_a_bundle_without_a_locator_is_refused(tmp_path, tiny_bundle):
    with pytest.raises(RefusedError, match="trained a locator"):
        propose_regions(
            sheet=tmp_path / "ratings.csv", scans=tmp_path, bundle=tiny_bundle, private=tmp_path / "private",
            destination=tmp_path / "out.csv",
        )  # fmt: skip
