"""Slices as they are sent: the file's own grey values, upright, without loss."""

import numpy as np
import pydicom
import pytest
from scans import header, save, series

from discgrade.imaging.dicom import read_slice
from discgrade.imaging.frames import frames
from discgrade.imaging.scans.slices import BrokenSliceError
from discgrade.imaging.stacks import stacks
from discgrade.rating.scans.pixels import Slices, decoded, thumbnails_message, window

RNG = np.random.default_rng(5)


def stored(**changes):
    """A slice that uses all of its bits."""
    dataset = header(**changes)
    bits = dataset.BitsStored
    return dataset, RNG.integers(0, 1 << bits, (dataset.Rows, dataset.Columns), dtype=np.uint16)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"BitsStored": 16, "HighBit": 15},
        {"RescaleSlope": "2.479", "RescaleIntercept": "0"},
        {"RescaleSlope": "0.00024420024", "RescaleIntercept": "-1.5"},
        {"RescaleSlope": "17.5", "RescaleIntercept": "-1024", "BitsStored": 16, "HighBit": 15},
        {"PhotometricInterpretation": "MONOCHROME1"},
    ],
)
def test_values_are_the_files_own(tmp_path, changes):
    dataset, pixels = stored(**changes)
    shown = decoded(save(tmp_path / "x", dataset, pixels), 1)
    sign = -1 if changes.get("PhotometricInterpretation") == "MONOCHROME1" else 1
    assert np.array_equal(shown.values.astype(int) * sign + (pixels.max() if sign < 0 else pixels.min()), pixels)
    grey = read_slice(tmp_path / "x").pixels
    assert np.allclose(shown.grey, grey, rtol=1e-5, atol=abs(shown.scale) / 10)


def test_signed_values_keep_their_differences(tmp_path):
    dataset, _ = stored(PixelRepresentation=1, BitsStored=16, HighBit=15)
    pixels = RNG.integers(-3000, 3000, (16, 12)).astype(np.int16)
    shown = decoded(save(tmp_path / "x", dataset, pixels.view(np.uint16)), 1)
    assert np.array_equal(np.rint(shown.offset + shown.scale * shown.values), pixels)


def test_an_even_slice_is_no_fault(tmp_path):
    dataset, _ = stored()
    shown = decoded(save(tmp_path / "x", dataset, np.full((16, 12), 700, np.uint16)), 1)
    assert np.all(shown.grey == 700)
    assert window(shown.grey)[1] > 0


def test_a_frame_of_a_multi_frame_image(tmp_path):
    dataset = header(NumberOfFrames=3)
    pixels = RNG.integers(0, 4096, (3, 16, 12), dtype=np.uint16)
    path = save(tmp_path / "x", dataset, pixels)
    assert [np.array_equal(decoded(path, frame).grey, pixels[frame - 1]) for frame in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize("cut", [0, 100, 700, -50])
def test_a_damaged_file_is_a_broken_slice(tmp_path, cut):
    path = save(tmp_path / "x", header())
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BrokenSliceError, match="cannot be shown"):
        decoded(path, 1)


def test_a_slice_whose_grey_values_are_no_numbers_is_a_broken_one(tmp_path):
    path = save(tmp_path / "x", header(RescaleSlope="1e308", RescaleIntercept="0"))
    with pytest.raises(BrokenSliceError):
        decoded(path, 1)


def test_a_slice_that_would_fill_the_memory_is_a_broken_one(tmp_path):
    dataset = header()
    path = save(tmp_path / "x", dataset)
    bomb = path.read_bytes().replace(b"\x28\x00\x10\x00US\x02\x00\x10\x00", b"\x28\x00\x10\x00US\x02\x00\xff\xff")
    path.write_bytes(bomb.replace(b"\x28\x00\x11\x00US\x02\x00\x0c\x00", b"\x28\x00\x11\x00US\x02\x00\xff\xff"))
    assert pydicom.dcmread(path).Rows == 65535
    with pytest.raises(BrokenSliceError):
        decoded(path, 1)


def test_a_file_that_is_gone_is_a_broken_slice(tmp_path):
    with pytest.raises(BrokenSliceError):
        decoded(tmp_path / "x", 1)


def test_memory_is_bounded_and_the_latest_slices_stay(tmp_path):
    paths = series(tmp_path, 6)
    found = [one for path in paths for one in frames(pydicom.dcmread(path), path.name)]
    slices = Slices(tmp_path, most_bytes=3 * 2 * 16 * 12)
    first = slices.get(found[0])
    assert slices.get(found[0]) is first
    for one in found[1:]:
        slices.get(one)
    assert [frame for frame, _ in slices._kept] == [path.name for path in paths[-3:]]
    assert slices.get(found[0]) is not first


def test_the_suggested_window_leaves_out_the_few_extremes():
    grey = np.full(100_000, 50, np.float32)
    grey[:50_000], grey[:20] = 10, 1e6
    center, width = window(grey)
    assert (center, width) == pytest.approx((30, 40))


def test_thumbnails_are_square_in_the_patient(tmp_path):
    series(tmp_path, 2, PixelSpacing=[1.0, 0.5])
    (stack,) = stacks([one for path in tmp_path.iterdir() for one in frames(pydicom.dcmread(path), path.name)])
    message = thumbnails_message(Slices(tmp_path), stack, 64)
    assert b'"rows": 64, "columns": 24' in message
