"""Slices of files of unknown origin."""

import numpy as np
import pytest
from scans import header, save

from discgrade.imaging.dicom import read_slice
from discgrade.imaging.scans.slices import BrokenSliceError, decode, open_image


def test_a_slice_has_the_bits_that_a_study_reads(tmp_path):
    path = save(tmp_path / "x", header(RescaleSlope="2.479", RescaleIntercept="-3"))
    assert np.array_equal(decode(open_image(path), 1).pixels, read_slice(path).pixels)


@pytest.mark.parametrize("slope", ["1e308", "-1e308"])
def test_a_slice_whose_grey_values_are_no_numbers_is_a_broken_one(tmp_path, slope):
    path = save(tmp_path / "x", header(RescaleSlope=slope, RescaleIntercept="0"))
    with pytest.raises(BrokenSliceError, match="cannot be decoded"):
        decode(open_image(path), 1)
