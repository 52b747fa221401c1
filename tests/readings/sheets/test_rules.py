"""Every fault of a sheet is in one message, which shows no value that identifies anybody."""

import csv

import pytest
from readings import reading, write_sheet

from discgrade.imaging.header import Header
from discgrade.readings.raters import number_raters, numbers_of
from discgrade.readings.sheets.faults import SheetError
from discgrade.readings.sheets.rules import AGAIN, OTHER_LEVEL, Known, check
from discgrade.readings.sheets.sheet import read_sheet

IMAGE = Header("a/1", 1, instance="1.2.3.4.5.1.1.8", study="1.2.3.4.5.1", patient="004711-K", rows=16, columns=12)
OTHER = Header("b/1", 1, instance="1.2.3.9", study="1.2.3", patient="815", rows=16, columns=12, frames=5)
IMAGES = {one.instance: one for one in (IMAGE, OTHER)}
OF_OTHER = {"sop_instance_uid": "1.2.3.9", "patient_id": "815", "frame": "1"}


def checked(tmp_path, *made, exclude_faulty=False, images=IMAGES):
    rows, found = read_sheet(write_sheet(tmp_path / "ratings.csv", made), tmp_path / "private")
    known = Known(images, lambda image: image.patient, numbers_of(number_raters(rows, [])))
    return check(rows, found, known, tmp_path / "private", exclude_faulty)


def faults(tmp_path, *made):
    with pytest.raises(SheetError) as error:
        checked(tmp_path, *made)
    return str(error.value)


def problems(tmp_path):
    with (tmp_path / "private" / "problems.csv").open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": "L9"}, "row 2, level: should be one of L1/L2, L2/L3, L3/L4, L4/L5, L5/S1. Received: 'L9'"),
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
        {"grade": "4.300000190734863"},
        {"patient_id": "4711-k"},
        {"frame": "1"},
        {"frame": ""},
        {"read_at": "2020-05-31 10:15:00"},
        {"comment": "of Ilona"},
        {"level": "l4-l5"},
        {"origin": "Human"},
        {"cohort": "External"},
    ],
)
def test_good_rows_pass(tmp_path, changes):
    assert len(checked(tmp_path, reading(**changes)).rows) == 1


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
    assert {one["value"] for one in problems(tmp_path)} == {"Kovács", "L9", "1.2.99", "", "Dr. Lakatos", "2.5", "Ilona"}
    assert (tmp_path / "private" / "problems.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("column", ["level", "x", "grade"])
def test_a_value_that_slipped_from_another_column_is_not_shown(tmp_path, column):
    assert "Kovács" not in faults(tmp_path, reading(**{column: "Kovács Ilona"}))
    assert "19650312" not in faults(tmp_path, reading(**{column: "19650312"}))


@pytest.mark.parametrize("slipped", ["815", "0815", "815.0", "815,00"])
def test_a_short_number_that_is_somebodys_id_is_not_shown(tmp_path, slipped):
    message = faults(tmp_path, reading(grade=slipped))
    assert "row 2, grade" in message
    assert "815" not in message
    assert problems(tmp_path)[0]["value"] == slipped


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


@pytest.mark.parametrize(
    "name", ["externals", "ext", "extern", "exernal", "external2", "test_external", "EXTERN", "external-A"]
)
def test_a_cohort_that_is_nearly_external_is_refused_with_the_word_it_should_be(tmp_path, name):
    assert "row 2, cohort: should be external, for patients who are never trained on" in faults(
        tmp_path, reading(cohort=name)
    )


def test_names_of_cohorts_that_differ_in_case_alone_are_a_fault(tmp_path):
    rows = [reading(), reading(level="L5/S1"), reading(**OF_OTHER, cohort="Primary")]
    assert "row 4, cohort: should be spelled as in the other rows" in faults(tmp_path, *rows)


def test_other_levels_are_left_out_and_the_others_stay(tmp_path):
    found = checked(tmp_path, reading(), reading(level="L5/L6"), reading(level="T12/L1", grade="none"))
    assert [row.number for row in found.rows] == [2]
    assert [(row.number, reason) for row, reason in found.excluded] == [(3, OTHER_LEVEL), (4, OTHER_LEVEL)]


def test_the_same_row_twice_counts_once(tmp_path):
    found = checked(tmp_path, reading(grade="3"), reading(grade="3.0", level="L4-L5"))
    assert [row.number for row in found.rows] == [2]
    assert [(row.number, reason) for row, reason in found.excluded] == [(3, AGAIN)]


def test_rows_with_faults_are_left_out_on_request_each_with_its_reason(tmp_path):
    rows = [
        reading(),
        reading(level="L5/S1", grade="9"),
        reading(level="L3/L4", sop_instance_uid="1.2.99"),
        reading(**OF_OTHER),
        reading(**OF_OTHER | {"grade": "5"}),
    ]
    found = checked(tmp_path, *rows, exclude_faulty=True)
    assert [row.number for row in found.rows] == [2]
    assert {row.number: reason for row, reason in found.excluded} == {
        3: "faulty grade",
        4: "no image of the source",
        5: "two grades in one reading",
        6: "two grades in one reading",
    }
    assert {one["row"] for one in problems(tmp_path)} == {"3", "4", "6"}


def test_what_the_whole_sheet_has_wrong_is_refused_all_the_same(tmp_path):
    names = [f"c{number}" for number in range(10)]
    images = {f"1.{n}": IMAGE._replace(path=n, instance=f"1.{n}", study=f"9.{n}", patient=n) for n in names}
    rows = [reading(sop_instance_uid=f"1.{name}", patient_id=name, cohort=f"x{name}") for name in names]
    for row, letter in zip(rows, "abcdefghij", strict=True):
        row["cohort"] = letter
    with pytest.raises(SheetError, match="should have at most 9 different names"):
        checked(tmp_path, *rows, exclude_faulty=True, images=images)


def test_a_sheet_may_be_checked_without_images(tmp_path):
    assert len(checked(tmp_path, reading(sop_instance_uid="1.2.99"), images=None).rows) == 1
