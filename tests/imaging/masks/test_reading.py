"""Masks of every maker give the same boxes as the phantom's own, and DICOM segmentations do."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from discgrade.imaging.masks.discs import MaskDisc, find_discs
from discgrade.imaging.masks.labels import read_table
from discgrade.imaging.masks.reading import Mask, read_mask
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.phantom.cohort import make_cohort
from discgrade.settings.groups.cohort import Phantom

SPIDER = read_table("spider")


def translated(spider: Path, values: Mapping[int, int], path: Path) -> Path:
    """Write the phantom's mask with other values; what is not named becomes 0."""
    image = sitk.ReadImage(str(spider / "masks" / "2_t2.mha"))
    labels = sitk.GetArrayFromImage(image)
    written = sitk.GetImageFromArray(np.vectorize(lambda one: values.get(int(one), 0))(labels).astype(np.int16))
    written.CopyInformation(image)
    sitk.WriteImage(written, str(path))
    return path


def numbers(name: str) -> dict[int, int]:
    """Return which value of a table stands for each of SPIDER's."""
    table = read_table(name)
    found = {SPIDER.discs[level]: value for level, value in table.discs.items() if level in SPIDER.discs}
    found |= {SPIDER.vertebrae[one]: value for one, value in table.vertebrae.items()}
    return found | {100: (*table.canal, 0)[0]}


def assert_alike(found: Sequence[MaskDisc], expected: Sequence[MaskDisc]) -> None:
    assert [(one.level, one.number, one.flags) for one in found] == [
        (one.level, one.number, one.flags) for one in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert astuple(one.box) == pytest.approx(astuple(other.box), abs=0.05)


@pytest.mark.parametrize("name", ["totalspineseg", "totalspineseg_2024"])
def test_totalspineseg_gives_the_same_boxes(spider: Path, mask: Mask, tmp_path: Path, name: str) -> None:
    read = read_mask([translated(spider, numbers(name), tmp_path / "a.nii.gz")])
    assert read.table.name == name
    assert_alike(find_discs(read), find_discs(mask))


def test_spineps_gives_the_same_boxes_from_its_two_masks(spider: Path, mask: Mask, tmp_path: Path) -> None:
    vert = translated(spider, numbers("spineps"), tmp_path / "sub-2_seg-vert_msk.nii.gz")
    parts = dict.fromkeys(SPIDER.vertebrae.values(), 49) | {100: 61} | {SPIDER.discs["L4/L5"]: 100}
    spine = translated(spider, parts, tmp_path / "sub-2_seg-spine_msk.nii.gz")
    assert_alike(find_discs(read_mask([spine, vert])), find_discs(mask))
    with pytest.raises(VolumeError, match="the seg-spine mask should lie next to it"):
        read_mask([vert])


@pytest.mark.parametrize(
    ("voxels", "message"),
    [
        (np.full((9, 8, 7), 0.5, np.float32), "values should be whole numbers"),
        (np.full((9, 8, 7), -1, np.int16), "values should be whole numbers"),
        (np.zeros((9, 8, 7), np.int16), "the mask is empty"),
        (np.full((9, 8, 7), 301, np.int16), "its labels, 301, fit none of spider"),
    ],
)
def test_what_is_no_label_map_is_told(tmp_path: Path, voxels: np.ndarray, message: str) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tmp_path / "a.mha"))
    with pytest.raises(VolumeError, match=message):
        read_mask([tmp_path / "a.mha"])


def test_a_value_beside_the_named_table_is_told(spider: Path, tmp_path: Path) -> None:
    path = translated(spider, {201: 201, 202: 202, 100: 100, 1: 99}, tmp_path / "a.mha")
    with pytest.raises(VolumeError, match="labels 99 are not in the table spider"):
        read_mask([path], "spider")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the DICOM of the phantom patient whose mask it is."""
    folder = tmp_path_factory.mktemp("dicom")
    phantom = Phantom(primary=2, supplemental=0, reread=0, second_rater=0, seed=5)
    make_cohort(
        private=folder, destination=folder / "dicom", ratings=folder / "r.csv", truth=folder / "t.parquet",
        phantom=phantom, workers=1,
    )  # fmt: skip
    return folder / "dicom"


def segmentation(images: list[pydicom.Dataset], labels: np.ndarray, path: Path) -> Path:
    """Write labels of shape (slices, rows, columns) as a DICOM segmentation."""
    names = {SPIDER.discs["L4/L5"]: "L4-L5 disc", SPIDER.discs["L5/S1"]: "Disc L5/S1", 1: "L5", 2: "vertebra L4"}
    names |= {100: "Spinal canal"}
    described = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=name,
            segmented_property_category=codes.SCT.AnatomicalStructure,
            segmented_property_type=codes.SCT.Spine,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, name in enumerate(names.values(), 1)
    ]
    found = hd.seg.Segmentation(
        source_images=images,
        pixel_array=np.stack([labels == value for value in names], axis=-1),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=described,
        series_instance_uid=generate_uid(),
        series_number=99,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="nobody",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
    )
    found.save_as(path)
    return path


def test_a_dicom_segmentation_gives_the_same_boxes(scans: Path, mask: Mask, tmp_path: Path) -> None:
    images = [pydicom.dcmread(path) for path in scans.rglob("*") if path.is_file()]
    own = [one for one in images if _is_second(one, mask)]
    own.sort(key=lambda one: one.ImagePositionPatient[0])
    found = find_discs(read_mask([segmentation(own, mask.labels, tmp_path / "seg.dcm")]))
    expected = [one for one in find_discs(mask) if one.level in ("L4/L5", "L5/S1")]
    assert_alike(found, expected)


def _is_second(image: pydicom.Dataset, mask: Mask) -> bool:
    places = mask.planes.positions
    return bool(np.abs(places - np.array(image.ImagePositionPatient, float)).max(axis=1).min() < 0.01)
