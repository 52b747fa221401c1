"""`discgrade phantom` makes a folder and a sheet that the other commands take as they are."""

import csv

import pytest

from discgrade import cli
from discgrade.phantom.command import proportions


def phantom(folder, *words):
    return cli.main(["phantom", str(folder), "--patients", "3", "--jobs", "1", *words])


def test_the_proportion_of_the_two_cohorts_is_the_papers():
    paper = proportions(1238 + 361, seed=1)
    assert (paper.primary, paper.supplemental) == (1238, 361)


def test_one_patient_is_a_cohort(tmp_path):
    assert phantom(tmp_path / "one", "--patients", "1") == 0
    assert len(list((tmp_path / "one" / "dicom").iterdir())) == 1


def test_the_sheet_names_the_patients_of_the_folder(tmp_path, capsys):
    assert phantom(tmp_path / "phantom") == 0
    assert str(tmp_path / "phantom" / "dicom") in capsys.readouterr().out
    folders = {path.name.partition("_")[0] for path in (tmp_path / "phantom" / "dicom").iterdir()}
    with (tmp_path / "phantom" / "ratings.csv").open(encoding="utf-8", newline="") as sheet:
        named = {row["patient_id"] for row in csv.DictReader(sheet)}
    assert len(folders) == 3
    assert named == folders


def test_the_seed_decides_everything(tmp_path):
    sheets = {}
    for name, seed in (("first", "1"), ("again", "1"), ("other", "2")):
        assert phantom(tmp_path / name, "--seed", seed) == 0
        sheets[name] = (tmp_path / name / "ratings.csv").read_bytes()
    assert sheets["first"] == sheets["again"] != sheets["other"]


def test_patients_may_be_made_to_lie_badly(tmp_path):
    assert phantom(tmp_path / "off", "--patients", "1", "--slices", "3", "--offset", "-4", "--bend", "10") == 0
    files = [path for path in (tmp_path / "off" / "dicom").rglob("*") if path.is_file()]
    assert len(files) == 3


@pytest.mark.slow
def test_deidentify_takes_what_phantom_made(tmp_path, capsys):
    made = tmp_path / "phantom"
    assert phantom(made) == 0
    images = sum(path.is_file() for path in (made / "dicom").rglob("*"))
    words = ["--private", str(tmp_path / "private"), "--ratings", str(made / "ratings.csv"), "--jobs", "1"]
    assert cli.main(["deidentify", str(made / "dicom"), str(tmp_path / "out"), *words]) == 0
    assert f"{images} images of 3 patients exported" in capsys.readouterr().out


def test_a_folder_with_other_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "dicom").mkdir()
    (tmp_path / "dicom" / "thesis.txt").write_text("years of work")
    assert phantom(tmp_path) == 1
    assert "should be missing, empty or an earlier phantom" in capsys.readouterr().err
    assert (tmp_path / "dicom" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("words", [("--patients", "0"), ("--seed", "-1"), ("--patients", "some")])
def test_numbers_that_cannot_be(tmp_path, capsys, words):
    with pytest.raises(SystemExit) as ended:
        phantom(tmp_path / "phantom", *words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err
