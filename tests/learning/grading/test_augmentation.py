"""Square samples: one affine map, no aliasing, keyed changes."""

import math
from dataclasses import asdict, fields

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from discgrade.learning.grading.augmentation import BORDERS, augment_shard, sample, to_roi
from discgrade.learning.grading.transforms import AS_READ, Augmentation, Change
from discgrade.records import ROIS, read, samples, write

SETTINGS = {"copies": 4, "flip": 0.5, "rotation": 20.0, "zoom": 1.0, "shift": 0.0, "gamma": 1.0, "seed": 1}


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
    inside = sample(stripes, 40, Change(angle=angle))[12:-12, 12:-12]
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
    turned = sample(roi, 60, Change(angle=11.0))
    within = (np.minimum(columns, rows) > 0) & (np.maximum(columns, rows) < 39)
    assert within.mean() > 0.8
    np.testing.assert_allclose(turned[within], (20000 + 300 * columns + 100 * rows)[within], atol=1)


@pytest.mark.parametrize("angle", [-20.0, 7.5, 90.0])
def test_rotation_is_counter_clockwise_as_scipys(angle):
    roi = smooth(61, 61)
    expected = ndimage.rotate(roi.astype(float), angle, reshape=False, order=1, mode="nearest")
    np.testing.assert_allclose(sample(roi, 61, Change(angle=angle)), expected, atol=2)


def test_rotation_is_opencvs():
    roi = smooth(60, 60)
    matrix = cv2.getRotationMatrix2D((29.5, 29.5), 17.0, 1.0)
    expected = cv2.warpAffine(roi, matrix, (60, 60), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(sample(roi, 60, Change(angle=17.0)), expected, atol=20)


def test_quarter_turn_is_exact():
    roi = noise(32, 32)
    np.testing.assert_allclose(sample(roi, 32, Change(angle=90.0)), np.rot90(roi), atol=1)


@pytest.mark.parametrize("shape", [(48, 48), (30, 48), (48, 31)])
def test_flip_mirrors_the_padded_square(shape):
    roi = noise(*shape)
    np.testing.assert_array_equal(sample(roi, 48, Change(flip=True)), sample(roi, 48)[:, ::-1])


def test_flip_comes_before_the_rotation():
    roi = smooth(48, 48)
    np.testing.assert_array_equal(
        sample(roi, 48, Change(flip=True, angle=15.0)),
        sample(np.ascontiguousarray(roi[:, ::-1]), 48, Change(angle=15.0)),
    )


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0])
def test_zoom_magnifies_about_the_centre(zoom):
    """Against scipy, as a map from the sample to the region."""
    roi = smooth(60, 60)
    expected = ndimage.affine_transform(
        roi.astype(float), np.eye(2) / zoom, offset=29.5 * (1 - 1 / zoom), order=1, mode="nearest"
    )
    np.testing.assert_allclose(sample(roi, 60, Change(zoom=zoom)), expected, atol=30 if zoom < 1 else 2)


def test_shift_moves_to_the_right_and_down():
    roi = smooth(40, 40)
    moved = sample(roi, 40, Change(right=0.1, down=0.05))
    np.testing.assert_array_equal(moved[2:, 4:], roi[:-2, :-4])


def test_gamma_is_an_exponent_of_the_grey_values():
    roi = smooth(40, 40)
    expected = 65535 * (roi / 65535.0) ** 1.5
    np.testing.assert_allclose(sample(roi, 40, Change(gamma=1.5)), expected, atol=1)


def test_zero_border_shows_in_the_corners():
    roi = np.full((48, 48), 40000, np.uint16)
    turned = sample(roi, 48, Change(angle=20.0), border="zero")
    assert turned[0, 0] == 0
    assert turned[24, 24] == 40000
    assert sample(roi, 48, Change(angle=20.0), border="edge").min() == 40000


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 64), st.floats(-180, 180), st.sampled_from([*BORDERS]))
def test_any_shape_gives_a_square_within_the_range(rows, columns, resolution, angle, border):
    roi = np.full((rows, columns), 1234, np.uint16)
    square = sample(roi, resolution, Change(angle=angle), border=border)
    assert square.shape == (resolution, resolution)
    assert square.dtype == np.uint16
    assert square.max() <= 1234
    assert border == "zero" or square.min() == 1234


@given(st.integers(2, 90), st.integers(2, 90), st.integers(2, 64), st.booleans(), st.floats(-180, 180))
def test_map_keeps_areas_and_the_centre(rows, columns, side, flip, angle):
    matrix = to_roi((rows, columns), side, Change(flip=flip, angle=angle))
    scale = max(rows, columns) / side
    assert np.linalg.det(matrix[:, :2]) == pytest.approx((-1 if flip else 1) * scale**2)
    centre = matrix @ [(side - 1) / 2, (side - 1) / 2, 1]
    assert np.abs(centre - [(columns - 1) / 2, (rows - 1) / 2]).max() <= 0.5 + 1e-9


def roi_row(disc: str, rows: int = 20, columns: int = 26) -> dict[str, object]:
    seed = sum(disc.encode())
    place = {"spacing": 0.5, "offset": 10.0, "scale": 0.25, "outside": 0.0, "obliquity": None}
    return {"disc": disc, "pixels": noise(rows, columns, seed).tobytes(), "rows": rows, "columns": columns, **place}


@pytest.fixture
def augmented(tmp_path):
    """A function that augments discs and returns the table, read back."""

    def run(discs, *, resolution=16, border="edge", **changes):
        rois, destination = tmp_path / "rois.parquet", tmp_path / "samples.parquet"
        write([roi_row(disc) for disc in discs], ROIS, rois)
        augmentation = Augmentation(**{**SETTINGS, **changes})
        augment_shard(
            rois=rois, destination=destination, resolution=resolution, border=border, augmentation=augmentation
        )
        return read(destination, samples(resolution))

    return run


