"""`discgrade recalibrate`: a site that grades otherwise gets its own bundle, and all that is wrong is refused."""

import csv
from pathlib import Path

import numpy as np
import pytest
from certain_patients import draw_outputs

from discgrade.cli import main
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.discs import GradedDisc, GradedStudy, Place
from discgrade.grading.outputs.stream import streaming
from discgrade.imaging.box import Box


def make_site(
    folder: Path, bundle: Path, patients: int = 80, shift: int = 0, outputs: bool = True
) -> tuple[Path, Path]:
    """Write a graded output of invented discs, and a sheet of a person's readings, `shift` grades above the truth."""
    drawn, digest = draw_outputs(patients, seed=1, sharpness=2.5), open_bundle(bundle).digest
    readings = folder / "readings.csv"
    graded = folder / "graded"
    graded.mkdir()
    with streaming(graded) as stream, readings.open("w", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(["patient_id", "sop_instance_uid", "level", "grade"])
        for number, (chances, grade, patient) in enumerate(
            zip(drawn.probabilities, drawn.grades, drawn.patients, strict=True)
        ):
            uid = f"2.25.{number}"
            place = Place(patient, f"2.25.9{number}", "2.25.1", uid, 1, "L4/L5", Box(1, 1, 9, 9), "drawn")
            said = tuple(map(float, chances))
            disc = GradedDisc(
                *(
                    place,
                    int(chances.argmax()) + 1,
                    None,
                    float(chances @ np.arange(1, 6)),
                    said,
                    (),
                    (),
                    (2.0,),
                    digest,
                ),
                outputs=said if outputs else (),
            )
            stream.add(GradedStudy(patient, place.study_uid, None, (), False, (disc,)))
            lines.writerow([patient, uid, "L4/5", min(5, grade + 1 + shift)])
    return graded, readings


def recalibrate(bundle: Path, site: tuple[Path, Path], out: Path) -> int:
    graded, readings = site
    return main(["recalibrate", str(bundle), str(readings), "--graded", str(graded), "--out", str(out)])


@pytest.fixture
def bundle(make_bundle) -> Path:
    return make_bundle(scale="integral")


def numbers(said: str) -> dict[str, list[float]]:
    """Return the two numbers of each printed line that has two."""
    found = {}
    for line in said.splitlines():
        words = line.rsplit(maxsplit=2)
        if len(words) == 3 and words[1] != "before":
            try:
                found[words[0].strip()] = [float("nan") if word == "none" else float(word) for word in words[1:]]
            except ValueError:
                continue
    return found


def test_a_site_that_reads_a_grade_higher_gets_cuts_of_its_own(bundle, tmp_path, capsys):
    assert recalibrate(bundle, make_site(tmp_path, bundle, shift=1), tmp_path / "new") == 0
    said = capsys.readouterr().out
    shown = numbers(said)
    before, after = shown["Cohen's kappa (linear)"]
    assert after > before + 0.2
    assert abs(shown["bias (grades)"][1]) < 0.15 < abs(shown["bias (grades)"][0])
    assert shown["calibration error"][1] < shown["calibration error"][0]
    assert 0.85 < shown["coverage of the sets"][1] <= 1
    assert "WARNING: your readings hold other grades than the training did" in said
    assert "Too few of your patients have grade 1 for a promise" in said


def test_the_new_bundle_names_its_parent_and_keeps_the_networks(bundle, tmp_path, capsys):
    recalibrate(bundle, make_site(tmp_path, bundle), tmp_path / "new")
    parent, made = open_bundle(bundle), open_bundle(tmp_path / "new")
    assert made.facts.parent == parent.digest
    assert made.facts.members == parent.facts.members
    assert made.facts.calibration.patients == 80
    assert made.facts.scores[0].how.startswith("the site's readings of 80 patients")
    assert made.facts.scores[-1].how.startswith("before recalibration: ")
    assert open_bundle(tmp_path / "new.zip").digest == made.digest
    assert "WARNING" not in capsys.readouterr().out


def test_the_same_readings_give_the_same_bytes(bundle, tmp_path):
    site = make_site(tmp_path, bundle)
    for name in ("one", "two"):
        recalibrate(bundle, site, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def edit(sheet: Path, old: str, new: str) -> None:
    sheet.write_text(sheet.read_text().replace(old, new))


def test_too_few_patients_are_refused(bundle, tmp_path, capsys):
    assert recalibrate(bundle, make_site(tmp_path, bundle, patients=29), tmp_path / "new") == 1
    assert "discs of 29 patients. A bundle is recalibrated on 30 patients or more" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_another_bundles_grades_are_refused(bundle, make_bundle, tmp_path, capsys):
    site = make_site(tmp_path, bundle)
    assert recalibrate(make_bundle("other", scale="integral", citation="Another"), site, tmp_path / "new") == 1
    assert "was graded with another bundle" in capsys.readouterr().err


def test_readings_of_one_grade_teach_nothing(bundle, tmp_path, capsys):
    assert recalibrate(bundle, make_site(tmp_path, bundle, shift=9), tmp_path / "new") == 1
    assert "All readings are grade 5: nothing can be learned" in capsys.readouterr().err


def test_an_output_without_the_networks_outputs_is_refused(bundle, tmp_path, capsys):
    assert recalibrate(bundle, make_site(tmp_path, bundle, outputs=False), tmp_path / "new") == 1
    assert "holds no outputs of the networks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("sop_instance_uid", "image"), "should name its columns in its first row: sop_instance_uid, level, grade"),
        (("L4/5", "neck"), "Row 2 of the sheet of readings should hold"),
        (("L4/5,", "L4/5,9"), "Row 2 of the sheet of readings should hold"),
        (("2.25.", "1.2."), "No disc is in both"),
        (("2.25.1,", "2.25.0,"), "1 discs have several unlike grades"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(bundle, tmp_path, capsys, change, reason):
    graded, readings = make_site(tmp_path, bundle)
    edit(readings, *change)
    assert recalibrate(bundle, (graded, readings), tmp_path / "new") == 1
    assert reason in capsys.readouterr().err


def test_nothing_is_overwritten_and_a_folder_of_something_else_is_told(bundle, tmp_path, capsys):
    graded, readings = make_site(tmp_path, bundle)
    (tmp_path / "new").mkdir()
    assert recalibrate(bundle, (graded, readings), tmp_path / "new") == 1
    assert "is there already" in capsys.readouterr().err
    mine = tmp_path / "lsma.zip"
    mine.write_bytes(b"the bundle that came along")
    assert recalibrate(bundle, (graded, readings), tmp_path / "lsma") == 1
    assert "lsma.zip is there already" in capsys.readouterr().err
    assert mine.read_bytes() == b"the bundle that came along"
    assert recalibrate(bundle, (tmp_path, readings), tmp_path / "other") == 1
    assert "should be a folder that `discgrade grade` wrote" in capsys.readouterr().err


def test_what_a_killed_process_left_is_no_bundle_and_in_nobodys_way(bundle, tmp_path):
    left = tmp_path / ".new.partial"
    left.mkdir()
    (left / "members").write_text("half")
    assert recalibrate(bundle, make_site(tmp_path, bundle), tmp_path / "new") == 0
    assert not left.exists()
    assert open_bundle(tmp_path / "new").digest == open_bundle(tmp_path / "new.zip").digest
