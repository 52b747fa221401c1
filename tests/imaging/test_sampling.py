"""Square samples: one affine map, no aliasing."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from discgrade.imaging.sampling import BORDERS, Transform, normalise, sample, to_roi


def noise(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (rows, columns)).astype(np.uint16)


def smooth(rows: int, columns: int) -> np.ndarray:
    """A bright spot off the centre on a slope."""
    y, x = np.mgrid[:rows, :columns]
    spot = np.exp(-((x - 0.6 * columns) ** 2 + (y - 0.35 * rows) ** 2) / (0.02 * rows * columns))
    return (20000 + 100 * x + 50 * y + 30000 * spot).astype(np.uint16)


def test_square_roi_of_the_resolution_stays_as_it_is():
    roi = noise(48, 48)
    np.testing.assert_array_equal(sample(roi, 48), roi)


@pytest.mark.parametrize("shape", [(30, 48), (48, 31), (47, 48)])
@pytest.mark.parametrize(("border", "mode"), [("edge", "edge"), ("reflect", "reflect"), ("zero", "constant")])
def test_padding_is_numpys(shape, border, mode):
    roi = noise(*shape)
    before = [(48 - side) // 2 for side in shape]
    padded = np.pad(roi, [(start, 48 - side - start) for start, side in zip(before, shape, strict=True)], mode=mode)
    np.testing.assert_array_equal(sample(roi, 48, border=border), padded)


@pytest.mark.parametrize("factor", [2, 3])
def test_whole_factor_is_the_mean_of_the_pixels(factor):
    roi = noise(16 * factor, 16 * factor)
    expected = cv2.resize(roi, (16, 16), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(sample(roi, 16), expected, atol=1)


def test_enlarging_is_bilinear():
    roi = noise(20, 20)
    expected = cv2.resize(roi.astype(np.float32), (48, 48), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(sample(roi, 48), expected, atol=1)


def test_any_factor_is_close_to_area_averaging():
    roi = smooth(77, 77)
    expected = cv2.resize(roi.astype(np.float32), (48, 48), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(sample(roi, 48), expected, atol=0.005 * 65535)


@pytest.mark.parametrize("angle", [0, 13.7])
def test_stripes_finer_than_a_sample_pixel_become_grey(angle):
    stripes = np.zeros((160, 160), np.uint16)
    stripes[:, ::2] = 60000
    inside = sample(stripes, 40, Transform(angle=angle))[12:-12, 12:-12]
    assert np.ptp(inside.astype(int)) < 6000
    assert inside.mean() == pytest.approx(30000, rel=0.02)


def test_linear_gradient_has_a_closed_form():
    """Bilinear sampling reproduces a linear function; the centre of the sample is the centre of the ROI."""
    y, x = np.mgrid[:40, :40]
    roi = (20000 + 300 * x + 100 * y).astype(np.uint16)
    angle, scale = math.radians(11.0), 40 / 60
    j, i = np.mgrid[:60, :60] - 29.5
    columns = 19.5 + scale * (math.cos(angle) * i - math.sin(angle) * j)
    rows = 19.5 + scale * (math.sin(angle) * i + math.cos(angle) * j)
    turned = sample(roi, 60, Transform(angle=11.0))
    within = (np.minimum(columns, rows) > 0) & (np.maximum(columns, rows) < 39)
    assert within.mean() > 0.8
    np.testing.assert_allclose(turned[within], (20000 + 300 * columns + 100 * rows)[within], atol=1)


@pytest.mark.parametrize("angle", [-20.0, 7.5, 90.0])
def test_rotation_is_counter_clockwise_as_scipys(angle):
    roi = smooth(61, 61)
    expected = ndimage.rotate(roi.astype(float), angle, reshape=False, order=1, mode="nearest")
    np.testing.assert_allclose(sample(roi, 61, Transform(angle=angle)), expected, atol=2)


def test_rotation_is_opencvs():
    roi = smooth(60, 60)
    matrix = cv2.getRotationMatrix2D((29.5, 29.5), 17.0, 1.0)
    expected = cv2.warpAffine(roi, matrix, (60, 60), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(sample(roi, 60, Transform(angle=17.0)), expected, atol=20)


def test_quarter_turn_is_exact():
    roi = noise(32, 32)
    np.testing.assert_allclose(sample(roi, 32, Transform(angle=90.0)), np.rot90(roi), atol=1)


@pytest.mark.parametrize("shape", [(48, 48), (30, 48), (48, 31)])
def test_flip_mirrors_the_padded_square(shape):
    roi = noise(*shape)
    np.testing.assert_array_equal(sample(roi, 48, Transform(flip=True)), sample(roi, 48)[:, ::-1])


def test_flip_comes_before_the_rotation():
    roi = smooth(48, 48)
    np.testing.assert_array_equal(
        sample(roi, 48, Transform(flip=True, angle=15.0)),
        sample(np.ascontiguousarray(roi[:, ::-1]), 48, Transform(angle=15.0)),
    )


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0])
def test_zoom_magnifies_about_the_centre(zoom):
    """Against scipy, as a map from the sample to the region."""
    roi = smooth(60, 60)
    expected = ndimage.affine_transform(
        roi.astype(float), np.eye(2) / zoom, offset=29.5 * (1 - 1 / zoom), order=1, mode="nearest"
    )
    np.testing.assert_allclose(sample(roi, 60, Transform(zoom=zoom)), expected, atol=30 if zoom < 1 else 2)


def test_shift_moves_to_the_right_and_down():
    roi = smooth(40, 40)
    moved = sample(roi, 40, Transform(right=0.1, down=0.05))
    np.testing.assert_array_equal(moved[2:, 4:], roi[:-2, :-4])


def test_gamma_is_an_exponent_of_the_grey_values():
    roi = smooth(40, 40)
    expected = 65535 * (roi / 65535.0) ** 1.5
    np.testing.assert_allclose(sample(roi, 40, Transform(gamma=1.5)), expected, atol=1)


def test_zero_border_shows_in_the_corners():
    roi = np.full((48, 48), 40000, np.uint16)
    turned = sample(roi, 48, Transform(angle=20.0), border="zero")
    assert turned[0, 0] == 0
    assert turned[24, 24] == 40000
    assert sample(roi, 48, Transform(angle=20.0), border="edge").min() == 40000


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 64), st.floats(-180, 180), st.sampled_from([*BORDERS]))
def test_any_shape_gives_a_square_within_the_range(rows, columns, resolution, angle, border):
    roi = np.full((rows, columns), 1234, np.uint16)
    square = sample(roi, resolution, Transform(angle=angle), border=border)
    assert square.shape == (resolution, resolution)
    assert square.dtype == np.uint16
    assert square.max() <= 1234
    assert border == "zero" or square.min() == 1234


@given(st.integers(2, 90), st.integers(2, 90), st.integers(2, 64), st.booleans(), st.floats(-180, 180))
def test_map_keeps_areas_and_the_centre(rows, columns, side, flip, angle):
    matrix = to_roi((rows, columns), side, Transform(flip=flip, angle=angle))
    scale = max(rows, columns) / side
    assert np.linalg.det(matrix[:, :2]) == pytest.approx((-1 if flip else 1) * scale**2)
    centre = matrix @ [(side - 1) / 2, (side - 1) / 2, 1]
    assert np.abs(centre - [(columns - 1) / 2, (rows - 1) / 2]).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(("pixel", "value"), [(0, -1), (65535, 1), (13107, -0.6)])
def test_grey_values_are_mapped_to_minus_1_to_1(pixel, value):
    images = normalise(np.full((2, 3, 4), pixel, np.uint16))
    assert images.shape == (2, 3, 4, 1)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, value, atol=1e-7)
