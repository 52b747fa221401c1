"""Every fault of a sheet is in one message, which shows no value that identifies anybody."""

import csv

import pytest
from readings import reading, write_sheet

from discgrade.imaging.header import Header
from discgrade.readings import sheet
from discgrade.readings.rules import SheetError, check

IMAGE = Header("a/1", 1, instance="1.2.3.4.5.1.1.8", study="1.2.3.4.5.1", patient="004711-K", rows=16, columns=12)
AXIAL = Header("c/1", 1, instance="1.2.3.7", study="1.2.7", patient="816", plane="axial", rows=16, columns=12)
OTHER = Header("b/1", 1, instance="1.2.3.9", study="1.2.3", patient="815", rows=16, columns=12, frames=5)
CORONAL = AXIAL._replace(instance="1.2.3.6", plane="coronal")
IMAGES = {one.instance: one for one in (IMAGE, OTHER, AXIAL, CORONAL)}


def faults(tmp_path, *rows):
    path = write_sheet(tmp_path / "ratings.csv", rows)
    with pytest.raises(SheetError) as error:
        check(sheet.load(path), IMAGES, lambda image: image.patient, tmp_path / "private")
    return str(error.value)


def passes(tmp_path, *rows):
    check(sheet.load(write_sheet(tmp_path / "ratings.csv", rows)), IMAGES, lambda image: image.patient, tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": "L6/S1"}, "row 2, level: should be one of L1/L2, L2/L3, L3/L4, L4/L5, L5/S1. Received: 'L6/S1'"),
        ({"grade": "2.5"}, "row 2, grade: should be one of 1, 1.3, 1.7, 2"),
        ({"grade": "6.5"}, "Received: '6.5'"),
        ({"width": "0"}, "row 2, width: should be above 0. Received: '0'"),
        ({"height": "-3"}, "row 2, height: should be above 0"),
        ({"x": ""}, "row 2, x: should be a number"),
        ({"x": "12"}, "row 2, x: should place the ROI on its slice, not wholly outside"),
        ({"y": "-4.5"}, "row 2, y: should place the ROI on its slice"),
        ({"reading": "0"}, "row 2, reading: should be a whole number from 1"),
        ({"frame": "2"}, "row 2, frame: should be a frame of the image"),
        ({"rater": ""}, "row 2, rater: should not be empty"),
        ({"cohort": ""}, "row 2, cohort: should be a short name"),
        ({"origin": "robot"}, "row 2, origin: should be human, pseudo or reviewed"),
        ({"read_at": "spring"}, "row 2, read_at: should be a date"),
        ({"sop_instance_uid": "1.2.3.77"}, "row 2, sop_instance_uid: should be an image of the source"),
        ({"patient_id": "4712"}, "row 2, patient_id: should be the patient of the image"),
    ],
)
def test_a_broken_rule_is_named(tmp_path, changes, message):
    assert message in faults(tmp_path, reading(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"x": "-2", "width": "2.5"},
        {"x": "11,5"},
        {"grade": "3"},
        {"grade": "4.70"},
        {"patient_id": "4711-k"},
        {"frame": "1"},
        {"frame": ""},
        {"read_at": "2020-05-31 10:15:00"},
        {"comment": "of Ilona"},
    ],
)
def test_good_rows_pass(tmp_path, changes):
    passes(tmp_path, reading(**changes))


@pytest.mark.parametrize("image", [AXIAL, CORONAL])
def test_a_reading_on_another_plane_is_refused_by_its_name(tmp_path, image):
    message = faults(tmp_path, reading(patient_id="816", sop_instance_uid=image.instance))
    assert (
        f"row 2, sop_instance_uid: should be a sagittal image. By its Image Orientation (0020,0037) it is {image.plane}"
        in message
    )
    assert "1 fault " in message


def test_all_faults_are_in_one_message_without_private_values(tmp_path):
    rows = [
        reading(patient_id="Kovács", level="L9"),
        reading(sop_instance_uid="1.2.99", rater="", cohort="Dr. Lakatos"),
        reading(grade="2.5", read_at="Ilona"),
    ]
    message = faults(tmp_path, *rows)
    assert "7 faults" in message
    for row in (2, 3, 4):
        assert f"row {row}" in message
    for private in ("Kovács", "1.2.99", "Lakatos", "Ilona"):
        assert private not in message
    with (tmp_path / "private" / "problems.csv").open(encoding="utf-8") as text:
        kept = list(csv.DictReader(text))
    assert {one["value"] for one in kept} == {"Kovács", "L9", "1.2.99", "", "Dr. Lakatos", "2.5", "Ilona"}
    assert (tmp_path / "private" / "problems.csv").stat().st_mode & 0o777 == 0o600


def test_two_grades_of_one_disc_in_one_reading_are_a_fault(tmp_path):
    message = faults(tmp_path, reading(), reading(grade="4"))
    assert "row 3, grade: should be this rater's one grade of the disc in this reading. Received: '4'" in message
    passes(tmp_path, reading(), reading(grade="4", reading="2"), reading(grade="4", rater="B"))
    passes(tmp_path, reading(grade="3"), reading(grade="3.0"))


def test_a_patient_in_two_cohorts_is_a_fault(tmp_path):
    message = faults(tmp_path, reading(), reading(level="L3/L4", patient_id="4711-K", cohort="external"))
    assert "row 3, cohort: should be the one cohort of the patient" in message


def test_missing_columns_are_named(tmp_path):
    row = reading()
    del row["level"], row["grade"]
    assert "Missing: level, grade" in faults(tmp_path, row)


def test_a_sheet_without_rows_lacks_all_columns(tmp_path):
    with pytest.raises(SheetError, match="Missing: patient_id"):
        check([], IMAGES, lambda image: image.patient, tmp_path)


@pytest.mark.parametrize("column", ["level", "x", "grade"])
def test_a_value_that_slipped_from_another_column_is_not_shown(tmp_path, column):
    assert "Kovács" not in faults(tmp_path, reading(**{column: "Kovács Ilona"}))
    assert "19650312" not in faults(tmp_path, reading(**{column: "19650312"}))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"cohort": "Kovács"}, "cohort: should be a short name"),
        ({"cohort": "of_4711-k"}, "cohort: should not hold the patient's ID"),
        ({"reading": "19650312"}, "reading: should be a whole number from 1 to 99"),
        ({"x": "-19650312", "width": "19650422"}, "width: should not be over four times the slice"),
    ],
)
def test_identity_in_what_is_passed_on_is_a_fault(tmp_path, changes, rule):
    assert rule in faults(tmp_path, reading(**changes))
