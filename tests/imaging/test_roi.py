"""Cutting regions of interest out of slices."""

import dataclasses

import cv2
import numpy as np
import pyarrow as pa
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from discgrade.imaging.dicom import Slice
from discgrade.imaging.roi import Box, crop, extract, extract_shard, square_pixels, to_uint16
from discgrade.records import DISCS, INSTANCES, ROIS, read, write

ROWS, COLUMNS = 40, 60


def gradient(rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """An image whose every pixel tells its place: 1000 a row and 1 a column."""
    return np.add.outer(1000 * np.arange(rows), np.arange(columns)).astype(np.float32)


def image(pixels, row_spacing=0.5, column_spacing=0.5, orientation=(0, 1, 0, 0, 0, -1)) -> Slice:
    return Slice(row_spacing, column_spacing, orientation, (0.0, 0.0, 0.0), np.asarray(pixels, np.float32))


def grey(roi) -> np.ndarray:
    """Return the grey values of a row of ROIS."""
    pixels = np.frombuffer(roi["pixels"], "<u2").reshape(roi["rows"], roi["columns"])
    return roi["offset"] + roi["scale"] * pixels


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


def test_extracted_row_holds_grey_values_and_geometry():
    roi = extract(image(gradient(), orientation=(1, 0, 0, 0, 1, 0)), Box(55, 3, 10, 8))
    expected = cv2.copyMakeBorder(gradient()[3:11, 55:60], 0, 0, 0, 5, cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(grey(roi), expected, atol=0.06)
    assert (roi["rows"], roi["columns"], roi["spacing"], roi["outside"]) == (8, 10, 0.5, 0.5)
    assert roi["obliquity"] == pytest.approx(90)


@pytest.fixture
def shard(tmp_path):
    """Two exported images, one with two frames, and four discs on them."""
    pixels = {"1.1": gradient()[None] / 8, "1.2": np.stack([gradient() / 8 + 1, gradient() / 8 + 2])}
    for uid, frames in pixels.items():
        save(tmp_path / f"{uid}.dcm", uid, frames.astype(np.uint16))
    images = [instance(uid, len(frames)) for uid, frames in pixels.items()]
    write(images, INSTANCES, tmp_path / "instances.parquet")
    discs = [disc("A", "1.1", 1), disc("B", "1.1", 1, x=30.0), disc("C", "1.2", 1), disc("D", "1.2", 2)]
    return tmp_path, pa.Table.from_pylist(discs, schema=DISCS)


def save(path, uid, frames) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, uid
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelSpacing = [0.5, 0.5]
    dataset.PixelData = frames.tobytes()
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)


def instance(uid, frames) -> dict[str, object]:
    empty = {field.name: None for field in INSTANCES if field.nullable}
    names = dict.fromkeys(("patient", "study_uid", "series_uid", "pixel_digest", "digest"), "x")
    sizes = {"frames": frames, "rows": ROWS, "columns": COLUMNS, "bytes": 1}
    return {**empty, **names, **sizes, "sop_instance_uid": uid, "path": f"{uid}.dcm"}


def disc(name, uid, frame, x=5.0) -> dict[str, object]:
    empty = {field.name: None for field in DISCS if field.nullable}
    names = dict.fromkeys(("patient", "study_uid", "level", "cohort", "origin", "shard"), "x")
    place = {"frame": frame, "x": x, "y": 5.0, "width": 12.0, "height": 10.0, "grade": 2.0, "integral": 2.0}
    return {**empty, **names, **place, "disc": name, "sop_instance_uid": uid}


def test_shard_is_cut_disc_by_disc(shard):
    folder, discs = shard
    extract_shard(discs=discs, instances=folder / "instances.parquet", export=folder, destination=folder / "rois")
    rois = {roi["disc"]: roi for roi in read(folder / "rois", ROIS).to_pylist()}
    assert list(rois) == ["A", "B", "C", "D"]
    base = np.floor(gradient() / 8)[5:15]
    np.testing.assert_allclose(grey(rois["A"]), base[:, 5:17], atol=0.02)
    np.testing.assert_allclose(grey(rois["B"]), base[:, 30:42], atol=0.02)
    np.testing.assert_allclose(grey(rois["C"]), base[:, 5:17] + 1, atol=0.02)
    np.testing.assert_allclose(grey(rois["D"]), base[:, 5:17] + 2, atol=0.02)


def test_shard_without_discs_is_an_empty_table(shard):
    folder, discs = shard
    arguments = {"instances": folder / "instances.parquet", "export": folder, "destination": folder / "rois"}
    extract_shard(discs=discs.slice(0, 0), **arguments)
    assert len(read(folder / "rois", ROIS)) == 0


def test_same_bytes_every_time_and_for_any_part_of_the_shard(shard):
    folder, discs = shard
    arguments = {"instances": folder / "instances.parquet", "export": folder}
    for name in ("one", "two"):
        extract_shard(discs=discs, destination=folder / name, **arguments)
    extract_shard(discs=discs.slice(2), destination=folder / "part", **arguments)
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()
    assert read(folder / "part", ROIS).equals(read(folder / "one", ROIS).slice(2))


def test_failure_names_the_disc_and_leaves_no_file(shard):
    folder, discs = shard
    (folder / "1.2.dcm").unlink()
    with pytest.raises(FileNotFoundError) as error:
        extract_shard(discs=discs, instances=folder / "instances.parquet", export=folder, destination=folder / "rois")
    assert "disc C of image 1.2" in error.value.__notes__[0]
    assert sorted(path.name for path in folder.iterdir()) == ["1.1.dcm", "instances.parquet"]


def test_slice_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        image(gradient()).row_spacing = 1.0
