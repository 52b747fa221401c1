"""Cutting regions of interest out of slices."""

import dataclasses

import cv2
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice
from discgrade.imaging.roi import Roi, contrast, crop, extract, square_pixels, to_uint16
from discgrade.records.cohort.regions import ROIS

ROWS, COLUMNS = 40, 60


def gradient(rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """An image whose every pixel tells its place: 1000 a row and 1 a column."""
    return np.add.outer(1000 * np.arange(rows), np.arange(columns)).astype(np.float32)


def image(pixels, row_spacing=0.5, column_spacing=0.5, orientation=(0, 1, 0, 0, 0, -1)) -> Slice:
    return Slice(row_spacing, column_spacing, orientation, (0.0, 0.0, 0.0), np.asarray(pixels, np.float32))


def whole(pixels: np.ndarray) -> Roi:
    return extract(image(pixels), Box(0, 0, *pixels.shape[::-1]))


def grey(roi: Roi) -> np.ndarray:
    return roi.offset + roi.scale * roi.pixels


def test_the_square_around_a_roi_shows_its_surroundings():
    """On a slope along the columns the square continues the slope where padding would repeat its edge."""
    slope = np.tile(np.arange(100, dtype=np.float32), (80, 1))
    box = Box(40, 20, 10, 30)
    square = grey(extract(image(slope), box, "square"))
    assert square.shape == (30, 30)
    np.testing.assert_allclose(square[0], np.arange(30, 60), atol=1e-2)
    np.testing.assert_allclose(square[:, 10:20], grey(extract(image(slope), box)), atol=1e-2)


def test_a_square_is_one_in_millimetres():
    box = Box(40, 20, 10, 10).squared(row_spacing=0.5, column_spacing=1.0)
    assert box == Box(40, 15, 10, 20)


def test_crop_takes_columns_from_x_and_rows_from_y():
    region, outside = crop(gradient(), Box(x=10, y=5, width=20, height=8))
    np.testing.assert_array_equal(region, gradient()[5:13, 10:30])
    assert outside == 0


@pytest.mark.parametrize(
    ("box", "edges"),
    [
        (Box(10.4, 5.4, 20, 8), (10, 5, 30, 13)),
        (Box(10.5, 5.6, 20, 8), (11, 6, 31, 14)),
        (Box(10.6, 5.6, 20.5, 8.5), (11, 6, 31, 14)),
        (Box(-0.5, -0.6, 3, 3), (0, -1, 3, 2)),
        (Box(10.1, 5.1, 0.2, 0.2), (10, 5, 11, 6)),
    ],
)
def test_edges_go_to_the_nearest_pixel_borders(box, edges):
    assert box.edges() == edges


@given(st.floats(-50, 500), st.floats(-50, 500), st.floats(0.01, 300), st.floats(0.01, 300))
def test_edges_move_by_half_a_pixel_at_most(x, y, width, height):
    left, upper, right, lower = Box(x, y, width, height).edges()
    assert abs(left - x) <= 0.5
    assert abs(upper - y) <= 0.5
    assert abs(right - max(x + width, left + 0.5)) <= 0.5
    assert abs(lower - max(y + height, upper + 0.5)) <= 0.5


def test_outside_repeats_the_nearest_pixel_of_the_slice():
    region, outside = crop(gradient(), Box(x=-2, y=-1, width=5, height=3))
    np.testing.assert_array_equal(region, [[0, 0, 0, 1, 2], [0, 0, 0, 1, 2], [1000, 1000, 1000, 1001, 1002]])
    assert outside == pytest.approx(1 - 6 / 15)


def test_outside_is_the_same_on_the_far_side():
    region, outside = crop(gradient(), Box(x=COLUMNS - 1, y=ROWS - 1, width=2, height=2))
    np.testing.assert_array_equal(region, np.full((2, 2), gradient()[-1, -1]))
    assert outside == 0.75


@pytest.mark.parametrize("box", [Box(60, 0, 5, 5), Box(0, 40, 5, 5), Box(-5, 0, 5, 5), Box(0, -5, 5, 5)])
def test_roi_wholly_outside_is_refused(box):
    with pytest.raises(ValueError, match=r"should overlap its slice of 60 x 40 px. Received: Box\(x="):
        crop(gradient(), box)


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-3, 5), (float("nan"), 5)])
def test_roi_without_extent_is_refused(width, height):
    with pytest.raises(ValueError, match=r"width and height should be > 0\. Received"):
        crop(gradient(), Box(1, 1, width, height))


