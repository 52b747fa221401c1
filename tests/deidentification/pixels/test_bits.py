"""Bits beside the stored ones: an overlay or a copy of the sign goes, anything else is a wrong description."""

import numpy as np
import pytest
from mr_files import deidentified, mr_image, read, written
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, RLELossless

from discgrade.deidentification.files.contents import RejectedError

BEYOND = "values beyond Bits Stored"


def image(cells: np.ndarray, **description: object) -> Dataset:
    """Return an image of 16 x 12 cells of 16 bits."""
    made = mr_image(**description)
    made.PixelData = np.resize(cells, 192).astype("<u2").tobytes()
    return made


def cells(exported: Dataset) -> np.ndarray:
    return np.frombuffer(exported.PixelData, "<u2")


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ({}, [100, 4096]),
        ({}, [0, 9000]),
        ({"BitsStored": 9, "HighBit": 8}, [3, 512]),
        ({"BitsStored": 15, "HighBit": 14}, [3, 0x8000]),
        ({"PixelRepresentation": 1}, [5, 0x1005]),
        ({"PixelRepresentation": 1}, [5, 0xE805]),
        ({"BitsStored": 12, "HighBit": 15}, [3, 4096]),
    ],
)
@pytest.mark.parametrize("compress", [False, True])
def test_values_that_the_description_does_not_have_room_for_reject_the_file(description, values, compress):
    made = read(written(image(np.array(values), **description)))
    if compress:
        made.compress(RLELossless, generate_instance_uid=False)
    with pytest.raises(RejectedError, match=BEYOND):
        deidentified(made, made.file_meta.TransferSyntaxUID)


def test_values_up_to_bits_stored_stay():
    values = np.arange(192) * 21
    np.testing.assert_array_equal(cells(deidentified(image(values))), values)


@pytest.mark.parametrize("signed", [0, 1])
def test_copies_of_the_uppermost_stored_bit_say_nothing(signed):
    """Siemens XA writes FFFF for the largest of 12 unsigned bits."""
    stored = np.array([5, 2047, 2048, 4095])
    extended = np.where(stored >> 11, stored | 0xF000, stored)
    after = deidentified(image(extended, PixelRepresentation=signed))
    np.testing.assert_array_equal(cells(after)[:4], extended if signed else stored)


def test_signed_values_without_copies_of_their_sign_get_them():
    after = deidentified(image(np.array([5, 0x0FFF]), PixelRepresentation=1))
    assert set(np.frombuffer(after.PixelData, "<i2")) == {5, -1}


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", ExplicitVRBigEndian])
def test_a_declared_overlay_goes_and_the_pixels_stay(syntax):
    stored = np.arange(192) * 21
    made = image(stored | (stored % 2 << 13))
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 13)
    np.testing.assert_array_equal(deidentified(made, syntax).pixel_array.ravel(), stored)


def test_bits_that_the_declared_overlay_does_not_explain_reject_the_file():
    made = image(np.array([5, 1 << 13, 1 << 14]))
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 13)
    with pytest.raises(RejectedError, match=BEYOND):
        deidentified(made)


def test_an_overlay_within_the_stored_bits_rejects_the_file():
    made = image(np.arange(192), BitsStored=16, HighBit=15)
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 15)
    with pytest.raises(RejectedError, match="an overlay lies in the bits of the pixels"):
        deidentified(made)


def test_an_overlay_with_data_of_its_own_says_nothing_about_the_pixels():
    made = image(np.arange(192), BitsStored=16, HighBit=15)
    made.add_new(0x60000100, "US", 1)
    made.add_new(0x60000102, "US", 0)
    made.add_new(0x60003000, "OW", b"\0\0")
    np.testing.assert_array_equal(cells(deidentified(made)), np.arange(192))


def test_stored_bits_at_the_upper_end_of_the_cell_move_down():
    after = deidentified(image(np.arange(192) * 21 << 4, HighBit=15))
    np.testing.assert_array_equal(cells(after), np.arange(192) * 21)
    assert after.HighBit == 11


def test_a_high_bit_that_nobody_kept_to_changes_no_pixel():
    after = deidentified(image(np.arange(192) * 21 + 1, HighBit=15))
    np.testing.assert_array_equal(cells(after), np.arange(192) * 21 + 1)
    assert after.HighBit == 11
