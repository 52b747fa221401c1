"""Where the phantom's slices lie, and how its grey values come about."""

import numpy as np
import pytest

from discgrade.keyed import generator
from discgrade.phantom.scanner import Posture, Scan, acquire, draw_scan
from discgrade.phantom.spine.view import empty_view


def test_rows_run_to_the_back_and_columns_to_the_feet(made):
    for images in made.series():
        row, column = np.reshape(images[0].ImageOrientationPatient, (2, 3)).astype(float)
        assert row[1] > 0.98
        assert column[2] < -0.98
        np.testing.assert_allclose([row @ row, column @ column, row @ column], [1, 1, 0], atol=1e-6)


def test_some_slices_are_oblique():
    normals = [np.cross(*np.reshape(draw_scan(generator(i)).orientation, (2, 3))) for i in range(200)]
    angles = np.degrees(np.arccos(np.abs(np.array(normals)[:, 0]).clip(0, 1)))
    assert 0.15 < np.mean(angles > 1) < 0.45
    assert angles.max() < 10


def test_slices_are_parallel_and_evenly_spaced_along_their_normal(made):
    for images in made.series():
        assert 5 <= len(images) <= 9
        assert len({tuple(image.ImageOrientationPatient) for image in images}) == 1
        row, column = np.reshape(images[0].ImageOrientationPatient, (2, 3)).astype(float)
        positions = np.array([image.ImagePositionPatient for image in images], float)
        steps = np.diff(positions, axis=0)
        np.testing.assert_allclose(steps @ np.cross(row, column), -float(images[0].SpacingBetweenSlices), atol=1e-3)
        np.testing.assert_allclose(np.cross(steps, np.cross(row, column)), 0, atol=1e-3)


def test_a_disc_is_rated_on_the_slice_nearest_to_the_spines_middle_at_its_height():
    settings = scan(slices=5, gap=4.0, offset=0.5, curve=0.05)
    assert settings.positions.tolist() == [-7.5, -3.5, 0.5, 4.5, 8.5]
    assert [settings.slice_at(z) for z in (-80, 0, 80)] == [1, 2, 3]


def test_a_spine_that_bends_leaves_the_middle_slice_at_both_ends():
    settings = Posture(slices=5, offset=0.0, bend=8.0).of(scan(gap=4.0))
    assert [settings.slice_at(z) for z in (-100, 0, 100)] == [4, 2, 4]
    view = settings.view(generator(1))
    middle = np.abs(view.lateral[:, :, 0]).argmin(axis=0)
    assert [int(middle[round(row)]) for row in (0, 100, 199)] == [4, 2, 4]


def test_how_a_patient_lies_changes_nothing_that_it_does_not_name():
    settings = scan(slices=5, offset=1.2, curve=0.01)
    assert Posture().of(settings) == settings


def test_pixels_are_square_and_the_field_of_view_is_that_of_a_lumbar_spine(made):
    for image in made.images.values():
        row_spacing, column_spacing = image.PixelSpacing
        assert row_spacing == column_spacing
        assert 240 < row_spacing * image.Rows < 295
        assert image.Rows in (256, 288, 320, 384)


def scan(**changes) -> Scan:
    settings = {
        "matrix": 200, "spacing": 1.0, "slices": 1, "thickness": 4.0, "gap": 4.4, "centre": (0.0, 0.0), "offset": 0.0,
        "curve": 0.0, "noise": 0.05, "shading": 1e9, "gain": 1000.0, "orientation": (0, 1, 0, 0, 0, -1),
    }  # fmt: skip
    return Scan(**(settings | changes))


def test_noise_without_signal_has_the_mean_of_a_rayleigh_distribution():
    settings = scan()
    grey = acquire(settings.view(generator(1)), settings, generator(2))
    assert grey.mean() == pytest.approx(1000 * 0.05 * np.sqrt(np.pi / 2), rel=0.02)


def test_noise_on_a_strong_signal_is_gaussian():
    settings = scan()
    view = settings.view(generator(1))
    view.signal[...] = 1
    grey = acquire(view, settings, generator(2)).astype(float)[0, :, :150]
    assert grey.std() == pytest.approx(50, rel=0.03)


def test_sensitivity_falls_from_the_back_to_the_front():
    settings = scan(noise=0.001, shading=100.0)
    view = settings.view(generator(1))
    view.signal[...] = 1
    profile = acquire(view, settings, generator(2)).mean(axis=(0, 1))
    assert profile[0] < 0.5 * profile[-30]


def test_pixel_is_the_inverse_of_the_grid():
    settings = scan(centre=(-12.0, 5.0), spacing=0.8)
    view = settings.view(generator(1))
    column, row = settings.pixel(float(view.y[0, 17]), float(view.z[40, 0]))
    assert (column, row) == pytest.approx((17.5, 40.5), abs=1e-4)


def test_neighbouring_textures_are_alike_and_distant_ones_are_not():
    grid = np.arange(100, dtype=np.float32)
    view = empty_view(grid[None], grid[:, None], np.zeros((9, 100, 1), np.float32), 1.0, generator(3))
    near = np.corrcoef(view.coarse[0].ravel(), view.coarse[1].ravel())[0, 1]
    far = np.corrcoef(view.fine[0].ravel(), view.fine[8].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.1
