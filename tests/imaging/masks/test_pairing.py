"""Which mask is whose: by names as people and BIDS give them."""

from pathlib import Path

import pytest

from discgrade.imaging.frames import frames
from discgrade.imaging.masks.pairing import find_masks
from discgrade.imaging.scans.headers import File
from discgrade.imaging.stacks import stacks
from discgrade.imaging.volumes.datasets import Identifiers, Scan, encoded
from discgrade.imaging.volumes.files import read_volume


@pytest.fixture(scope="module")
def stack(spider: Path):
    dataset = encoded(read_volume(spider / "images" / "1_t2.mha"), Identifiers("1", "1.2", "1.3", "1.4"), Scan("t2"))
    (found,) = stacks(frames(dataset, "x"))
    return found


@pytest.mark.parametrize(
    ("image", "names", "own"),
    [
        ("1_t2.mha", ["1_t1.mha", "1_t2.mha", "11_t2.mha"], ["1_t2.mha"]),
        ("case.nii.gz", ["case_seg.nii.gz", "case2_seg.nii.gz"], ["case_seg.nii.gz"]),
        ("sub-1_T2w.nii.gz", ["sub-1_T1w_dseg.nii.gz", "sub-1_T2w_dseg.nii.gz"], ["sub-1_T2w_dseg.nii.gz"]),
        (
            "sub-1_T2w.nii.gz",
            ["sub-1_mod-T2w_seg-vert_msk.nii.gz", "sub-1_mod-T2w_seg-spine_msk.nii.gz"],
            ["sub-1_mod-T2w_seg-spine_msk.nii.gz", "sub-1_mod-T2w_seg-vert_msk.nii.gz"],
        ),
        ("9_t2.mha", ["1_t2.mha"], []),
    ],
)
def test_a_mask_is_called_as_its_volume_or_that_and_more(stack, tmp_path, image, names, own):
    masks = find_masks(tmp_path / "masks", names, tmp_path / "images")
    assert [path.name for path in masks.of(stack, File(image, patient_id="1"))] == own


@pytest.mark.parametrize("name", ["1.3.nii.gz", "1.mha"])
def test_a_mask_of_dicom_is_called_as_its_series_or_its_patient(stack, tmp_path, name):
    masks = find_masks(tmp_path / "masks", [name, "2.mha"], tmp_path / "dicom")
    assert [path.name for path in masks.of(stack, File("a/IM1", patient_id="1"))] == [name]


def test_among_the_images_masks_are_told_by_their_names(stack, tmp_path):
    masks = find_masks(tmp_path, ["1_t2.mha", "1_t2_seg.mha"], tmp_path)
    assert [path.name for path in masks.of(stack, File("1_t2.mha", patient_id="1"))] == ["1_t2_seg.mha"]