def test_square_pixels_stay_native():
    pixels = gradient()
    same, spacing = square_pixels(pixels, 0.7, 0.7)
    assert same is pixels
    assert spacing == 0.7


def test_unknown_spacing_stays_native():
    same, spacing = square_pixels(gradient(), None, None)
    assert same.shape == (ROWS, COLUMNS)
    assert spacing is None


def test_coarse_rows_are_resampled_to_the_finer_spacing():
    """A linear gradient stays linear: row r of the result lies at (r + 1/2) / 2 - 1/2 of the input."""
    finer, spacing = square_pixels(gradient(), row_spacing=1.0, column_spacing=0.5)
    assert finer.shape == (2 * ROWS, COLUMNS)
    assert spacing == 0.5
    expected = 1000 * ((np.arange(2 * ROWS)[:, None] + 0.5) / 2 - 0.5) + np.arange(COLUMNS)
    np.testing.assert_allclose(finer[1:-1], expected[1:-1], rtol=1e-6)


def test_coarse_columns_are_resampled_to_the_finer_spacing():
    finer, spacing = square_pixels(gradient(), row_spacing=0.5, column_spacing=0.6)
    assert finer.shape == (ROWS, 72)
    assert spacing == 0.5


def test_resampling_makes_a_disc_round_again():
    y, x = np.mgrid[:60, :120]
    ellipse = ((x - 60) ** 2 / 40**2 + (y - 30) ** 2 / 20**2 < 1).astype(np.float32)
    finer, _ = square_pixels(ellipse, row_spacing=0.8, column_spacing=0.4)
    rows, columns = np.nonzero(finer > 0.5)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)


def test_resampling_stays_within_the_range():
    edge = np.zeros((20, 20), np.float32)
    edge[10:] = 1000
    finer, _ = square_pixels(edge, 1.0, 0.37)
    assert finer.min() == 0
    assert finer.max() == 1000


def test_range_is_mapped_to_sixteen_bits():
    pixels, offset, scale = to_uint16(np.array([[-100.0, 900.0]], np.float32))
    np.testing.assert_array_equal(pixels, [[0, 65535]])
    assert offset == -100
    assert offset + scale * 65535 == pytest.approx(900)


def test_constant_image_maps_to_zero():
    pixels, offset, scale = to_uint16(np.full((2, 2), 7, np.float32))
    np.testing.assert_array_equal(pixels, 0)
    assert (offset, scale) == (7, 0)


@given(st.lists(st.integers(-32768, 65535), min_size=4, max_size=4))
def test_whole_grey_values_survive_the_round_trip(values):
    stored = np.array(values, np.float32).reshape(2, 2)
    pixels, offset, scale = to_uint16(stored)
    np.testing.assert_allclose(offset + scale * pixels.astype(float), stored, atol=0.51 * max(scale, 1e-9))


