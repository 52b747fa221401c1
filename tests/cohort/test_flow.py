"""Counting who is kept and who is not, and why."""

import pytest

from discgrade.records.flow import CohortSize, Stage


def test_flow_counts_every_stage(select, make_reading, make_instance):
    readings = [
        [make_reading("P1"), make_reading("P1", reading=2), make_reading("P1", "L5/S1", rater="R2")],
        [make_reading("P2", rater="R2", cohort="external"), make_reading("P3", cohort="external")],
    ]
    images = [[make_instance("P1"), make_instance("P4")], [make_instance("P2"), make_instance("P3")]]
    flow = select(readings, images, rejected=[["not DICOM", "truncated"], ["not DICOM"]]).flow
    assert flow.stages == (
        Stage("files", received=7, excluded={"not DICOM": 2, "truncated": 1}, kept=4),
        Stage("readings", received=5, excluded={}, kept=5),
        Stage("discs", received=4, excluded={"no reading 1 by R1": 2}, kept=2),
        Stage("patients", received=4, excluded={"no readings": 1, "no disc with reading 1 by R1": 1}, kept=2),
    )
    assert flow.reference == "reading 1 by R1"
    assert flow.raters == {"R1": {"1": 2, "2": 1}, "R2": {"1": 2}}
    assert flow.cohorts == {"external": CohortSize(patients=1, discs=1), "primary": CohortSize(patients=1, discs=1)}


@pytest.mark.parametrize(("grades", "scales"), [([2.0, 3.0], ("integral",)), ([2.0, 3.3], ("fractional", "integral"))])
def test_flow_names_the_scales(select, make_reading, make_instance, grades, scales):
    readings = [make_reading(f"P{number}", grade=grade) for number, grade in enumerate(grades)]
    assert select([readings], [[make_instance(row["patient"]) for row in readings]]).flow.scales == scales


def test_the_same_reading_twice_counts_once(select, make_reading, make_instance):
    cohort = select([[make_reading(), make_reading()]], [[make_instance()]])
    assert len(cohort.discs) == 1
    assert cohort.flow.stages[1].excluded == {"the same reading again": 1}
