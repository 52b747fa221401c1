"""Grades of regions from masks: the same on volumes as on DICOM, and every mask that cannot be used is told."""

import csv
import shutil
from pathlib import Path

import SimpleITK as sitk  # noqa: N813

from discgrade.cli import main
from discgrade.phantom.cohort import make_cohort
from discgrade.phantom.people import draw_identity
from discgrade.phantom.population import draw_patient
from discgrade.settings.groups.cohort import Phantom

PLACE = ("level", "frame", "x", "y", "width", "height", "grade", "continuous", "region", "flags")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def grade(scans: Path, masks: Path, bundle: Path, out: Path) -> int:
    given = ["grade", str(scans), "--masks", str(masks), "--bundle", str(bundle), "--out", str(out)]
    return main([*given, "--no-pages", "--no-sr", "--processes", "1"])


def chosen(spider: Path, tmp_path: Path, *numbers: int) -> Path:
    """Copy the T2 of some patients."""
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
        for number in numbers:
            for path in (spider / kind).glob(f"{number}_t2*.mha"):
                shutil.copy(path, tmp_path / kind)
    return tmp_path


def test_volumes_and_dicom_of_the_same_scan_get_the_same_grades(spider, tiny_bundle, tmp_path):
    folder = chosen(spider, tmp_path, 1, 2)
    phantom = Phantom(primary=2, supplemental=0, reread=0, second_rater=0, seed=5)
    make_cohort(
        private=tmp_path / "p", destination=tmp_path / "dicom", ratings=tmp_path / "r.csv",
        truth=tmp_path / "t.parquet", phantom=phantom, workers=1,
    )  # fmt: skip
    (tmp_path / "by_patient").mkdir()
    names = {str(number): draw_identity(draw_patient(5, "primary", number - 1)).patient_id for number in (1, 2)}
    for number, name in names.items():
        shutil.copy(folder / "masks" / f"{number}_t2.mha", tmp_path / "by_patient" / f"{name}.mha")
    assert grade(folder / "images", folder / "masks", tiny_bundle, tmp_path / "a") == 0
    assert grade(tmp_path / "dicom", tmp_path / "by_patient", tiny_bundle, tmp_path / "b") == 0
    volumes, dicom = (table(tmp_path / name / "grades.csv") for name in "ab")
    volumes.sort(key=lambda row: (names[row["patient_id"]], row["level"]))
    dicom.sort(key=lambda row: (row["patient_id"], row["level"]))
    alike = [name for name in PLACE if name not in ("frame", "flags")]
    assert [[row[name] for name in alike] for row in volumes] == [[row[name] for name in alike] for row in dicom]
    assert {row["region"] for row in volumes} == {"mask"}
    assert len(volumes) == 10


def test_a_mask_that_cannot_be_used_is_the_reason_why_its_study_is_skipped(spider, tiny_bundle, tmp_path):
    folder = chosen(spider, tmp_path, 1, 2)
    mask = folder / "masks" / "1_t2.mha"
    sitk.WriteImage(sitk.ReadImage(str(mask))[:, :, :-1], str(mask))
    assert grade(folder / "images", folder / "masks", tiny_bundle, tmp_path / "out") == 3
    states = {row["patient_id"]: row for row in table(tmp_path / "out" / "studies.csv")}
    assert states["2"]["state"] == "graded"
    assert "the mask has another grid than its image" in states["1"]["left_out"] + states["1"]["state"]


def test_the_series_is_the_one_that_the_mask_lies_on(spider, tiny_bundle, tmp_path):
    folder = chosen(spider, tmp_path, 5)
    assert grade(folder / "images", folder / "masks", tiny_bundle, tmp_path / "out") == 0
    (study,) = table(tmp_path / "out" / "studies.csv")
    (series,) = {row["series_uid"] for row in table(tmp_path / "out" / "grades.csv")}
    assert (study["series_uid"], study["series_description"]) == (series, "t2")


def test_without_any_usable_mask_nothing_is_written(spider, tiny_bundle, tmp_path, capsys):
    folder = chosen(spider, tmp_path, 1)
    (folder / "masks" / "1_t2.mha").rename(folder / "masks" / "7_t2.mha")
    assert grade(folder / "images", folder / "masks", tiny_bundle, tmp_path / "out") == 1
    assert "No mask could be used: no mask is named after it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
