"""Counting who is kept and who is not, and why."""

import pytest

from discgrade.records.cohort.flow import CohortSize, Stage
from discgrade.records.cohort.regions import FLAGGED


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


def lost(disc: str, patient: str, reason: str) -> dict[str, str]:
    return {"disc": disc, "patient": patient, "reason": reason}


def test_readings_that_were_left_out_are_received_and_excluded_with_their_reason(select, make_reading, make_instance):
    excluded = [
        [lost(f"P2-{level}", "P2", "image rejected (burned-in annotation)") for level in ("L4/L5", "L5/S1")],
        [lost("P1-L4/L5", "P1", "the same reading again"), lost("P1-L5/L6", "P1", "level outside L1/L2 to L5/S1")],
    ]
    flow = select([[make_reading("P1")], []], [[make_instance("P1")], []], excluded=excluded).flow
    files, readings, discs, patients = flow.stages
    assert files == Stage("files", received=1, excluded={}, kept=1)
    assert readings == Stage(
        "readings",
        received=5,
        excluded={
            "image rejected (burned-in annotation)": 2,
            "level outside L1/L2 to L5/S1": 1,
            "the same reading again": 1,
        },
        kept=1,
    )
    assert discs == Stage(
        "discs",
        received=4,
        excluded={"image rejected (burned-in annotation)": 2, "level outside L1/L2 to L5/S1": 1},
        kept=1,
    )
    assert patients == Stage("patients", received=2, excluded={"image rejected (burned-in annotation)": 1}, kept=1)


def test_a_patient_all_of_whose_readings_are_left_out_is_excluded_for_that_reason(select, make_reading, make_instance):
    excluded = [[lost("P2-L5/L6", "P2", "level outside L1/L2 to L5/S1")]]
    images = [[make_instance("P1"), make_instance("P2"), make_instance("P3")]]
    patients = select([[make_reading("P1")]], images, excluded=excluded).flow.stages[3]
    assert patients.excluded == {"level outside L1/L2 to L5/S1": 1, "no readings": 1}
    assert (patients.received, patients.kept) == (3, 1)


def test_flagged_discs_are_left_out_on_request(select, make_reading, make_instance):
    readings = [[make_reading("P1"), make_reading("P1", "L5/S1"), make_reading("P2")]]
    images = [[make_instance("P1"), make_instance("P2")]]
    flagged = [{name: row[name] for name in FLAGGED.names[:-1]} | {"flag": "odd"} for row in readings[0][1:]]
    cohort = select(readings, images, flagged=flagged)
    assert cohort.discs["disc"].tolist() == ["P1-L4/L5"]
    assert cohort.flow.stages[2] == Stage("discs", received=3, excluded={"flagged region": 2}, kept=1)
    assert cohort.flow.stages[3].excluded == {"no disc without a flagged region": 1}


def test_flow_tells_who_is_never_trained_on(select, make_reading, make_instance):
    readings = [[make_reading("P2", cohort="external"), make_reading("P1"), make_reading("P3", cohort="external")]]
    flow = select(readings, [[make_instance(f"P{number}") for number in (1, 2, 3)]]).flow
    assert flow.never_trained == ("P2", "P3")
