"""A cohort that contradicts itself is refused."""

import pytest
from small_cohorts import MEDIAN

from discgrade.settings.groups.cohort import Reference


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [{"cohort": "primary"}, {"cohort": "external", "level": "L5/S1"}],
            "patient P1 is in the cohorts external, primary; a patient belongs to one",
        ),
        ([{"grade": 2.0}, {"grade": 3.0}], r"disc P1-L4/L5 has the grades 2.0, 3.0 in reading 1 by R1"),
        (
            [{}, {"frame": 2}],
            r"disc P1-L4/L5 is read on 2 slices in reading 1 by R1; one reading is of one. Keep one, or number",
        ),
        ([{}, {"x": 11.0}], r"disc P1-L4/L5 has 2 regions in reading 1 by R1; one reading has one"),
        ([{"width": 0.0}], r"disc P1-L4/L5: the ROI's width and height should be > 0. Received: 0.0 x 40.0 px"),
        ([{"x": 100.0}], r"should overlap its slice of 100 x 200 px. Received: x 100.0, y 20.0, 50.0 x 40.0 px by R1"),
        ([{"y": -40.0}], r"should overlap its slice of 100 x 200 px. Received: x 10.0, y -40.0"),
        ([{"frame": 2}], "disc P1-L4/L5: frame should be from 1 to 1. Received: 2"),
        ([{"sop_instance_uid": "P1.1.9"}], "image P1.1.9 of a reading by R1 was not exported"),
        ([{"grade": 2.5}], r"grade should be one of 1.0, 1.3, .* Received: 2.5 by R1"),
        ([{"rater": "R2"}], "cohort.reference.rater should be one of R2. Received: R1"),
        ([{"reading": 2}], "cohort.reference.reading should be one of 2, the readings of R1. Received: 1"),
    ],
)
def test_contradictions_are_refused(select, make_reading, make_instance, changes, message):
    with pytest.raises(ValueError, match=message):
        select([[make_reading(**change) for change in changes]], [[make_instance()]])


def test_roi_partly_outside_is_no_fault(select, make_reading, make_instance):
    assert len(select([[make_reading(x=-49.0, y=199.0)]], [[make_instance()]]).discs) == 1


def test_patient_in_two_cohorts_is_seen_across_shards(select, make_reading, make_instance):
    readings = [[make_reading()], [make_reading(study_uid="P1.2", disc="other", sop_instance_uid="P1.2.1", cohort="b")]]
    images = [[make_instance()], [make_instance(sop_instance_uid="P1.2.1")]]
    with pytest.raises(ValueError, match="patient P1 is in the cohorts b, primary"):
        select(readings, images)


def test_two_grades_are_seen_across_shards(select, make_reading, make_instance):
    with pytest.raises(ValueError, match=r"has the grades 2.0, 3.0.*\n.*images in the shards 00, 01; keep the files"):
        select([[make_reading(grade=2.0)], [make_reading()]], [[make_instance()], [make_instance()]])


def test_same_pixels_under_two_patients_are_refused(select, make_reading, make_instance):
    images = [
        [make_instance("P1", pixel_digest="same")],
        [make_instance("P2", pixel_digest="same"), make_instance("P2", sop_instance_uid="P2.1.2")],
    ]
    with pytest.raises(ValueError, match=r"patients P1, P2 share the pixels of 1 image, for example P1.1.1, P2.1.1;"):
        select([[make_reading("P1")], [make_reading("P2")]], images)


def test_same_pixels_of_one_patient_are_no_fault(select, make_reading, make_instance):
    images = [make_instance(pixel_digest="same"), make_instance(pixel_digest="same", sop_instance_uid="P1.1.2")]
    assert len(select([[make_reading()]], [images]).discs) == 1


def test_blank_images_are_no_copies_of_each_other(select, make_reading, make_instance):
    images = [make_instance(patient, pixel_digest="") for patient in ("P1", "P2")]
    assert len(select([[make_reading("P1"), make_reading("P2")]], [images]).discs) == 2


@pytest.mark.parametrize("read", [False, True])
def test_same_pixels_that_nobody_read_are_no_fault(select, make_reading, make_instance, read):
    images = [make_instance(patient) for patient in ("P1", "P2")]
    images += [make_instance(one, sop_instance_uid=f"{one}.1.2", pixel_digest="localizer") for one in ("P1", "P2")]
    readings = [make_reading("P1"), make_reading("P2", sop_instance_uid="P2.1.2" if read else "P2.1.1")]
    if read:
        with pytest.raises(ValueError, match="patients P1, P2 share the pixels of 1 image"):
            select([readings], [images])
    else:
        assert len(select([readings], [images]).discs) == 2


def test_same_pixels_are_seen_across_shards(select, make_reading, make_instance):
    images = [[make_instance(patient, pixel_digest="same")] for patient in ("P1", "P2")]
    with pytest.raises(ValueError, match="patients P1, P2 share the pixels of 1 image"):
        select([[make_reading("P1")], [make_reading("P2")]], images)


def test_regions_that_cannot_be_discs_are_refused(select, make_reading, make_instance):
    readings = [make_reading(f"P{number}", x=0.1, y=0.2, width=0.4, height=0.3) for number in range(6)]
    images = [[make_instance(row["patient"]) for row in readings]]
    with pytest.raises(ValueError, match="cohort primary: most regions are at most a pixel wide"):
        select([readings], images, accept_regions=False)
    assert len(select([readings], images, accept_regions=True).discs) == 6


def test_unknown_rater_is_answered_with_those_that_exist(select, make_reading, make_instance):
    readings = [make_reading(rater=f"R{number}", level=f"L{number}") for number in (2, 10, 3)]
    with pytest.raises(ValueError, match=r"should be one of R2, R3, R10. Received: R7"):
        select([readings], [[make_instance()]], Reference("reading", "R7", 1))


def test_no_first_reading_leaves_no_median(select, make_reading, make_instance):
    with pytest.raises(ValueError, match=r"the median takes first readings. There are none"):
        select([[make_reading(reading=2)]], [[make_instance()]], MEDIAN)


def test_no_readings_are_refused(select, make_instance):
    with pytest.raises(ValueError, match="there are no readings; ratings should name at least one disc"):
        select([[]], [[make_instance()]])


def test_all_faults_come_in_one_message(select, make_reading, make_instance):
    readings = [make_reading("P1", width=0.0), make_reading("P2", grade=2.5), make_reading("P3", rater="R2", frame=3)]
    with pytest.raises(ValueError, match="cannot be used") as error:
        select([readings], [[make_instance(row["patient"]) for row in readings]])
    assert str(error.value).count("\n- ") == 3


def test_many_faults_of_a_kind_are_shortened(select, make_reading, make_instance):
    readings = [make_reading(f"P{number:02d}", width=0.0) for number in range(30)]
    with pytest.raises(ValueError, match="and 10 more of this kind") as error:
        select([readings], [[make_instance(row["patient"]) for row in readings]])
    assert str(error.value).count("\n- ") == 21