def test_copy_zero_is_as_read(augmented):
    rows = augmented(["A", "B"]).to_pylist()
    assert [(row["disc"], row["copy"]) for row in rows] == [(disc, copy) for disc in "AB" for copy in range(5)]
    for row in rows:
        if row["copy"] == 0:
            assert {name: row[name] for name in asdict(AS_READ)} == asdict(AS_READ)
            native = np.frombuffer(roi_row(row["disc"])["pixels"], "<u2").reshape(20, 26)
            np.testing.assert_array_equal(np.frombuffer(row["pixels"], "<u2").reshape(16, 16), sample(native, 16))


def test_written_changes_are_those_of_the_pixels(augmented):
    for row in augmented(["A", "B", "C"], zoom=1.3, shift=0.1, gamma=1.5).to_pylist():
        native = np.frombuffer(roi_row(row["disc"])["pixels"], "<u2").reshape(20, 26)
        expected = sample(native, 16, Change(**{name: row[name] for name in asdict(AS_READ)}))
        pixels = np.frombuffer(row["pixels"], "<u2").reshape(16, 16)
        np.testing.assert_allclose(pixels, expected, atol=2)


def test_grey_mapping_is_kept(augmented):
    table = augmented(["A"])
    assert set(table["offset"].to_pylist()) == {10.0}
    assert set(table["scale"].to_pylist()) == {0.25}


def test_a_disc_does_not_depend_on_its_neighbours(augmented):
    """The same samples whatever the shard holds, in whatever order."""

    def by_name(table):
        return {(row["disc"], row["copy"]): row for row in table.to_pylist()}

    alone = by_name(augmented(["B"]))
    together = by_name(augmented(["C", "B", "A"]))
    assert alone.items() <= together.items()


def test_earlier_copies_do_not_depend_on_later_ones(augmented):
    few = augmented(["A"], copies=2).to_pylist()
    assert augmented(["A"], copies=4).to_pylist()[:3] == few


def test_seed_changes_the_copies_only(augmented):
    one, other = augmented(["A"]).to_pylist(), augmented(["A"], seed=2).to_pylist()
    assert one[0] == other[0]
    assert all(a["angle"] != b["angle"] for a, b in zip(one[1:], other[1:], strict=True))


def test_no_copies_leave_the_discs_as_read(augmented):
    assert augmented(["A", "B"], copies=0)["copy"].to_pylist() == [0, 0]


def test_no_discs_make_an_empty_table(augmented):
    assert len(augmented([])) == 0


def test_same_bytes_every_time(augmented, tmp_path):
    augmented(["A", "B"])
    first = (tmp_path / "samples.parquet").read_bytes()
    augmented(["A", "B"])
    assert (tmp_path / "samples.parquet").read_bytes() == first


def test_flips_and_angles_have_their_distribution(augmented):
    table = augmented([f"disc {number}" for number in range(400)], resolution=4).to_pandas()
    changed = table[table["copy"] > 0]
    assert changed["flip"].mean() == pytest.approx(0.5, abs=0.05)
    assert changed["angle"].between(-20, 20).all()
    assert changed["angle"].mean() == pytest.approx(0, abs=1)
    assert changed["angle"].std() == pytest.approx(40 / math.sqrt(12), rel=0.05)
    assert abs(np.corrcoef(changed["flip"], changed["angle"])[0, 1]) < 0.1


@pytest.mark.parametrize(("flip", "flipped"), [(0.0, 0.0), (1.0, 1.0)])
def test_flip_probability_bounds(augmented, flip, flipped):
    table = augmented(["A", "B"], flip=flip).to_pandas()
    assert table.loc[table["copy"] > 0, "flip"].mean() == flipped


def test_row_groups_hold_whole_discs(augmented, tmp_path):
    augmented([f"disc {number}" for number in range(300)], resolution=4)
    metadata = pq.ParquetFile(tmp_path / "samples.parquet").metadata
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sum(sizes) == 1500
    assert max(sizes) <= 1024
    assert not any(size % 5 for size in sizes)


def test_unknown_border_is_refused(augmented):
    with pytest.raises(ValueError, match=r"images.border. It should be one of \['edge', 'reflect', 'zero'\]. Received"):
        augmented(["A"], border="mirror")


def test_settings_are_those_of_the_config(study_config):
    assert set(study_config()["augmentation"]) == {field.name for field in fields(Augmentation)}


def test_changes_stay_within_the_settings_and_fill_them():
    settings = Augmentation(copies=500, flip=0.5, rotation=20, zoom=1.25, shift=0.1, gamma=1.5, seed=1)
    _, *changes = settings.changes("A")
    drawn = {name: np.array([getattr(change, name) for change in changes]) for name in asdict(AS_READ)}
    bounds = {"angle": 20, "right": 0.1, "down": 0.1}
    for name, bound in bounds.items():
        assert bound * 0.98 < np.abs(drawn[name]).max() <= bound
    for name, bound in {"zoom": 1.25, "gamma": 1.5}.items():
        assert np.abs(np.log(drawn[name])).max() <= math.log(bound)
        assert np.log(drawn[name]).std() == pytest.approx(2 * math.log(bound) / math.sqrt(12), rel=0.1)
    correlations = np.corrcoef([values.astype(float) for values in drawn.values()])
    assert np.abs(correlations[~np.eye(len(drawn), dtype=bool)]).max() < 0.15
