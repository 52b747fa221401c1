"""The command line does the whole job alone, says what it did, and names nobody."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pydicom
import pytest
from mr_files import mr_image, write_images
from readings import reading, write_sheet

from discgrade import records
from discgrade.__main__ import main
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.readings import RATINGS

ROOT = Path(records.__file__).parents[2]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    images = {(n, i): mr_image(PatientID=f"{n}", SOPInstanceUID=f"1.2.{n}.{i}") for n in range(3) for i in range(2)}
    return write_images(tmp_path / "scans", {f"Kovács {n}/{i}": image for (n, i), image in images.items()})


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "discgrade", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_whole_job_in_one_command(scans, tmp_path):
    sheet = write_sheet(tmp_path / "ratings.csv", [reading(patient_id="1", sop_instance_uid="1.2.1.0", cohort="test")])
    arguments = ("deidentify", scans, tmp_path / "out", "--private", tmp_path / "private", "--shards", 2, "--jobs", 2)
    done = command(*arguments, "--ratings", sheet)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cohorts called test are trained on like any other") == 1
    assert "6 images of 3 patients exported" in done.stdout
    assert "1 reading" in done.stdout
    assert "Kovács" not in done.stdout + done.stderr
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {"export", "instances", "rejected", "ratings", "excluded"}
    tables = [records.read(out / "instances" / f"{shard}.parquet", INSTANCES) for shard in ("00", "01")]
    paths = {path for table in tables for path in table["path"].to_pylist()}
    assert paths == {path.relative_to(out / "export").as_posix() for path in out.rglob("*.dcm")}


def test_external_patients_have_tables_of_their_own_and_one_who_withdraws_leaves_them(scans, tmp_path):
    rows = [reading(patient_id=f"{n}", sop_instance_uid=f"1.2.{n}.0", cohort=c) for n, c in ((1, "a"), (2, "external"))]
    places = ("deidentify", str(scans), str(tmp_path / "out"), "--private", str(tmp_path / "private"), "--jobs", "1")
    given = (*places, "--shards", "1", "--ratings", str(write_sheet(tmp_path / "ratings.csv", rows)))
    assert main(list(given)) == 0
    out = tmp_path / "out"
    ordinary, apart = (records.read(out / "ratings" / f"{name}.parquet", RATINGS) for name in ("00", "external-00"))
    assert (ordinary["cohort"].to_pylist(), apart["cohort"].to_pylist()) == (["a"], ["external"])
    images = records.read(out / "instances" / "external-00.parquet", INSTANCES)
    assert set(images["patient"].to_pylist()) == set(apart["patient"].to_pylist())
    before = (out / "instances" / "00.parquet").read_bytes()
    (tmp_path / "private" / "withdrawn.csv").write_text("id\n2\n")
    assert main(list(given)) == 0
    assert records.read(out / "instances" / "external-00.parquet", INSTANCES).num_rows == 0
    assert len(list(out.rglob("*.dcm"))) == 4
    assert (out / "instances" / "00.parquet").read_bytes() == before


@pytest.mark.slow
def test_a_killed_run_leaves_no_half_written_file_and_the_next_one_completes_it(tmp_path):
    scans = write_images(
        tmp_path / "scans", {f"{n}/1": mr_image(SOPInstanceUID=f"1.2.{n}", PatientID=f"{n}") for n in range(120)}
    )
    arguments = ["deidentify", scans, tmp_path / "out", "--private", tmp_path / "private", "--shards", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "discgrade", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    while not list((tmp_path / "out").rglob("*.dcm")) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for path in (tmp_path / "out").rglob("*.dcm"):
        assert pydicom.dcmread(path).pixel_array.shape == (16, 12)
    assert not list((tmp_path / "out").rglob("*.parquet"))
    assert command(*arguments).returncode == 0
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 120
    assert not list((tmp_path / "out").rglob("*.partial"))


@pytest.mark.slow
def test_shards_that_run_at_once_share_one_map_of_raters(scans, tmp_path):
    rows = [
        reading(patient_id=str(n), sop_instance_uid=f"1.2.{n}.0", rater=rater, grade=grade)
        for n in range(3)
        for rater, grade in (("Bruno", "5"), ("Anna", "2"))
    ]
    sheet = write_sheet(tmp_path / "ratings.csv", [*rows, rows[0], rows[1] | {"level": "L5/L6"}])
    arguments = ("deidentify", scans, tmp_path / "out", "--private", tmp_path / "private", "--shards", 3, "--jobs", 3)
    done = command(*arguments, "--ratings", sheet)
    assert done.returncode == 0, done.stderr
    assert "1 reading left out: the same reading again" in done.stdout
    assert "1 reading left out: level outside L1/L2 to L5/S1" in done.stdout
    write_sheet(sheet, rows[::-1])
    assert command(*arguments, "--ratings", sheet).returncode == 0
    paths = sorted((tmp_path / "out" / "ratings").glob("*.parquet"))
    found = {(row["rater"], row["grade"]) for row in records.read_all(paths, RATINGS).to_pylist()}
    assert found == {("R1", 5.0), ("R2", 2.0)}


@pytest.mark.slow
def test_a_doubtful_sheet_is_refused_in_words_by_shards_that_run_at_once(scans, tmp_path):
    rows = [
        reading(patient_id=str(n), sop_instance_uid=f"1.2.{n}.0", rater=name) for n, name in enumerate(("ED", "ed"))
    ]
    sheet = write_sheet(tmp_path / "ratings.csv", rows)
    done = command("deidentify", scans, tmp_path / "out", "--private", tmp_path / "p", "--ratings", sheet, "--jobs", 2)
    assert done.returncode == 1
    assert "names of raters are nearly alike" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disc_is_said_without_the_name_of_a_file(scans, tmp_path, capsys, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "out" / "export" / "Kovács"))

    monkeypatch.setattr("discgrade.deidentification.command.plan_shards", fail)
    assert main(["deidentify", str(scans), str(tmp_path / "out"), "--private", str(tmp_path / "p")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("No space left on device in DESTINATION. Make room")
    assert "Kovács" not in error


def test_a_refusal_is_one_line_and_names_nobody(scans, tmp_path, capsys):
    assert main(["deidentify", str(scans), str(tmp_path / "out"), "--private", str(tmp_path / "out" / "p")]) == 1
    assert "private folder lies inside the results" in capsys.readouterr().err
    assert main(["deidentify", str(tmp_path / "Kovács"), str(tmp_path / "out"), "--private", str(tmp_path / "p")]) == 1
    error = capsys.readouterr().err
    assert "missing or empty" in error
    assert "Kovács" not in error


def test_an_unforeseen_error_is_named_by_its_kind_and_place_only(scans, tmp_path, capsys, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise KeyError("Kovács Ilona")

    monkeypatch.setattr("discgrade.deidentification.command.plan_shards", fail)
    assert main(["deidentify", str(scans), str(tmp_path / "out"), "--private", str(tmp_path / "p")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("KeyError in test_command.py")
    assert "Kovács" not in error


def test_nothing_but_the_packages_of_its_lock_is_imported():
    lock = (ROOT.parent / "envs" / "deidentify.lock").read_text()
    call = "import sys; import discgrade.deidentification.command; print(' '.join(sorted(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", call], env=environment, check=True, capture_output=True, text=True)
    for package in ("pandas", "cv2", "tensorflow", "keras", "matplotlib", "snakemake", "yaml", "scipy", "arviz"):
        assert package not in done.stdout.split()
        assert f"{package}==" not in lock


def test_the_commands_are_listed(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "deidentify" in capsys.readouterr().out
