"""What a plan expects of readings."""

import pytest

from discgrade.readings.expected import Expected, Reading, expect, label_fault, label_note
from discgrade.settings.groups.cohort import Reference

FIRST, MEDIAN = Reference("reading", "R1", 1), Reference("median", "R1", 1)


def read(patient, grade, rater="R1", reading=1, cohort="primary"):
    return Reading(patient, cohort, rater, reading, grade)


@pytest.mark.parametrize(("grades", "whole"), [((3.0, 4.0), True), ((3.0, 3.3), False), ((), False)])
def test_whole_grades_are_told(grades, whole):
    assert expect([read("P1", grade) for grade in grades], FIRST).whole == whole


def test_readings_that_decide_no_reference_grade_do_not_count():
    readings = [read("P1", 3.0), read("P1", 4.3, rater="R2"), read("P2", 2.7, reading=2)]
    sizes = {"cohorts": {"primary": 1}, "read": {"primary"}}
    assert expect(readings, FIRST) == Expected(patients=1, whole=True, **sizes)
    assert expect(readings, MEDIAN) == Expected(patients=1, whole=False, **sizes)


def test_external_patients_are_in_no_part():
    found = expect([read("P1", 3.0), read("P2", 4.3, cohort="external")], FIRST)
    assert (found.patients, found.whole, found.cohorts) == (1, False, {"primary": 1, "external": 1})


@pytest.mark.parametrize(
    ("cohort", "readings", "told"),
    [
        ("second", [("P1", "primary", "human"), ("P2", "second", "human")], ""),
        ("second", [("P1", "primary", "human"), ("P2", "external", "human")], "no reading that decides a grade is of"),
        ("primary", [("P1", "primary", "human"), ("P2", "external", "human")], "all patients are of primary"),
        ("second", [("P1", "primary", "human"), ("P2", "second", "pseudo")], "no reading of second is a human's"),
    ],
    ids=["fits", "missing", "the only one", "no human"],
)
def test_a_cohort_that_no_model_can_label_is_told(cohort, readings, told):
    given = [read(patient, 3.0, cohort=group)._replace(origin=origin) for patient, group, origin in readings]
    fault = label_fault(expect(given, FIRST), cohort)
    assert told in fault
    assert bool(fault) == bool(told)


@pytest.mark.parametrize(("grade", "deviation", "noted"), [(3.0, 1.7, True), (3.3, 1.7, False), (3.0, 2.0, False)])
def test_what_a_deviation_means_with_whole_grades_is_told(grade, deviation, noted):
    note = label_note(expect([read("P1", grade)], FIRST), deviation)
    assert ("1.7 reviews discs that are 2 grades or more apart" in note) == noted
    assert bool(note) == noted


@pytest.mark.parametrize(("across", "doubtful"), [(0.59, False), (0.69, True), (None, False)])
def test_regions_that_lie_as_if_by_their_centre_are_doubted(across, doubtful):
    doubt = expect([read(f"P{number}", 3.0)._replace(across=across) for number in range(5)], FIRST).doubt
    assert ("Are x and y the region's centre?" in doubt) == doubtful


def test_centres_taken_for_corners_are_doubted_on_real_slices(real):
    import csv

    import pydicom

    columns = {}
    for path in sorted((real / "lsma" / "dicom").rglob("IM*"))[:60]:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["SOPInstanceUID", "Columns"])
        columns[header.SOPInstanceUID] = header.Columns
    with (real / "lsma" / "ratings.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sop_instance_uid"] in columns]
    for shift, doubtful in ((0.5, False), (1.0, True)):
        places = [(float(row["x"]) + shift * float(row["width"])) / columns[row["sop_instance_uid"]] for row in rows]
        readings = [read(str(number), 3.0)._replace(across=place) for number, place in enumerate(places)]
        assert bool(expect(readings, FIRST).doubt) == doubtful


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (FIRST, ""),
        (MEDIAN, ""),
        (Reference("reading", "R7", 1), "cohort.reference.rater should be one of R1, R2. Received: R7"),
        (Reference("reading", "R2", 3), "cohort.reference.reading should be one of 1, the readings of R2. Received: 3"),
    ],
)
def test_a_reference_that_nobody_read_is_told(reference, told):
    assert expect([read("P1", 3.0), read("P1", 4.0, rater="R2")], reference).fault == told


def test_no_reading_at_all_is_told():
    assert expect([], FIRST).fault.startswith("there are no readings")
