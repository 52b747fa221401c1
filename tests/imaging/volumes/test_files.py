"""Volumes as they come: every format gives the same slices, and what is cut, of four dimensions or nowhere is told."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import is_volume, read_planes, read_volume, stem

NAMES = ("a.nii", "a.nii.gz", "a.mha", "a.nrrd")


@pytest.fixture
def image() -> sitk.Image:
    image = sitk.GetImageFromArray(np.random.default_rng(0).normal(300, 90, (20, 16, 9)).astype(np.float32))
    image.SetSpacing((4.0, 0.7, 0.6))
    image.SetOrigin((-16.0, 20.0, 3.0))
    return image


def test_all_formats_give_the_same_slices(tmp_path: Path, image: sitk.Image) -> None:
    volumes = []
    for name in NAMES:
        sitk.WriteImage(image, str(tmp_path / name), useCompression=name != "a.nii")
        volumes.append(read_volume(tmp_path / name))
    for one in volumes[1:]:
        assert np.array_equal(one.voxels, volumes[0].voxels)
        assert np.allclose(one.planes.positions, volumes[0].planes.positions, atol=1e-4)
    assert volumes[0].voxels.shape == (9, 20, 16)


@pytest.mark.parametrize("share", [0.4, 0.98, 0.999])
@pytest.mark.parametrize("name", NAMES)
def test_a_cut_file_is_told_and_never_read_in_part(tmp_path: Path, image: sitk.Image, name: str, share: float) -> None:
    sitk.WriteImage(image, str(tmp_path / name), useCompression=True)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(VolumeError, match="cut"):
        read_volume(tmp_path / name)


def test_four_dimensions_are_told_unless_the_fourth_is_single(tmp_path: Path) -> None:
    one = sitk.Image(9, 8, 7, sitk.sitkInt16)
    for count in (1, 3):
        sitk.WriteImage(sitk.JoinSeries([one] * count), str(tmp_path / f"{count}.nii.gz"))
    assert read_volume(tmp_path / "1.nii.gz").voxels.size == 9 * 8 * 7
    with pytest.raises(VolumeError, match="4 dimensions, 9 x 8 x 7 x 3 voxels"):
        read_planes(tmp_path / "3.nii.gz")


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("a.mha", b"ElementDataFile = LOCAL\n", b"ElementDataFile = %s\n"),
        ("a.nrrd", b"encoding: raw\n", b"encoding: raw\ndata file: %s\n"),
        ("a.nrrd", b"encoding: raw\n", b"encoding: raw\ndatafile: %s\n"),
    ],
)
def test_no_other_file_is_read_whatever_a_header_names(
    tmp_path: Path, image: sitk.Image, name: str, own: bytes, other: bytes
) -> None:
    """Its bytes would be grey values, and be seen on a page."""
    sitk.WriteImage(image, str(tmp_path / name))
    (tmp_path / "secret").write_bytes(bytes(range(256)) * 200)
    whole = (tmp_path / name).read_bytes()
    assert own in whole
    (tmp_path / name).write_bytes(whole.replace(own, other % bytes(tmp_path / "secret")))
    for read in (read_planes, read_volume):
        with pytest.raises(VolumeError, match="names another file"):
            read(tmp_path / name)


def test_colours_are_no_grey_values(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Image(9, 8, 7, sitk.sitkVectorUInt8), str(tmp_path / "rgb.mha"))
    with pytest.raises(VolumeError, match="holds 3 numbers"):
        read_planes(tmp_path / "rgb.mha")


def test_a_nifti_header_without_an_orientation_is_told(tmp_path: Path, image: sitk.Image) -> None:
    sitk.WriteImage(image, str(tmp_path / "a.nii"))
    head = bytearray((tmp_path / "a.nii").read_bytes())
    struct.pack_into("<2h", head, 252, 0, 0)  # qform_code, sform_code
    (tmp_path / "a.nii").write_bytes(head)
    with pytest.raises(VolumeError, match="does not say how it lies"):
        read_planes(tmp_path / "a.nii")


def test_a_sheared_affine_is_told(tmp_path: Path, image: sitk.Image) -> None:
    sitk.WriteImage(image, str(tmp_path / "a.nii"))
    head = bytearray((tmp_path / "a.nii").read_bytes())
    struct.pack_into("<2h", head, 252, 0, 1)
    struct.pack_into("<12f", head, 280, 4, 0.3, 0, 0, 0, 0.7, 0, 0, 0, 0.5, 0.6, 0)  # srow_x, srow_y, srow_z
    (tmp_path / "a.nii").write_bytes(head)
    with pytest.raises(VolumeError, match="right angles"):
        read_planes(tmp_path / "a.nii")


@pytest.mark.parametrize(
    "content", [b"", b"hello", gzip.compress(b"hello" * 200, mtime=0)], ids=["empty", "text", "gz"]
)
def test_what_is_no_volume_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.nii.gz").write_bytes(content)
    with pytest.raises(VolumeError, match="cannot be read"):
        read_planes(tmp_path / "a.nii.gz")


def test_names_tell_volumes() -> None:
    assert [stem(name) for name in ("x/1_t2.mha", "sub-1_T2w.nii.gz", "a.NRRD")] == ["1_t2", "sub-1_T2w", "a"]
    assert is_volume("A.NII.GZ")
    assert not is_volume("a.dcm")
