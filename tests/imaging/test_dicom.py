"""Reading one slice: grey values, frames and geometry."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence
from pydicom.uid import (
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    RLELossless,
)

from discgrade.imaging.dicom import geometry, grey_values, obliquity, read_slice

SAGITTAL = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]
EMPTY = object()


def image(stored, **elements) -> Dataset:
    """Wrap stored values, of shape (rows, columns) or (frames, rows, columns), as an MR image."""
    stored = np.asarray(stored)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = MRImageStorage if stored.ndim == 2 else EnhancedMRImageStorage
    dataset.SOPInstanceUID = "1.2.3"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.BitsAllocated = dataset.BitsStored = 8 * stored.dtype.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = stored.tobytes()
    if stored.ndim == 3:
        dataset.NumberOfFrames = len(stored)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def group(**sequences) -> Dataset:
    """Make an item of functional groups, each a sequence of one item."""
    item = Dataset()
    for keyword, elements in sequences.items():
        macro = Dataset()
        for name, value in elements.items():
            setattr(macro, name, value)
        setattr(item, keyword, Sequence([macro]))
    return item


@pytest.fixture
def write(tmp_path):
    def saved(dataset: Dataset) -> Path:
        path = tmp_path / "slice.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path

    return saved


def test_values_are_float32_of_rows_by_columns(write):
    pixels = read_slice(write(image(np.arange(6, dtype=np.uint16).reshape(2, 3)))).pixels
    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels, [[0, 1, 2], [3, 4, 5]])


def test_slope_and_intercept_are_applied():
    stored = np.array([[0, 4095]], np.uint16)
    grey = grey_values(image(stored, RescaleSlope="2.479", RescaleIntercept="-10"))
    np.testing.assert_allclose(grey, [[-10, 4095 * 2.479 - 10]], rtol=1e-6)


@pytest.mark.parametrize(
    ("rescaling", "grey"),
    [
        ({"RescaleSlope": None, "RescaleIntercept": None}, [0, 10]),
        ({"RescaleSlope": "", "RescaleIntercept": ""}, [0, 10]),
        ({"RescaleSlope": "2", "RescaleIntercept": None}, [0, 20]),
        ({"RescaleSlope": "2"}, [0, 20]),
        ({"RescaleSlope": None, "RescaleIntercept": "5"}, [5, 15]),
    ],
)
def test_a_slope_without_value_is_one_and_an_intercept_nought(rescaling, grey):
    np.testing.assert_array_equal(grey_values(image(np.array([[0, 10]], np.uint16), **rescaling)), [grey])


def test_two_slopes_are_refused_by_name():
    with pytest.raises(ValueError, match="RescaleSlope should be one number"):
        grey_values(image(np.array([[0, 10]], np.uint16), RescaleSlope=["1", "2"], RescaleIntercept="0"))


def test_signed_values_keep_their_sign():
    stored = np.array([[-32768, -1, 32767]], np.int16)
    np.testing.assert_array_equal(grey_values(image(stored)), stored)


def test_compressed_pixels_are_decoded(write):
    stored = np.arange(64, dtype=np.uint16).reshape(8, 8)
    dataset = image(stored)
    dataset.compress(RLELossless)
    np.testing.assert_array_equal(read_slice(write(dataset)).pixels, stored)


def test_smallest_value_is_white_in_monochrome1():
    grey = grey_values(image(np.array([[0, 100, 4095]], np.uint16), PhotometricInterpretation="MONOCHROME1"))
    assert grey.argmax() == 0
    np.testing.assert_array_equal(np.diff(grey[0]), [-100, -3995])


def test_padding_does_not_stretch_the_range():
    stored = np.array([[-32768, 10, 20, -32768]], np.int16)
    np.testing.assert_array_equal(grey_values(image(stored, PixelPaddingValue=-32768)), [[10, 10, 20, 10]])


def test_padding_of_an_implicit_file_is_signed_as_its_pixels(write):
    dataset = image(np.array([[-2000, 10, 20, -2000]], np.int16), PixelPaddingValue=-2000)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    np.testing.assert_array_equal(read_slice(write(dataset)).pixels, [[10, 10, 20, 10]])


@pytest.mark.parametrize(
    ("stored", "bits", "padding", "limit"),
    [
        (np.array([[-2000, 10, 20, -2000]], np.int16), 16, 63536, None),
        (np.array([[-2000, 10, 20, -2000]], np.int16), 12, 63536, None),
        (np.array([[-2000, 10, 20, -2000]], np.int16), 12, 2096, None),
        (np.array([[-2000, 10, 20, -1999]], np.int16), 16, 63536, 63537),
        (np.array([[63536, 10, 20, 63536]], np.uint16), 16, -2000, None),
        (np.array([[2096, 10, 20, 2096]], np.uint16), 12, -2000, None),
        (np.array([[0, 10, 20, 0]], np.uint16), 12, 0, EMPTY),
    ],
)
def test_padding_with_the_other_sign_is_found(stored, bits, padding, limit):
    dataset = image(stored, BitsStored=bits, HighBit=bits - 1)
    for tag, value in ((0x00280120, padding), (0x00280121, limit)):
        if value is EMPTY:
            dataset.add_new(tag, "US", None)
        elif value is not None:
            dataset.add_new(tag, "SS" if isinstance(value, int) and value < 0 else "US", value)
    np.testing.assert_array_equal(grey_values(dataset), [[10, 10, 20, 10]])


def test_padding_without_a_value_is_none():
    dataset = image(np.array([[0, 10]], np.uint16), PixelPaddingValue=None)
    np.testing.assert_array_equal(grey_values(dataset), [[0, 10]])


def test_padding_is_a_range_when_it_has_a_limit():
    stored = np.array([[0, 3, 5, 20]], np.uint16)
    grey = grey_values(image(stored, PixelPaddingValue=3, PixelPaddingRangeLimit=0))
    np.testing.assert_array_equal(grey, [[5, 5, 5, 20]])


def test_an_image_of_padding_alone_stays_as_it_is():
    np.testing.assert_array_equal(grey_values(image(np.full((1, 2), 7, np.uint16), PixelPaddingValue=7)), [[7, 7]])


def test_frames_count_from_one():
    stored = np.arange(12, dtype=np.uint16).reshape(3, 2, 2)
    np.testing.assert_array_equal(grey_values(image(stored), frame=3), stored[2])


@pytest.mark.parametrize("frame", [0, 4])
def test_missing_frame_is_named(write, frame):
    path = write(image(np.zeros((3, 2, 2), np.uint16)))
    with pytest.raises(ValueError, match=rf"slice.dcm: frame should be from 1 to 3.* Received: {frame}"):
        read_slice(path, frame)


def test_colour_is_refused():
    with pytest.raises(ValueError, match=r"Photometric Interpretation \(0028,0004\).*Received: 'RGB'"):
        grey_values(image(np.zeros((2, 2), np.uint16), PhotometricInterpretation="RGB"))


def test_no_dicom_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not an image" * 50)
    with pytest.raises(InvalidDicomError):
        read_slice(path)


def test_geometry_at_the_top(write):
    dataset = image(
        np.zeros((2, 2), np.uint16),
        PixelSpacing=[0.7, 0.5],
        ImageOrientationPatient=SAGITTAL,
        ImagePositionPatient=[1, -2, 3.5],
    )
    found = read_slice(write(dataset))
    assert (found.row_spacing, found.column_spacing) == (0.7, 0.5)
    assert found.orientation == tuple(SAGITTAL)
    assert found.position == (1, -2, 3.5)


def test_unknown_geometry_is_none():
    found = geometry(image(np.zeros((2, 2), np.uint16)))
    assert (found.row_spacing, found.column_spacing, found.orientation, found.position) == (None,) * 4


@pytest.mark.parametrize("spacing", [[0, 0], [0.5, 0], []])
def test_impossible_spacing_counts_as_unknown(spacing):
    assert geometry(image(np.zeros((2, 2), np.uint16), PixelSpacing=spacing)).row_spacing is None


def test_functional_groups_of_the_frame_come_before_shared_ones():
    shared = group(
        PixelMeasuresSequence={"PixelSpacing": [0.6, 0.6]},
        PixelValueTransformationSequence={"RescaleSlope": "1", "RescaleIntercept": "0"},
    )
    frames = [
        group(
            PlanePositionSequence={"ImagePositionPatient": [x, 0, 0]},
            PixelValueTransformationSequence={"RescaleSlope": str(x), "RescaleIntercept": "1"},
        )
        for x in (2, 3)
    ]
    dataset = image(
        np.full((2, 1, 1), 10, np.uint16),
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(frames),
    )
    assert geometry(dataset, 2).position == (3, 0, 0)
    assert geometry(dataset, 2).row_spacing == 0.6
    assert grey_values(dataset, 2).item() == 31


@pytest.mark.parametrize(
    ("orientation", "angle"),
    [
        (SAGITTAL, 0),
        ([0, -1, 0, 0, 0, -1], 0),
        ([1, 0, 0, 0, 1, 0], 90),
        ([1, 0, 0, 0, 0, -1], 90),
        ([np.sin(np.pi / 6), np.cos(np.pi / 6), 0, 0, 0, -1], 30),
    ],
)
def test_obliquity_is_the_angle_to_the_sagittal_plane(orientation, angle):
    assert obliquity(orientation) == pytest.approx(angle, abs=1e-5)


@pytest.mark.parametrize("orientation", [None, [0] * 6, [1, 0, 0, 1, 0, 0]])
def test_no_plane_has_no_obliquity(orientation):
    assert obliquity(orientation) is None


@pytest.mark.parametrize("name", ["emri_small.dcm", "emri_small_RLE.dcm", "emri_small_jpeg_ls_lossless.dcm"])
def test_one_frame_agrees_with_all_of_them(real, name):
    path = real / "dicom_zoo" / "pydicom+pydicom-data" / "data_store" / "data" / name
    np.testing.assert_array_equal(read_slice(path, 7).pixels, pydicom.dcmread(path).pixel_array[6])


def test_transfer_syntaxes_of_one_image_agree(real):
    files = sorted((real / "dicom_zoo" / "neurolabusc+dcm_qa_ts" / "In").glob("*.dcm"))
    first = read_slice(files[0]).pixels
    assert len(files) == 9
    for path in files[1:]:
        np.testing.assert_array_equal(read_slice(path).pixels, first, err_msg=path.name)


def test_enhanced_frames_are_the_classic_images(real):
    """Siemens XA wrote one series both ways; only the first image's pixels differ between the two files."""
    folder = real / "dicom_zoo" / "neurolabusc+dcm_qa_sag" / "In" / "XA30"
    enhanced = pydicom.dcmread(next((folder / "enhanced").rglob("0063.dcm")))
    for frame, path in enumerate(sorted((folder / "classic").rglob("*.dcm")), start=1):
        classic = read_slice(path)
        assert vars(geometry(enhanced, frame)).items() <= vars(classic).items()
        if frame > 1:
            np.testing.assert_array_equal(grey_values(enhanced, frame), classic.pixels)
