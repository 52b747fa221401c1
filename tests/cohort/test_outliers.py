"""Which regions of interest look wrong."""

import numpy as np
import pandas as pd
import pytest

from discgrade.cohort.outliers import cohort_flags, disc_flags
from discgrade.grades import LEVELS

WIDTH = dict(zip(LEVELS, (50, 52, 54, 57, 54), strict=True))
HEIGHT = dict(zip(LEVELS, (36, 38, 40, 48, 70), strict=True))
MIDDLE = dict(zip(LEVELS, ((145, 60), (142, 96), (140, 132), (141, 168), (150, 202)), strict=True))


@pytest.fixture
def cohort() -> pd.DataFrame:
    """100 patients with five discs each, varied as a rater's regions are, in mm on a slice of 280 x 264 mm."""
    random = np.random.default_rng(3)
    rows = []
    for patient in range(100):
        shift = random.normal(0, 12, 2)
        for level in LEVELS:
            width, height = np.array([WIDTH[level], HEIGHT[level]]) * random.lognormal(0, 0.13, 2)
            x, y = MIDDLE[level] + shift + random.normal(0, 2, 2)
            rows.append({"study_uid": str(patient), "level": level, "width": width, "height": height, "x": x, "y": y})
    constant = {"slice_width": 280.0, "slice_height": 264.0, "outside": 0.0, "obliquity": 3.0, "scale": 0.1}
    header = {"echo_time": 102.0, "repetition_time": 3500.0, "series_description": "t2_tse_sag"}
    return pd.DataFrame(rows).assign(**constant, **header)


def swapped(cohort: pd.DataFrame, one: str, other: str, rows: list[int] | slice) -> pd.DataFrame:
    """Exchange two columns in some rows; of x and y, those of the region's corner are exchanged."""
    cohort = cohort.copy()
    half = cohort[["width", "height"]].to_numpy() / 2
    cohort[["x", "y"]] -= half
    index = cohort.index[rows]
    cohort.loc[index, [one, other]] = cohort.loc[index, [other, one]].to_numpy().copy()
    cohort[["x", "y"]] += cohort[["width", "height"]].to_numpy() / 2
    return cohort


def test_usual_regions_are_not_flagged(cohort):
    assert (disc_flags(cohort) != "").mean() < 0.01
    assert cohort_flags(cohort) == []


def test_swapped_width_and_height_are_seen(cohort):
    rows = list(range(2, 500, 50))
    flags = disc_flags(swapped(cohort, "width", "height", rows))
    assert flags.iloc[rows].str.contains(r"width and height swapped|times the usual").mean() >= 0.5
    assert (flags.drop(flags.index[rows]) != "").mean() < 0.02


def test_swapped_x_and_y_are_seen(cohort):
    rows = list(range(0, 500, 50))
    flags = disc_flags(swapped(cohort, "x", "y", rows))
    assert flags.iloc[rows].str.contains(r"out of line|far from").all()


def test_one_wrong_disc_flags_its_neighbours_only(cohort):
    cohort.loc[7, "y"] += 60
    flags = disc_flags(cohort)
    assert flags.iloc[7].startswith("out of line with its neighbour") or "far" in flags.iloc[7]
    assert set(flags.index[flags.str.contains("out of line")]) == {6, 7, 8}


def test_swapped_levels_are_seen(cohort):
    cohort.loc[[11, 12], ["x", "y"]] = cohort.loc[[12, 11], ["x", "y"]].to_numpy().copy()
    assert disc_flags(cohort).iloc[[11, 12]].str.contains("out of line").all()


@pytest.mark.parametrize(
    ("columns", "message"),
    [(("width", "height"), "Are width and height swapped?"), (("x", "y"), "Are x and y swapped?")],
)
def test_a_wholly_swapped_sheet_is_seen(cohort, columns, message):
    (flag,) = cohort_flags(swapped(cohort, *columns, slice(None)))
    assert message in flag


