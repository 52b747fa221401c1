"""What a whole sheet has wrong is refused by anatomy; what only one region has is flagged."""

import numpy as np
import pandas as pd
import pytest

from discgrade.cohort.lengths import lengths_of
from discgrade.cohort.plausibility import implausible, sheet_flags, size_flags
from discgrade.grades import LEVELS

SAGITTAL = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]
# Of the phantom's default cohort, in mm: width, height, and the middle as fractions of a slice of 280 mm.
WIDTH = dict(zip(LEVELS, (49, 50, 50, 51, 51), strict=True))
HEIGHT = dict(zip(LEVELS, (23, 25, 26, 27, 27), strict=True))
MIDDLE = dict(zip(LEVELS, ((0.6, 0.31), (0.58, 0.44), (0.57, 0.57), (0.57, 0.7), (0.61, 0.83)), strict=True))


def invented(pixels=384, spacing=280 / 384, patients=12) -> pd.DataFrame:
    """Regions of a cohort in whole px, varied as a rater's are."""
    random = np.random.default_rng(5)
    rows = []
    for patient in range(patients):
        for level in LEVELS:
            width, height = np.array([WIDTH[level], HEIGHT[level]]) * random.lognormal(0, 0.06, 2) / spacing
            x, y = np.array(MIDDLE[level]) * pixels + random.normal(0, 4, 2) - np.array([width, height]) / 2
            place = dict(zip(("x", "y", "width", "height"), np.round([x, y, width, height]), strict=True))
            rows.append({"study_uid": str(patient), "sop_instance_uid": str(patient), "level": level, **place})
    image = {"rows": pixels, "columns": pixels, "row_spacing": spacing, "column_spacing": spacing}
    return pd.DataFrame(rows).assign(cohort="primary", **image)


def lengths(table: pd.DataFrame, orientation=SAGITTAL) -> pd.DataFrame:
    image = ["sop_instance_uid", "rows", "columns", "row_spacing", "column_spacing"]
    images = table[image].drop_duplicates()
    images["orientation"] = [orientation] * len(images)
    return lengths_of(table.drop(columns=image[1:]), images)


@pytest.fixture(params=["invented", "real"])
def sheet(request) -> pd.DataFrame:
    """Right regions: invented ones, and those of 407 real patients."""
    if request.param == "invented":
        return invented()
    real = request.getfixturevalue("real")
    table = pd.read_csv(real / "lsma" / "ratings.csv", dtype={"patient_id": "str"})
    image = {"rows": 384, "columns": 384, "row_spacing": 264 / 384, "column_spacing": 264 / 384, "cohort": "primary"}
    return table.rename(columns={"patient_id": "study_uid"}).assign(**image)


def scaled(table, factor):
    return table.assign(**{name: table[name] * factor for name in ("x", "y", "width", "height")})


