"""New scans of real scanners are graded, or said why not."""

import csv

import pytest
from graded_scans import read_table

from discgrade.cli import main


@pytest.fixture
def grade(tmp_path, tiny_bundle):
    """The command on a folder with a sheet; returns its exit code and the rows of studies.csv."""

    def run(scans, sheet, *words):
        given = ["--bundle", str(tiny_bundle), "--regions", str(sheet), "--out", str(tmp_path / "out")]
        code = main(["grade", str(scans), *given, "--no-pages", "--no-sr", *words])
        return code, read_table(tmp_path / "out" / "studies.csv")

    return run


def test_slices_of_every_transfer_syntax_are_graded(tmp_path, real, grade):
    folders = sorted((real / "lsma" / "dicom").iterdir())[:14]
    scans = tmp_path / "scans"
    scans.mkdir()
    for folder in folders:
        (scans / folder.name).symlink_to(folder)
    known = {folder.name.split("_")[0] for folder in folders}
    with (real / "lsma" / "ratings.csv").open(newline="", encoding="utf-8") as text:
        rows = [row for row in csv.DictReader(text) if row["patient_id"] in known]
    with (tmp_path / "regions.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    code, studies = grade(scans, tmp_path / "regions.csv", "--follow-links")
    assert code == 0
    assert len(read_table(tmp_path / "out" / "grades.csv")) == len(rows) == 3 * len(folders)
    assert {row["state"] for row in studies} == {"graded"}


def test_images_of_other_bodies_and_scanners_are_told_apart(tmp_path, real, grade):
    sheet = tmp_path / "regions.csv"
    sheet.write_text("patient_id,sop_instance_uid,level,x,y,width,height\nnobody,1.2.3,L4/L5,1,1,20,20\n")
    code, studies = grade(real / "dicom_zoo", sheet)
    assert code == 1
    assert len(studies) > 5
    assert {row["state"] for row in studies} == {"skipped"}
    assert all(row["left_out"] for row in studies)
