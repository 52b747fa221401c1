"""Readings keep their numbers and get new names."""

from readings import reading

from discgrade.deidentification.readings import deidentified, disc_name
from discgrade.readings.sheet import Row

INSTANCE = {"patient": "P01", "study_uid": "2.25.7", "sop_instance_uid": "2.25.8", "rows": 16}
UID = reading()["sop_instance_uid"]


def rows_of(*changes):
    return [Row(number, reading(**change)) for number, change in enumerate(changes, 2)]


def test_a_reading_is_that_of_the_new_image():
    rows = rows_of({"read_at": "2020-02-01", "frame": "2", "grade": "3,3"})
    (one,) = deidentified(rows, {UID: INSTANCE})
    assert (one["patient"], one["study_uid"], one["sop_instance_uid"]) == ("P01", "2.25.7", "2.25.8")
    assert one["disc"] == disc_name("P01", "2.25.7", "L4/L5")
    assert (one["x"], one["y"], one["width"], one["height"], one["grade"], one["frame"]) == (2.5, 3, 6, 4.5, 3.3, 2)
    assert (one["rater"], one["reading"], one["read_day"], one["origin"]) == ("R1", 1, 0, "human")


def test_readings_of_images_that_are_not_exported_are_left_out_but_number_the_raters():
    rows = rows_of({"rater": "A", "sop_instance_uid": "1.2.99"}, {"rater": "B"})
    assert [one["rater"] for one in deidentified(rows, {UID: INSTANCE})] == ["R2"]


def test_the_same_row_twice_is_one_reading():
    assert len(deidentified(rows_of({}, {}, {"reading": "2"}), {UID: INSTANCE})) == 2


def test_readings_come_by_disc_rater_and_reading():
    rows = rows_of({"rater": "A", "reading": "2"}, {"rater": "B"}, {"rater": "A"}, {"level": "L3/L4"})
    found = [(one["level"], one["rater"], one["reading"]) for one in deidentified(rows, {UID: INSTANCE})]
    assert found == [("L3/L4", "R3", 1), ("L4/L5", "R1", 1), ("L4/L5", "R1", 2), ("L4/L5", "R2", 1)]


def test_discs_of_two_studies_have_two_names():
    assert disc_name("P01", "2.25.7", "L5/S1") == "P01-0b20d1-L5S1" != disc_name("P01", "2.25.9", "L5/S1")