MISTAKES = {
    "percent of the slice": (lambda table: scaled(table, 100 / 384), "in percent?"),
    "fractions of the slice": (lambda table: scaled(table, 1 / 384), "as fractions of the slice?"),
    "a mark between thousands": (lambda table: table.assign(x=1 + table["x"] / 1000), "less than a pixel in x. "),
    "y in another unit": (lambda table: table.assign(y=table["y"] / 384), "less than a pixel in y. "),
    "half the resolution": (lambda table: scaled(table, 0.5), "pictures of half the size?"),
    "the second corner": (
        lambda table: table.assign(width=table["x"] + table["width"], height=table["y"] + table["height"]),
        "the second corner?",
    ),
    "width and height swapped": (
        lambda table: table.assign(width=table["height"] / 2, height=table["width"]),
        "Are width and height swapped?",
    ),
    "counted from below": (
        lambda table: table.assign(y=table["rows"] - table["y"] - table["height"]),
        "Does y count from the lower edge?",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_cohort_that_is_wrong_as_a_whole_is_refused_with_the_likely_mistake(sheet, mistake):
    make, message = MISTAKES[mistake]
    (fault,) = implausible(lengths(make(sheet)))
    assert fault.startswith("cohort primary: ")
    assert message in fault
    assert "cohort.accept_regions: true" in fault


def test_right_regions_are_taken_and_few_of_them_flagged(sheet):
    right = lengths(sheet)
    assert implausible(right) == []
    assert sheet_flags(right) == []
    assert (size_flags(right) != "").mean() == 0


def test_corners_taken_for_centres_are_refused_or_doubtful(sheet):
    wrong = lengths(sheet.assign(x=sheet["x"] + sheet["width"] / 2, y=sheet["y"] + sheet["height"] / 2))
    assert any("the region's centre?" in told for told in [*implausible(wrong), *sheet_flags(wrong)])


def test_each_cohort_is_judged_by_itself():
    good, bad = invented(), scaled(invented(), 0.5).assign(cohort="external")
    bad["sop_instance_uid"] = bad["study_uid"] = "e" + bad["study_uid"]
    (fault,) = implausible(lengths(pd.concat([good, bad], ignore_index=True)))
    assert fault.startswith("cohort external: ")


def test_percentages_of_a_small_slice_are_seen_by_becoming_whole_pixels():
    whole = pd.DataFrame({"x": [28.0] * 10, "y": [10.0, 26, 42, 58, 74] * 2, "width": 34.0, "height": 14.0})
    table = invented(96, 0.7, 2).assign(**{name: whole[name] for name in whole})
    assert implausible(lengths(table)) == []
    (fault,) = implausible(lengths(table.assign(**{name: (whole[name] / 0.96).round(2) for name in whole})))
    assert "whole pixels once they are taken as percentages" in fault


def test_regions_of_the_size_of_no_disc_are_refused():
    (fault,) = implausible(lengths(invented().assign(row_spacing=0.07, column_spacing=0.07)))
    assert "the regions are 5 x 2 mm (median), which no lumbar disc's are" in fault


def test_regions_smaller_than_a_spines_are_doubtful():
    small = lengths(invented().assign(row_spacing=0.4, column_spacing=0.4))
    assert implausible(small) == []
    assert "smaller than a spine's" in sheet_flags(small)[0]
    assert (size_flags(small) != "").mean() > 0.4


def test_without_a_spacing_sizes_are_not_judged():
    unknown = lengths(invented().assign(row_spacing=np.nan, column_spacing=np.nan))
    assert implausible(unknown) == []
    assert (size_flags(unknown) == "").all()
    assert implausible(lengths(scaled(invented(), 0.5).assign(row_spacing=np.nan, column_spacing=np.nan))) != []


def test_a_region_too_small_for_a_disc_is_flagged():
    table = invented()
    table.loc[3, "width"] = 20.0
    flags = size_flags(lengths(table))
    assert flags[flags != ""].index.tolist() == [3]
    assert flags[3].startswith("15 x ")
    assert flags[3].endswith(" mm: no lumbar disc's region")


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        ([0.0, 1.0, 0.0, 0.0, 0.0, 1.0], lambda t: t.assign(y=t["rows"] - t["y"] - t["height"])),
        ([0.0, -1.0, 0.0, 0.0, 0.0, -1.0], lambda t: t.assign(x=t["columns"] - t["x"] - t["width"])),
        ([0.0, 0.0, -1.0, 0.0, 1.0, 0.0], lambda t: t.assign(x=t["y"], y=t["x"], width=t["height"], height=t["width"])),
    ],
)
def test_slices_stored_another_way_up_are_judged_as_they_stand_in_the_patient(orientation, turned):
    other = lengths(turned(invented()), orientation)
    assert implausible(other) == []
    pd.testing.assert_frame_equal(
        other[["centre_x", "centre_y", "across", "down"]],
        lengths(invented())[["centre_x", "centre_y", "across", "down"]],
    )


def test_no_region_is_no_fault():
    assert implausible(lengths(invented(patients=1).iloc[:0])) == []
