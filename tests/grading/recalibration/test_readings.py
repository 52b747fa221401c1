"""Discs of an output joined with their readings: whose they are."""

from dataclasses import replace

from discgrade.grading.discs import GradedDisc, GradedStudy, Place
from discgrade.grading.outputs.stream import streaming
from discgrade.grading.recalibration.readings import join_readings
from discgrade.imaging.box import Box


def test_patients_are_told_apart_as_discgrade_grade_does(tmp_path):
    """Without a Patient ID each study is a patient's, and two people may share one."""
    readings = {}
    with streaming(tmp_path) as stream:
        for number, (patient, person) in enumerate((("", 0), ("", 0), ("A1", 0), ("A1", 0), ("A1", 1))):
            place = Place(patient, f"2.25.{number}", "2.25.1", f"2.26.{number}", 1, "L4/L5", Box(1, 1, 9, 9), "drawn")
            disc = GradedDisc(place, 2, None, 2.0, None, (), (), (2.0,), "bundle", outputs=(0.0, 1.0))
            stream.add(replace(GradedStudy(patient, place.study_uid, None, (), False, (disc,)), person=person))
            readings[(*place.image, place.level)] = 2.0
    read = join_readings(tmp_path, readings, "bundle")
    assert list(read.patients) == ["2.25.0", "2.25.1", "A1", "A1", "A1 (1)"]
