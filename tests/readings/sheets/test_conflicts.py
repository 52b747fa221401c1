"""Rows that contradict each other."""

import pytest
from readings import reading

from discgrade.imaging.header import Header
from discgrade.readings.sheets.conflicts import find_conflicts
from discgrade.readings.sheets.sheet import Row

FIRST = Header("a/1", 1, instance="1.2.3.4.5.1.1.8", study="1.2.3.4.5.1", patient="004711-K", rows=16, columns=12)
SECOND = FIRST._replace(instance="1.9")
NEXT = FIRST._replace(instance="1.10", study="1.5")
SOMEBODY = FIRST._replace(instance="1.11", patient="815")
IMAGES = {one.instance: one for one in (FIRST, SECOND, NEXT, SOMEBODY)}
RATERS = {"Dr. Lakatos": "R1", "lakatos": "R1", "B": "R2"}


def faults(*changes):
    rows = [
        Row(number, {name: str(text) for name, text in reading(**change).items()})
        for number, change in enumerate(changes, 2)
    ]
    return [(fault.row, fault.column, fault.reason, fault.others) for fault in find_conflicts(rows, IMAGES, RATERS)]


def test_two_grades_of_one_disc_in_one_reading_are_a_fault():
    assert faults({}, {"grade": "4"}) == [(3, "grade", "two grades in one reading", (2, 3))]
    assert faults({}, {"grade": "4", "reading": "2"}, {"grade": "4", "rater": "B"}) == []


def test_two_spellings_of_one_rater_are_one_rater():
    assert faults({}, {"grade": "4", "rater": "lakatos"}) == [(3, "grade", "two grades in one reading", (2, 3))]


@pytest.mark.parametrize("change", [{"sop_instance_uid": "1.9"}, {"frame": "2"}])
def test_one_reading_on_two_slices_is_a_fault(change):
    assert faults({}, change) == [(3, "sop_instance_uid", "one reading on two slices", (2, 3))]


@pytest.mark.parametrize("change", [{"x": "3"}, {"height": "5"}])
def test_one_reading_of_two_regions_is_a_fault(change):
    assert faults({}, change) == [(3, "x", "two regions in one reading", (2, 3))]


@pytest.mark.parametrize("other", ["1.10", "1.11"])
def test_discs_of_two_studies_or_people_are_two_discs(other):
    assert faults({}, {"sop_instance_uid": other, "grade": "5"}) == []


def test_the_first_frame_need_not_be_named():
    assert faults({}, {"frame": "1"}) == []


def test_a_patient_in_two_cohorts_is_a_fault():
    assert faults({}, {"level": "L3/L4", "cohort": "external"}) == [(3, "cohort", "patient in two cohorts", (2, 3))]
