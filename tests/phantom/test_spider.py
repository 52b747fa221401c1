"""The phantom in SPIDER's layout: the files and columns of the public download, and the same scans as in DICOM."""

import csv
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813

from discgrade.imaging.volumes.files import read_volume
from discgrade.phantom.examination import scanned
from discgrade.phantom.population import draw_patient
from discgrade.phantom.scanner import AS_DRAWN


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_files_are_called_and_stored_as_there(spider: Path) -> None:
    names = {path.name for path in (spider / "images").iterdir()}
    assert names == {path.name for path in (spider / "masks").iterdir()}
    assert names == {f"{one}_{kind}.mha" for one in range(1, 6) for kind in ("t1", "t2")} | {"5_t2_SPACE.mha"}
    flat, deep = (sitk.ReadImage(str(spider / "images" / name)) for name in ("5_t2.mha", "5_t2_SPACE.mha"))
    directions = [np.reshape(one.GetDirection(), (3, 3)).round() for one in (flat, deep)]
    assert np.array_equal(directions[0], np.eye(3))  # LPS
    assert np.array_equal(directions[1], [[0, 0, -1], [1, 0, 0], [0, -1, 0]])  # PIR
    assert {flat.GetPixelIDTypeAsString(), deep.GetPixelIDTypeAsString()} == {"32-bit float"}
    assert sitk.ReadImage(str(spider / "masks" / "5_t2.mha")).GetPixelIDTypeAsString() == "16-bit signed integer"


def test_discs_and_vertebrae_are_numbered_from_below(spider: Path) -> None:
    labels = read_volume(spider / "masks" / "1_t2.mha").voxels

    def height(value: int) -> float:
        return float(np.nonzero(labels == value)[1].mean())

    present = {int(value) for value in np.unique(labels)}
    assert {1, 2, 3, 4, 5, 100, 201, 202, 203, 204, 205} <= present
    assert height(1) > height(2) > height(3) > height(4)
    assert height(201) > height(1) > height(202) > height(2)


def test_sheets_have_the_columns_of_the_download(spider: Path) -> None:
    gradings, overview = rows(spider / "radiological_gradings.csv"), rows(spider / "overview.csv")
    assert list(gradings[0])[:3] == ["Patient", "IVD label", "Modic"]
    assert list(gradings[0])[-1] == "Pfirrman grade"
    assert {row["Patient"] for row in gradings} == {"1", "2", "3", "4", "5"}
    assert {row["IVD label"] for row in gradings} == {str(one) for one in range(8)}
    assert {row["new_file_name"] for row in overview} == {path.stem for path in (spider / "images").iterdir()}
    assert overview[0]["sex"].strip() in {"F", "M"}


def test_grey_values_are_those_of_the_same_patients_dicom(spider: Path) -> None:
    expected = scanned(draw_patient(5, "primary", 0), AS_DRAWN.of).stored
    assert np.array_equal(read_volume(spider / "images" / "1_t2.mha").voxels, expected)