def test_a_sheet_that_counts_from_the_lower_edge_is_seen(cohort):
    cohort["y"] = cohort["slice_height"] - cohort["y"]
    assert "from the lower edge" in cohort_flags(cohort)[0]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("width", 200.0, r"\d.\d times the usual width"),
        ("height", 8.0, r"0.\d times the usual height"),
        ("outside", 0.4, "40% outside the slice"),
        ("obliquity", 90.0, "90° off the sagittal plane"),
        ("scale", 0.0, "a single grey value"),
        ("x", 20.0, "far from where its level usually lies"),
    ],
)
def test_reason_is_given(cohort, column, value, reason):
    cohort.loc[3, column] = value
    flags = disc_flags(cohort)
    assert pd.Series(flags.iloc[3]).str.contains(reason).all()


def test_unknown_orientation_is_not_flagged(cohort):
    cohort["obliquity"] = np.nan
    assert (disc_flags(cohort) != "").mean() < 0.01


def test_order_and_unit_are_of_no_account(cohort):
    cohort.loc[3, "width"] = 200.0
    flags = disc_flags(cohort)
    lengths = ["width", "height", "x", "y", "slice_width", "slice_height"]
    pixels = cohort.assign(**{name: cohort[name] / 0.7 for name in lengths})
    assert disc_flags(pixels).equals(flags)
    assert disc_flags(cohort.iloc[::-1]).iloc[::-1].equals(flags)


@pytest.mark.parametrize("number", [1, 2])
def test_few_discs_are_not_flagged(cohort, number):
    assert (disc_flags(cohort.iloc[:number]) == "").all()
    assert cohort_flags(cohort.iloc[:number]) == []


@pytest.mark.parametrize("patients", [1, 3, 100])
def test_levels_from_the_feet_to_the_head_are_seen_in_a_cohort_of_any_size(cohort, patients):
    some = cohort[: 5 * patients].copy()
    some.loc[:4, "y"] = some.loc[:4, "slice_height"] - some.loc[:4, "y"]
    upwards = disc_flags(some).str.contains("its levels run from the feet to the head")
    assert upwards[:5].all()
    assert not upwards[5:].any()


def test_a_single_disc_has_no_order(cohort):
    assert not disc_flags(cohort[:1]).str.contains("feet").any()


def test_real_sheet_has_two_patients_with_a_level_skipped(real):
    """Seen on the pictures: between two neighbouring regions of these patients lies a disc without one."""
    sheet = pd.read_csv(real / "lsma" / "ratings.csv", dtype={"patient_id": "str"})
    constant = {"slice_width": 384.0, "slice_height": 384.0, "outside": 0.0, "obliquity": 0.0, "scale": 0.1}
    unknown = {"echo_time": np.nan, "repetition_time": np.nan, "series_description": None}
    rois = sheet.rename(columns={"patient_id": "study_uid"}).assign(**constant, **unknown)
    rois["x"] += rois["width"] / 2
    rois["y"] += rois["height"] / 2
    flags = disc_flags(rois)
    assert set(rois.loc[flags.str.contains("out of line"), "study_uid"]) == {"703991", "707007"}
    assert (flags != "").mean() < 0.01
    assert cohort_flags(rois) == []


@pytest.mark.parametrize(
    ("echo", "repetition", "description", "flag"),
    [
        (12, 550, "t1_tse_sag", "T1-weighted? echo time 12 ms"),
        (12, 550, None, "T1-weighted? echo time 12 ms"),
        (9.5, None, "t2_tse_sag", "not T2-weighted? echo time 9.5 ms"),
        (30, 2800, "pd_tse", "not T2-weighted? echo time 30 ms"),
        (None, None, "T1 TSE sag", "T1-weighted by its description?"),
        (None, 550, "sag_t1", "T1-weighted by its description?"),
        (102, 3500, "t1_t2_combined", ""),
        (102, 900, "t2_3d", ""),
        (None, None, "t2_tse_sag", ""),
        (None, None, "t12_spine", ""),
        (None, None, None, ""),
    ],
)
def test_a_slice_of_another_weighting_is_flagged(cohort, echo, repetition, description, flag):
    cohort["series_description"] = cohort["series_description"].astype(object)
    cohort.loc[:4, ["echo_time", "repetition_time", "series_description"]] = [echo, repetition, description]
    flags = disc_flags(cohort.astype({"echo_time": float, "repetition_time": float}))
    usual = disc_flags(cohort.assign(echo_time=102.0, repetition_time=3500.0, series_description="t2"))
    assert [one.removeprefix("; ") for one in flags[:5]] == ["; ".join(filter(None, (one, flag))) for one in usual[:5]]
    assert flags[5:].equals(usual[5:])
