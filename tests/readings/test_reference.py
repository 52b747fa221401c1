"""The reference grade of a disc."""

import pyarrow as pa
import pytest
from small_cohorts import FIRST, MEDIAN

from discgrade.readings.reference import reference_discs
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.groups.cohort import Reference


@pytest.fixture
def discs_of(make_instance):
    """A function that returns the discs of one shard, by name."""

    def run(readings, reference=FIRST, images=None, **options):
        ratings = pa.Table.from_pylist(readings, schema=RATINGS)
        patients = sorted({row["patient"] for row in readings})
        instances = pa.Table.from_pylist(images or [make_instance(patient) for patient in patients], schema=INSTANCES)
        table = reference_discs(ratings, instances, reference=reference, shard="07", **options)
        assert table.schema.equals(DISCS)
        return {disc["disc"]: disc for disc in table.to_pylist()}

    return run


def test_grade_slice_and_roi_are_the_reference_readings(discs_of, make_reading):
    readings = [
        make_reading(grade=2.3, reading=2, x=1.0),
        make_reading(grade=2.7, x=2.0),
        make_reading(grade=4.0, rater="R2", x=3.0),
    ]
    (disc,) = discs_of(readings).values()
    assert (disc["grade"], disc["integral"], disc["x"], disc["shard"]) == (2.7, 3.0, 2.0, "07")


@pytest.mark.parametrize(("rater", "number", "grade"), [("R1", 2, 2.3), ("R2", 1, 4.0)])
def test_reference_is_any_rater_and_reading(discs_of, make_reading, rater, number, grade):
    readings = [make_reading(), make_reading(grade=2.3, reading=2), make_reading(grade=4.0, rater="R2")]
    (disc,) = discs_of(readings, Reference("reading", rater, number)).values()
    assert disc["grade"] == grade


def test_discs_without_the_reference_reading_are_left_out(discs_of, make_reading):
    readings = [make_reading("P1"), make_reading("P2", rater="R2"), make_reading("P3", reading=2)]
    assert list(discs_of(readings)) == ["P1-L4/L5"]


def test_no_reading_leaves_no_disc(discs_of, make_reading):
    assert discs_of([make_reading(rater="R2")]) == {}


def test_median_of_three_raters(discs_of, make_reading):
    readings = [make_reading(grade=grade, rater=rater) for rater, grade in [("R1", 2.0), ("R2", 3.0), ("R3", 3.3)]]
    (disc,) = discs_of(readings, MEDIAN).values()
    assert disc["grade"] == 3.0


def test_median_takes_first_readings_only(discs_of, make_reading):
    readings = [make_reading(grade=2.0), make_reading(grade=5.0, reading=2), make_reading(grade=5.0, reading=3)]
    (disc,) = discs_of(readings, MEDIAN).values()
    assert disc["grade"] == 2.0


@pytest.mark.parametrize(("scale", "grade"), [("fractional", 3.7), ("integral", 4.0)])
def test_median_between_two_grades_goes_to_the_cohorts_scale(discs_of, make_reading, scale, grade):
    readings = [make_reading(grade=3.0), make_reading(grade=4.0, rater="R2")]
    (disc,) = discs_of(readings, MEDIAN, scale=scale).values()
    assert disc["grade"] == grade
    assert disc["integral"] == 4.0


def test_median_takes_roi_and_origin_from_the_first_rater(discs_of, make_reading):
    readings = [
        make_reading(rater="R10", x=3.0),
        make_reading(rater="R2", x=1.0, origin="reviewed"),
    ]
    (disc,) = discs_of(readings, MEDIAN).values()
    assert (disc["x"], disc["origin"]) == (1.0, "reviewed")


def test_person_and_scanner_come_with_the_image(discs_of, make_reading, make_instance):
    images = [make_instance(manufacturer="Philips", field_strength=3.0, sex=None, age=None)]
    (disc,) = discs_of([make_reading()], images=images).values()
    assert (disc["manufacturer"], disc["field_strength"], disc["sex"], disc["age"]) == ("Philips", 3.0, None, None)


def test_order_of_the_readings_is_of_no_account(discs_of, make_reading):
    readings = [make_reading(f"P{number}", level) for number in range(5) for level in ("L4/L5", "L5/S1")]
    assert list(discs_of(readings).items()) == list(discs_of(readings[::-1]).items())


def test_reading_without_its_image_is_named(discs_of, make_reading, make_instance):
    with pytest.raises(ValueError, match=r"image should be among the instances of shard 07. Missing: \['P1.1.1'\]"):
        discs_of([make_reading("P1")], images=[make_instance("P2")])
