"""Readings keep their numbers and get new names; those that are left out are counted under names that tell nothing."""

from readings import reading

from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.readings import deidentified, disc_name, left_out
from discgrade.imaging.header import Header
from discgrade.readings.raters import Rater
from discgrade.readings.sheets.sheet import Row

INSTANCE = {"patient": "P01", "study_uid": "2.25.7", "sop_instance_uid": "2.25.8", "rows": 16}
UID = reading()["sop_instance_uid"]
RATERS = [Rater("Dr. Lakatos", "R1", "", "2020-02-01"), Rater("A", "R2"), Rater("B", "R3")]
IMAGE = Header("a/1", 1, instance=UID, study="1.2.3.4.5.1", patient="004711-K", rows=16, columns=12)
PSEUDONYMS = Pseudonyms(keys.seeded(1))


def rows_of(*changes):
    return [Row(number, reading(**change)) for number, change in enumerate(changes, 2)]


def readings_of(rows):
    return [one.reading for one in deidentified(rows, RATERS, {UID: INSTANCE})]


def test_a_reading_is_that_of_the_new_image():
    rows = rows_of({"read_at": "2020-02-11", "frame": "2"})
    ((one, row),) = deidentified(rows, RATERS, {UID: INSTANCE})
    assert row == 2
    assert (one["patient"], one["study_uid"], one["sop_instance_uid"]) == ("P01", "2.25.7", "2.25.8")
    assert one["disc"] == disc_name("P01", "2.25.7", "L4/L5")
    assert (one["x"], one["y"], one["width"], one["height"], one["grade"], one["frame"]) == (2.5, 3, 6, 4.5, 3.3, 2)
    assert (one["rater"], one["reading"], one["read_day"], one["origin"]) == ("R1", 1, 10, "human")


def test_readings_of_images_that_are_not_exported_are_left_out():
    rows = rows_of({"rater": "A", "sop_instance_uid": "1.2.99"}, {"rater": "B"})
    assert [one["rater"] for one in readings_of(rows)] == ["R3"]


def test_readings_come_by_disc_rater_and_reading():
    rows = rows_of({"rater": "A", "reading": "2"}, {"rater": "B"}, {"rater": "A"}, {"level": "L3/L4"})
    found = [(one["level"], one["rater"], one["reading"]) for one in readings_of(rows)]
    assert found == [("L3/L4", "R1", 1), ("L4/L5", "R2", 1), ("L4/L5", "R2", 2), ("L4/L5", "R3", 1)]


def test_discs_of_two_studies_have_two_names():
    assert disc_name("P01", "2.25.7", "L5/S1") == "P01-0b20d1-L5S1" != disc_name("P01", "2.25.9", "L5/S1")


def excluded(*changes, gone=lambda _: False):
    rows = [(row, "a reason") for row in rows_of(*changes)]
    return left_out(rows, {UID: IMAGE}, PSEUDONYMS, gone, "07")


def test_a_reading_that_is_left_out_names_its_disc_as_the_others_do():
    patient = PSEUDONYMS.patient(IMAGE.key)
    (one,) = excluded({})
    disc = disc_name(patient, PSEUDONYMS.uid(IMAGE.study), "L4/L5")
    assert one == {"reason": "a reason", "disc": disc, "patient": patient}


def test_a_reading_of_no_image_is_of_the_patient_whom_the_sheet_names():
    one, two = excluded({"sop_instance_uid": "1.2.99"}, {"sop_instance_uid": "1.2.98", "level": "none"})
    assert one["patient"] == two["patient"] == PSEUDONYMS.patient(IMAGE.key)
    assert one["disc"] != two["disc"]


def test_patients_who_withdrew_are_counted_under_marks():
    rows = [{}, {"rater": "B"}, {"level": "L5/S1"}, {"sop_instance_uid": "1.2.99", "patient_id": "815"}]
    found = excluded(*rows, gone=lambda _: True)
    assert len({one["patient"] for one in found}) == 2
    assert len({one["disc"] for one in found}) == 3
    assert all(one["patient"].startswith("withdrew-07-") for one in found)
    assert PSEUDONYMS.patient(IMAGE.key) not in str(found)
