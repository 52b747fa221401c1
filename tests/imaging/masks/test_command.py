"""`discgrade regions` on the phantom in SPIDER's layout, and on folders in which one thing each is wrong."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from discgrade.cli import main
from discgrade.grades import LEVELS


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def regions(images: Path, masks: Path, out: Path) -> int:
    given = ["regions", str(images), "--masks", str(masks), "--out", str(out / "regions.csv"), "--processes", "1"]
    return main(given)


def test_each_patients_discs_are_found_and_other_series_are_told(spider: Path, tmp_path: Path, capsys) -> None:
    assert regions(spider / "images", spider / "masks", tmp_path) == 0
    rows = table(tmp_path / "regions.csv")
    assert [(row["patient_id"], row["level"]) for row in rows] == [
        (str(one), two) for one in range(1, 6) for two in LEVELS
    ]
    assert {row["file"] for row in rows} == {f"{one}_t2.mha" for one in range(1, 6)}
    reasons = {row["file"]: row["reason"] for row in table(tmp_path / "regions.left_out.csv")}
    assert len(reasons) == 6
    assert "does not say T2" in reasons["1_t1.mha"]
    assert "three-dimensional" in reasons["5_t2_SPACE.mha"]
    assert "25 discs of 5 images" in capsys.readouterr().out


def test_the_sheet_is_for_its_owner_and_for_no_spreadsheet_to_run(spider: Path, tmp_path: Path) -> None:
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
        shutil.copy(spider / kind / "1_t2.mha", tmp_path / kind / "=1+1_t2.mha")
    assert regions(tmp_path / "images", tmp_path / "masks", tmp_path) == 0
    assert {row["patient_id"] for row in table(tmp_path / "regions.csv")} == {"'=1+1"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("regions*.csv")} == {0o600}


def test_masks_inside_the_folder_of_images_are_no_images(spider: Path, tmp_path: Path) -> None:
    assert regions(spider, spider / "masks", tmp_path) == 0
    assert len(table(tmp_path / "regions.csv")) == 25


def rewritten(change: Callable[[sitk.Image], sitk.Image]) -> Callable[[Path, Path], None]:
    def apply(_image: Path, mask: Path) -> None:
        sitk.WriteImage(change(sitk.ReadImage(str(mask))), str(mask))

    return apply


def respaced(image: sitk.Image) -> sitk.Image:
    image.SetSpacing([1.1 * one for one in image.GetSpacing()])
    return image


def upside_down(image: sitk.Image) -> sitk.Image:
    """Turn the array and leave the affine as it is."""
    turned = sitk.GetImageFromArray(sitk.GetArrayFromImage(image)[::-1])
    turned.CopyInformation(image)
    return turned


def swapped(image: sitk.Image) -> sitk.Image:
    return sitk.ChangeLabel(image, {202: 203, 203: 202})


def stored_another_way(image: sitk.Image) -> sitk.Image:
    """Turn array and affine together: nothing has moved."""
    return sitk.DICOMOrient(image, "RAS")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2000])


def not_a_number(image: sitk.Image) -> sitk.Image:
    return sitk.Cast(image, sitk.sitkFloat32) * float("nan")


CASES = {
    "another grid than its image": rewritten(lambda image: image[:, :, :-1]),
    "another spacing than its image": rewritten(respaced),
    "head and feet are exchanged": rewritten(upside_down),
    "labels are out of order": rewritten(swapped),
    "L3/L4 is missing": rewritten(lambda image: sitk.ChangeLabel(image, {203: 0})),
    "it is damaged or cut": lambda _image, mask: cut(mask),
    "it cannot be read: it is damaged or cut": lambda image, _mask: cut(image),
    "all of its voxels are 0: it shows nothing": lambda image, _mask: rewritten(lambda one: one * 0)(None, image),
    "a voxel holds no finite number": lambda image, _mask: rewritten(not_a_number)(None, image),
    "no mask is named after it": lambda _image, mask: mask.unlink(),
    "4 dimensions": lambda image, _mask: (
        sitk.WriteImage(sitk.JoinSeries([sitk.ReadImage(str(image))] * 2), str(image.with_suffix(".nii.gz")))
        or image.unlink()
    ),
}


@pytest.mark.parametrize("words", CASES)
def test_what_is_wrong_is_told_once_and_the_others_are_read(spider: Path, tmp_path: Path, words: str) -> None:
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
        for number in (1, 2):
            shutil.copy(spider / kind / f"{number}_t2.mha", tmp_path / kind)
    CASES[words](tmp_path / "images" / "1_t2.mha", tmp_path / "masks" / "1_t2.mha")
    assert regions(tmp_path / "images", tmp_path / "masks", tmp_path) == 3
    assert {row["patient_id"] for row in table(tmp_path / "regions.csv")} == {"2"}
    (left,) = table(tmp_path / "regions.left_out.csv")
    assert words in left["reason"]


def test_a_mask_stored_another_way_gives_the_same_boxes(spider: Path, tmp_path: Path) -> None:
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
        shutil.copy(spider / kind / "1_t2.mha", tmp_path / kind)
    assert regions(tmp_path / "images", tmp_path / "masks", tmp_path) == 0
    before = (tmp_path / "regions.csv").read_text()
    rewritten(stored_another_way)(tmp_path, tmp_path / "masks" / "1_t2.mha")
    assert regions(tmp_path / "images", tmp_path / "masks", tmp_path) == 0
    assert (tmp_path / "regions.csv").read_text() == before


def test_without_a_usable_mask_nothing_is_written(spider: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "masks").mkdir()
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 3, 3), np.int16)), str(tmp_path / "masks" / "x.mha"))
    assert regions(spider / "images", tmp_path / "masks", tmp_path) == 1
    assert "no mask is named after it" in capsys.readouterr().err
    assert not (tmp_path / "regions.csv").exists()
