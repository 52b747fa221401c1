"""`discgrade grade` on whole folders: what comes out, what is said, and how it ends."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pydicom
import pytest
from graded_scans import read_table, study, write_sheet
from scans import AXIAL, save
from tiny_bundle import write_tiny

from discgrade.cli import main
from discgrade.grading.outputs.folder import FILES
from discgrade.records.results.grades import GRADES


@pytest.fixture
def scans(tmp_path):
    return tmp_path / "scans"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def studies_of(out):
    return {row["patient_id"]: row for row in read_table(out / "studies.csv")}


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_disc_of_the_sheet_is_graded(scans, out, grade, capsys):
    rows = [*study(scans, "A1"), *study(scans, "B2")]
    assert grade(rows) == 0
    found = pq.read_table(out / "grades.parquet")
    assert found.schema.equals(GRADES)
    named = [(row["patient_id"], row["level"], row["sop_instance_uid"], row["x"]) for row in found.to_pylist()]
    assert named == [(row["patient_id"], row["level"], row["sop_instance_uid"], float(row["x"])) for row in rows]
    assert {row["grade"] for row in found.to_pylist()} <= {1, 2, 3, 4, 5}
    chances = np.array([[row[f"p_{grade}"] for grade in range(1, 6)] for row in found.to_pylist()])
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert "6 discs of 2 studies graded" in capsys.readouterr().out


def test_a_patient_id_of_several_values_stands_as_in_the_file(scans, out, tiny_bundle):
    rows = [row | {"patient_id": r"A1\B2"} for row in study(scans, "A1", PatientID=r"A1\B2")]
    sheet = write_sheet(scans.parent / "regions.csv", rows)
    assert main(["grade", str(scans), "--bundle", str(tiny_bundle), "--regions", str(sheet), "--out", str(out)]) == 0
    assert set(studies_of(out)) == {r"A1\B2"}
    (report,) = out.rglob("report.dcm")
    assert pydicom.dcmread(report).PatientID == ["A1", "B2"]
    (page,) = out.rglob("page.html")
    assert r"A1\B2" in page.read_text(encoding="utf-8")


def test_the_same_bytes_on_every_run_and_with_any_number_of_processes(tmp_path, scans, out, grade):
    rows = [row for patient in ("A1", "B2", "C3", "D4") for row in study(scans, patient)]
    assert grade(rows) == 0
    first = contents(out)
    assert grade(rows, "--processes", "2") == 0
    assert contents(out) == first
    shutil.move(scans / "A1", scans / "Z9")
    assert grade(list(reversed(rows))) == 0
    assert contents(out) == first


def test_json_csv_and_xlsx_say_what_parquet_says(scans, out, grade):
    openpyxl = pytest.importorskip("openpyxl")
    assert grade(study(scans, "A1")) == 0
    rows = pq.read_table(out / "grades.parquet").to_pylist()
    (told,) = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert [disc["continuous"] for disc in told["discs"]] == [row["continuous"] for row in rows]
    assert [float(row["p_2"]) for row in read_table(out / "grades.csv")] == [row["p_2"] for row in rows]
    sheet = openpyxl.load_workbook(out / "grades.xlsx").active
    assert [cell.value for cell in sheet[1]] == GRADES.names
    assert [sheet.cell(number, 14).value for number in range(2, 5)] == pytest.approx(
        [row["continuous"] for row in rows]
    )


def test_identified_scans_make_a_private_folder(scans, out, grade, capsys):
    assert grade(study(scans, "A1")) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert "may identify patients" in capsys.readouterr().out


def test_scans_without_identity_make_a_folder_that_others_may_read(scans, out, grade, capsys):
    before = os.umask(0o022)
    try:
        assert grade(study(scans, "A1", PatientIdentityRemoved="YES")) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o644}
    assert "identity was removed" in capsys.readouterr().out


def test_one_identified_file_makes_all_private(scans, out, grade):
    rows = study(scans, "A1", PatientIdentityRemoved="YES")
    assert grade(rows) == 0
    assert stat.S_IMODE(out.stat().st_mode) != 0o700
    assert grade([*rows, *study(scans, "B2")]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_identified_scans_are_not_graded_into_results(tmp_path, scans, grade, tiny_bundle, capsys):
    rows = study(scans, "A1")
    assert grade(rows, "--out", str(tmp_path / "results" / "grades")) == 1
    assert "may be passed on" in capsys.readouterr().err
    assert not (tmp_path / "results" / "grades").exists()


def test_a_study_without_a_sagittal_t2_series_is_skipped_with_its_reason(scans, out, grade):
    rows = [
        *study(scans, "A1"),
        *study(scans, "B2", EchoTime="12", RepetitionTime="500"),
        *study(scans, "C3", ImageOrientationPatient=list(AXIAL)),
        *study(scans, "D4", Modality="CT", SOPClassUID="1.2.840.10008.5.1.4.1.1.2"),
    ]
    assert grade(rows) == 3
    found = studies_of(out)
    assert {patient: row["state"] for patient, row in found.items()} == {
        "A1": "graded", "B2": "skipped", "C3": "skipped", "D4": "skipped",
    }  # fmt: skip
    assert "echo time 12 ms" in found["B2"]["left_out"]
    assert "axial" in found["C3"]["left_out"]
    assert "no MR image (CT)" in found["D4"]["left_out"]
    assert len(read_table(out / "grades.csv")) == 3


@pytest.mark.parametrize("rule", ["4", "t1_TSE sag"])
def test_another_series_is_read_when_asked_for(scans, out, grade, rule):
    t1 = {"SeriesNumber": 4, "EchoTime": "12", "RepetitionTime": "500", "SeriesDescription": "t1_tse_sag"}
    rows = study(scans, "A1", **t1)
    study(scans, "A1")
    assert grade(rows) == 1
    assert "series 4, which is not read: echo time 12 ms" in studies_of(out)["A1"]["left_out"]
    assert grade(rows, "--series", rule) == 0
    assert studies_of(out)["A1"]["series_number"] == "4"
    assert studies_of(out)["A1"]["series_reason"].startswith("asked for; echo time 12 ms")


def test_a_series_that_is_not_there_is_said(scans, out, grade):
    assert grade(study(scans, "A1"), "--series", "17") == 1
    assert "no series is the one asked for, '17': series 3: sagittal" in studies_of(out)["A1"]["left_out"]


def test_a_study_uid_of_two_patients_is_skipped_and_others_go_on(scans, out, grade):
    rows = [row for patient in ("A1", "B2") for row in study(scans, patient, StudyInstanceUID="2.25.7")]
    assert grade([*rows, *study(scans, "C3")]) == 3
    found = studies_of(out)
    assert [found[patient]["state"] for patient in ("A1", "B2", "C3")] == ["skipped", "skipped", "graded"]
    assert "several patients" in found["A1"]["left_out"]


def test_a_study_uid_of_two_days_or_two_people_is_skipped(scans, out, grade):
    rows = [*study(scans, "A1"), *study(scans, "B2"), *study(scans, "C3")]
    study(scans, "A1", SeriesNumber=5, StudyDate="20200101")
    study(scans, "B2", SeriesNumber=5, PatientName="Hans", PatientBirthDate="19610203")
    study(scans, "C3", SeriesNumber=5, PatientName="Hans")
    assert grade(rows) == 3
    found = studies_of(out)
    assert "several days" in found["A1"]["left_out"]
    assert "several names and dates of birth" in found["B2"]["left_out"]
    assert (found["C3"]["state"], found["C3"]["notes"][:31]) == ("graded", "its files give several names of")


def test_a_truncated_file_is_said_and_other_discs_are_graded(scans, out, grade):
    rows, others = study(scans, "A1"), study(scans, "B2")
    file = next((scans / "A1").glob("3-2.dcm"))
    file.write_bytes(file.read_bytes()[:-2000])
    assert grade([*rows, *others]) == 3
    found = studies_of(out)
    assert found["A1"]["state"] == "skipped"
    assert "left out: their image cannot be graded: its pixels cannot be decoded" in found["A1"]["left_out"]
    assert found["B2"]["discs"] == "3"


def test_a_file_that_ends_in_its_header_is_counted_and_its_rows_are_said(scans, out, grade):
    rows = study(scans, "A1")
    file = next((scans / "A1").glob("3-2.dcm"))
    file.write_bytes(file.read_bytes()[:300])
    assert grade(rows) == 1
    told = read_table(out / "studies.csv")
    assert [row["state"] for row in told] == ["skipped", "skipped"]
    assert told[0]["left_out"].endswith("names no image of this study; 1 file of its folder cannot be read")
    assert told[1]["left_out"].endswith("rows 2, 3, 4 of the sheet")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": 500}, "its box lies outside the image"),
        ({"patient_id": "someone"}, "its patient is not the one"),
        ({"level": "knee"}, "its level is no disc's name"),
        ({"width": 1e9, "height": 1e9}, "its box of 1e+09 x 1e+09 px is larger than its image of 80 x 96 px"),
        ({"width": -3}, "width and height larger than 0"),
        ({"height": ""}, "should be numbers in pixels"),
        ({"x": 0.2, "y": 0.1, "width": 0.5, "height": 0.3}, "its box of 0.5 x 0.3 is too small to hold a disc"),
        ({"x": "1,5", "y": "1.5"}, ""),
    ],
)
def test_a_row_that_cannot_be_graded_is_left_out_and_said(scans, out, grade, change, said):
    rows = study(scans, "A1")
    rows[1] |= change
    assert grade(rows) == (3 if said else 0)
    assert len(read_table(out / "grades.csv")) == (2 if said else 3)
    assert said in studies_of(out)["A1"]["left_out"]
    assert studies_of(out)["A1"]["state"] == ("in part" if said else "graded")


def test_swapped_coordinates_are_flagged(scans, out, grade):
    rows = study(scans, "A1")
    assert grade([row | {"x": row["y"], "y": row["x"]} for row in rows]) == 0
    assert all("order: " in row["flags"] for row in read_table(out / "grades.csv"))
    assert grade(rows) == 0
    assert not any("order: " in row["flags"] for row in read_table(out / "grades.csv"))


def test_nothing_is_said_that_names_a_file_or_a_patient(scans, out, grade, capfd):
    rows = study(scans, "A1^Secret")
    image = next(path for path in scans.rglob("*.dcm") if rows[0]["sop_instance_uid"] in str(pydicom.dcmread(path)))
    dataset = pydicom.dcmread(image)
    dataset.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    dataset.save_as(image)
    image.write_bytes(image.read_bytes()[:-3000])
    assert grade(rows) in (1, 3)
    assert "Secret" not in "".join(capfd.readouterr())


def test_a_disc_with_two_regions_is_left_out_unless_one_reading_is_taken(scans, out, grade, capsys):
    rows = study(scans, "A1")
    assert grade([*rows, rows[0]]) == 0
    assert len(read_table(out / "grades.csv")) == 3
    read = [{"rater": "Dr. B", "reading": 1} | row for row in rows]
    again = {"rater": "Dr. B", "reading": 2} | rows[0] | {"x": 21}
    assert grade([*read, again]) == 3
    assert "rows 2, 5 of the sheet give it different regions" in studies_of(out)["A1"]["left_out"]
    assert [row["level"] for row in read_table(out / "grades.csv")] == ["L4/L5", "L5/S1"]
    assert grade([*read, again], "--rater", "dr. b", "--reading", "2") == 0
    assert [row["x"] for row in read_table(out / "grades.csv")] == ["21.0"]
    assert grade([*read, again], "--rater", "Dr. C") == 1
    assert "No row of the sheet is of rater Dr. C. It holds: Dr. B" in capsys.readouterr().err


def test_other_spellings_and_a_frame_are_understood(scans, out, grade):
    rows = [row | {"level": level, "frame": 1, "grade": 5, "note": "=1+1"}
            for row, level in zip(study(scans, "A1"), ("L34", "LWK 4/5", "l5-s1"), strict=True)]  # fmt: skip
    assert grade(rows) == 0
    assert [row["level"] for row in read_table(out / "grades.csv")] == ["L3/L4", "L4/L5", "L5/S1"]
    assert grade([rows[0] | {"frame": 2}]) == 1
    assert "its image has no frame 2" in studies_of(out)["A1"]["left_out"]


def test_what_a_patient_id_holds_is_no_formula(scans, out, grade):
    openpyxl = pytest.importorskip("openpyxl")
    assert grade(study(scans, "=HYPERLINK(1)")) == 0
    assert read_table(out / "grades.csv")[0]["patient_id"] == "'=HYPERLINK(1)"
    cell = openpyxl.load_workbook(out / "grades.xlsx").active["A2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


def test_the_output_is_whole_or_not_at_all(scans, out, grade, monkeypatch):
    rows = study(scans, "A1")
    assert grade(rows) == 0
    first = contents(out)

    def full(*_):
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr("discgrade.grading.running.whole.write_table", full)
    assert grade(rows[:1]) == 1
    assert contents(out) == first
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_other_files_is_not_touched(scans, out, grade, capsys):
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    assert grade(study(scans, "A1")) == 1
    assert "Choose another folder" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "A locator in the bundle would find them"),
        (["--masks", "masks", "--regions", "sheet.csv"], "Give one of the two"),
        (["--regions", "missing.csv"], "is missing"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(scans, out, tiny_bundle, capsys, words, said):  # noqa: PLR0917
    study(scans, "A1")
    given = ["grade", str(scans), "--bundle", str(tiny_bundle), "--out", str(out), *words]
    assert main(given) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_a_bundle_that_is_none_is_said(tmp_path, scans, grade, capsys):
    assert grade(study(scans, "A1"), bundle=tmp_path) == 1
    assert "bundle.json" in capsys.readouterr().err


def test_an_output_in_the_scans_is_refused(scans, grade, capsys):
    assert grade(study(scans, "A1"), "--out", str(scans / "out")) == 1
    assert "should not lie in the folder of scans" in capsys.readouterr().err


def test_a_level_that_the_networks_do_not_take_is_left_out(tmp_path, scans, out, grade):
    rows = study(scans, "A1")
    rows[0]["level"] = "T12/L1"
    bundle = write_tiny(tmp_path / "levels", takes_level=True)
    assert grade(rows, bundle=bundle) == 3
    assert "know L1/L2, L2/L3" in studies_of(out)["A1"]["left_out"]
    assert [row["level"] for row in read_table(out / "grades.csv")] == ["L4/L5", "L5/S1"]


@pytest.mark.parametrize("scale", ["integral", "continuous"])
def test_bundles_of_other_scales_grade_too(tmp_path, scans, out, grade, scale):
    assert grade(study(scans, "A1"), bundle=write_tiny(tmp_path / "other", scale=scale)) == 0
    rows = pq.read_table(out / "grades.parquet").to_pylist()
    assert all((row["fractional"] is None) == (scale == "integral") for row in rows)
    assert all((row["p_1"] is None) == (scale == "continuous") for row in rows)
    assert all(1 <= row["continuous"] <= 5 for row in rows)


def test_jitter_says_how_often_grades_change(scans, out, grade, capsys):
    assert grade(study(scans, "A1"), "--jitter") == 0
    assert {path.name for path in out.iterdir()} == FILES - {"index.html", "studies"}
    told = capsys.readouterr().out
    assert "With a box moved by 2 px the grade changes for" in told
    assert "of 12)" in told and "of 6)" in told  # three discs, four moves; three discs, two slices
    moves = read_table(out / "jitter.csv")
    before = {row["level"]: row["grade"] for row in read_table(out / "grades.csv")}
    assert all(row["before"] == before[row["level"]] for row in moves)


def test_a_series_is_graded_whatever_its_files_are_compressed_with(scans, out, grade):
    rows = study(scans, "A1")
    assert grade(rows) == 0
    plain = (out / "grades.parquet").read_bytes()
    for file in (scans / "A1").iterdir():
        dataset = pydicom.dcmread(file)
        dataset.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
        dataset.save_as(file)
    assert grade(rows) == 0
    assert (out / "grades.parquet").read_bytes() == plain


def test_it_needs_no_training_software(scans, tmp_path, tiny_bundle, grade):
    rows = study(scans, "A1")
    assert grade(rows) == 0
    script = (
        "import sys; from discgrade.cli import main; code = main(sys.argv[1:]); "
        "print(code, *sorted({'pandas', 'tensorflow', 'keras', 'sklearn', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    given = [str(scans), "--bundle", str(tiny_bundle), "--out", str(tmp_path / "out"), "--no-pages", "--no-sr"]
    done = subprocess.run(
        [sys.executable, "-c", script, "grade", *given, "--regions", str(tmp_path / "regions.csv")],
        capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("content", [b"patient_id\0", b'patient_id,level\n"A,', b"PAR1"])
def test_a_sheet_that_is_no_table_is_called_what_it_is(scans, tmp_path, tiny_bundle, capsys, content):
    study(scans, "A1")
    sheet = tmp_path / "regions.csv"
    sheet.write_bytes(content)
    given = [str(scans), "--bundle", str(tiny_bundle), "--out", str(tmp_path / "out"), "--regions", str(sheet)]
    assert main(["grade", *given]) == 1
    assert capsys.readouterr().err.startswith("grade: The sheet of regions ")


@pytest.mark.parametrize(
    ("started", "ends"),
    [("--default-signal=INT", (130, "grade: stopped\n", [])), ("--ignore-signal=INT", (0, "", ["out"]))],
    ids=["it ends with a word and leaves nothing", "in the background it goes on"],
)
def test_ctrl_c(scans, tmp_path, tiny_bundle, started, ends):
    rows = [row for number in range(12) for row in study(scans, f"P{number}")]
    sheet = write_sheet(tmp_path / "regions.csv", rows)
    given = [str(scans), "--bundle", str(tiny_bundle), "--out", str(tmp_path / "out"), "--regions", str(sheet)]
    running = subprocess.Popen(
        ["env", started, sys.executable, "-m", "discgrade", "grade", *given, "--processes", "2"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    while running.poll() is None and not list(tmp_path.glob(".out.*")):
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    left = sorted({path.name for path in tmp_path.iterdir()} - {"regions.csv", "scans"})
    assert (running.returncode, said, left) == ends


def test_two_images_with_one_identifier_are_left_out(scans, out, grade):
    """By their headers, or by their pixels alone."""
    rows = [*study(scans, "A1"), *study(scans, "B2")]
    for patient, spacing in (("A1", 0.5), ("B2", 0.7)):
        image = pydicom.dcmread(scans / patient / "3-2.dcm")
        image.PixelSpacing = [spacing, spacing]
        save(scans / patient / "again.dcm", image, np.zeros((96, 80)))
    assert grade(rows) == 1
    found = studies_of(out)
    assert all("stands for several different images" in found[patient]["left_out"] for patient in ("A1", "B2"))


def test_what_would_fill_the_memory_or_shows_nothing_is_left_out(scans, out, grade):
    rows = [*study(scans, "A1", PixelSpacing=[7000, 0.0001]), *study(scans, "B2"), *study(scans, "C3")]
    for file in (scans / "B2").iterdir():
        save(file, pydicom.dcmread(file), np.full((96, 80), 7))
    (scans / "itself").symlink_to("itself")
    assert grade(rows) == 3
    found = studies_of(out)
    assert "a pixel is 7000 mm high and 0.0001 mm wide" in found["A1"]["left_out"]
    assert found["B2"]["left_out"].count("region is all of one grey") == 1
    assert "(L3/L4, L4/L5, L5/S1) are left out" in found["B2"]["left_out"]
    assert found["C3"]["state"] == "graded"


def test_pages_and_dicom_are_written_for_each_study_and_stay_private(scans, out, grade, tiny_bundle):
    rows = [*study(scans, "A1"), *study(scans, "B2", Modality="CT")]
    given = ["grade", str(scans), "--bundle", str(tiny_bundle), "--out", str(out), "--regions"]
    assert grade(rows) == 3
    first = contents(out)
    assert main([*given, str(scans.parent / "regions.csv"), "--processes", "1", "--saliency"]) == 3
    made = contents(out)
    assert {name: made[name] for name in first} == first
    (folder,) = (out / "studies").iterdir()
    assert {path.name for path in folder.iterdir()} == {"page.html", "page.pdf", "report.dcm", "overlay-1.dcm"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert folder.name in (out / "index.html").read_text(encoding="utf-8")
    assert main([*given, str(scans.parent / "regions.csv"), "--processes", "2", "--saliency"]) == 3
    assert contents(out) == made


def test_the_raters_page_takes_the_review_list_in_its_order(tmp_path, scans, out, grade):
    from discgrade.rating.disputes import in_order, of_model
    from discgrade.rating.scans.catalogue import read_studies

    rows = [*study(scans, "A1", Manufacturer="GE", MagneticFieldStrength="0.3"), *study(scans, "B2")]
    assert grade(rows) == 0
    (tmp_path / "private").mkdir()
    listed = read_table(out / "review.csv")
    found = in_order(of_model(out / "review.csv", read_studies(scans, tmp_path / "private", b"secret", print), 1.7), 1)
    assert [one.uncertainty for one in found] == [float(row["uncertainty"]) for row in listed]
    assert [float(row["uncertainty"]) for row in listed] == sorted((one.uncertainty for one in found), reverse=True)
    assert {row["patient_id"] for row in listed[:3]} == {"A1"}
    assert all(one.mark is not None and one.mark.box.width == 40 for one in found)
