"""A volume as DICOM: the same grey values and places, and no text of the file."""

import gzip
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813

from discgrade.imaging.dicom import grey_values
from discgrade.imaging.frames import frames
from discgrade.imaging.scans.slices import BrokenSliceError, open_image
from discgrade.imaging.stacks import stacks
from discgrade.imaging.volumes.datasets import dataset_of, header_of
from discgrade.imaging.volumes.files import read_volume
from discgrade.imaging.volumes.planes import difference, planes_of

NAME = "sub-03/anat/sub-03_T2w.nii.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(-1000, 3096, (20, 16, 9)).astype(np.float32))
    image.SetSpacing((4.0, 0.7, 0.6))
    (tmp_path / NAME).parent.mkdir(parents=True)
    sitk.WriteImage(image, str(tmp_path / "plain.nii"))
    content = bytearray((tmp_path / "plain.nii").read_bytes())
    for place, text in ((148, b"Mueller^Anna 1957"), (228, b"mueller.hdr"), (328, b"Mueller")):
        content[place : place + len(text)] = text  # descrip, aux_file, intent_name
    (tmp_path / NAME).write_bytes(gzip.compress(bytes(content)))
    (tmp_path / "plain.nii").unlink()
    return tmp_path


def test_grey_values_and_places_are_those_of_the_volume(folder: Path) -> None:
    dataset, volume = dataset_of(folder, NAME), read_volume(folder / NAME)
    for number, one in enumerate(volume.voxels, 1):
        assert np.array_equal(grey_values(dataset, number), one)
    (stack,) = stacks(frames(dataset, NAME))
    assert difference(planes_of(stack), volume.planes) == ""
    assert [one.frame for one in stack.slices] == list(range(1, 10))
    assert stack.weighting.description == "T2w"


def test_fractions_are_kept_to_a_65535th_of_their_range(folder: Path) -> None:
    voxels = np.random.default_rng(1).normal(0, 1e-3, (20, 16, 9)).astype(np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / "b.mha"))
    dataset, volume = dataset_of(folder, "b.mha"), read_volume(folder / "b.mha")
    worst = max(np.abs(grey_values(dataset, number) - one).max() for number, one in enumerate(volume.voxels, 1))
    assert worst <= 0.51 * np.ptp(voxels) / 65535


def test_no_text_of_a_volume_gets_into_it(folder: Path) -> None:
    dataset_of(folder, NAME).save_as(folder / "out.dcm", enforce_file_format=True)
    assert b"mueller" in gzip.decompress((folder / NAME).read_bytes()).lower()
    content = (folder / "out.dcm").read_bytes().lower()
    assert b"mueller" not in content
    assert b"sub-03" not in content
    assert pydicom.dcmread(folder / "out.dcm").PatientID == "03"


def test_identifiers_follow_from_the_place_in_the_folder(folder: Path) -> None:
    header, whole = header_of(folder, NAME), dataset_of(folder, NAME)
    assert header.SOPInstanceUID == whole.SOPInstanceUID == open_image(folder / NAME, folder).SOPInstanceUID
    assert "PixelData" not in header


def test_a_sidecar_tells_times_in_seconds_and_nothing_else(folder: Path) -> None:
    said = {"EchoTime": 0.1, "RepetitionTime": 3.5, "MagneticFieldStrength": 1.5, "PatientName": "Mueller"}
    (folder / NAME).with_name("sub-03_T2w.json").write_text(json.dumps(said))
    weighting = frames(header_of(folder, NAME), NAME)[0].weighting
    assert (weighting.echo_time, weighting.repetition_time) == (100.0, 3500.0)
    assert "mueller" not in str(header_of(folder, NAME)).casefold()


def test_voxels_that_are_no_numbers_break_the_image(folder: Path) -> None:
    voxels = np.full((20, 16, 9), np.nan, np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / "nan.mha"))
    with pytest.raises(BrokenSliceError):
        open_image(folder / "nan.mha", folder)