def test_an_extracted_region_holds_grey_values_and_geometry():
    roi = extract(image(gradient(), orientation=(1, 0, 0, 0, 1, 0)), Box(55, 3, 10, 8))
    expected = cv2.copyMakeBorder(gradient()[3:11, 55:60], 0, 0, 0, 5, cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(grey(roi), expected, atol=0.06)
    assert (roi.pixels.shape, roi.pixels.dtype, roi.spacing, roi.outside) == ((8, 10), np.uint16, 0.5, 0.5)
    assert roi.obliquity == pytest.approx(90)


BACK, FRONT, HEAD, FEET = (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)


@pytest.mark.parametrize(
    ("row", "column", "turned"),
    [
        (BACK, FEET, (False, False, False)),
        (BACK, HEAD, (False, False, True)),
        (FRONT, FEET, (False, True, False)),
        (FRONT, HEAD, (False, True, True)),
        (FEET, BACK, (True, False, False)),
        (FEET, FRONT, (True, True, False)),
        (HEAD, BACK, (True, False, True)),
        (HEAD, FRONT, (True, True, True)),
    ],
)
@pytest.mark.parametrize("region", ["drawn", "square"])
def test_a_region_is_upright_however_its_slice_is_stored(row, column, turned, region):
    """Front on the left and head above; the box is the same place of the patient on each stored image."""
    transpose, mirror, flip = turned
    upright_pixels, box = gradient() ** 2, Box(12.2, 3.6, 10, 8)
    rows, columns = upright_pixels.shape
    stored, x, y = upright_pixels, box.x, box.y
    if mirror:
        stored, x = stored[:, ::-1], columns - box.x - box.width
    if flip:
        stored, y = stored[::-1], rows - box.y - box.height
    there = Box(x, y, box.width, box.height)
    spacing = {"row_spacing": 0.5, "column_spacing": 0.75}
    if transpose:
        stored, there = stored.T, Box(y, x, box.height, box.width)
        spacing = {"row_spacing": 0.75, "column_spacing": 0.5}
    expected = extract(
        image(upright_pixels, orientation=(*BACK, *FEET), row_spacing=0.5, column_spacing=0.75), box, region
    )
    found = extract(image(np.ascontiguousarray(stored), orientation=(*row, *column), **spacing), there, region)
    assert found.pixels.shape == expected.pixels.shape
    np.testing.assert_allclose(grey(found), grey(expected), atol=1)
    assert (found.spacing, found.obliquity) == (expected.spacing, expected.obliquity)


def test_a_slice_of_unknown_orientation_stays_as_it_is_stored():
    roi = extract(image(gradient(), orientation=None), Box(12, 3, 10, 8))
    np.testing.assert_allclose(grey(roi), gradient()[3:11, 12:22], atol=0.1)


def test_a_region_survives_its_row():
    for one in (
        extract(image(gradient()), Box(55, 3, 10, 8)),
        extract(image(gradient(), row_spacing=None, column_spacing=None, orientation=None), Box(5, 3, 10, 8)),
    ):
        (row,) = pa.Table.from_pylist([one.to_row("P1-L4L5")], schema=ROIS).to_pylist()
        again = Roi.from_row(row)
        assert row["disc"] == "P1-L4L5"
        np.testing.assert_array_equal(again.pixels, one.pixels)
        assert {**vars(again), "pixels": None} == {**vars(one), "pixels": None}


def test_a_row_holds_little_endian_pixels():
    row = Roi(np.array([[1, 256]], np.uint16), None, 0.0, 1.0, 0.0, None).to_row("D")
    assert (row["pixels"], row["rows"], row["columns"]) == (b"\x01\x00\x00\x01", 1, 2)


def test_slice_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        image(gradient()).row_spacing = 1.0


def test_the_contrast_of_a_ramp_is_nine_tenths_whatever_its_scale():
    ramp = np.arange(1001.0).reshape(7, 143)
    assert contrast(whole(ramp)) == pytest.approx(0.9, abs=1e-4)
    assert contrast(whole(3 * ramp - 500)) == pytest.approx(0.9, abs=1e-4)


def test_a_single_grey_value_has_no_contrast():
    assert contrast(whole(np.full((9, 9), 7.0))) == 0


def test_a_pixel_that_outshines_all_others_takes_the_contrast():
    pixels = np.arange(1001.0).reshape(7, 143)
    pixels[3, 3] = 100_000
    assert contrast(whole(pixels)) < 0.01
