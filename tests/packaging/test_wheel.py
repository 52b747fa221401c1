"""The package as somebody gets it who has no checkout: what it holds, and that its core works alone."""

import csv
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from discgrade import cli

pytestmark = pytest.mark.ci

ROOT = Path(__file__).parents[2]
PATIENTS = 3


def run(*command: object, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would who has never set PYTHONPATH."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, check=False, capture_output=True, text=True, **options
    )


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory, copied):
    """The folder with the wheel and the source distribution of what a clone would hold."""
    folder = tmp_path_factory.mktemp("dist")
    project = copied(tmp_path_factory.mktemp("build") / "project")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    succeeded(run(*pip, "--wheel-dir", folder, project, cwd=folder))
    source = f"from setuptools.build_meta import build_sdist; build_sdist({str(folder)!r})"
    succeeded(run(sys.executable, "-c", source, cwd=project))
    return folder


@pytest.fixture(scope="module")
def core(built, tmp_path_factory):
    """The programs of an empty environment into which the wheel was installed, with nothing but what it asks for."""
    folder = tmp_path_factory.mktemp("core")
    locked = (ROOT / "envs" / "requirements.lock").read_text()
    (folder / "versions.txt").write_text("\n".join(re.findall(r"^\S+==\S+", locked, re.MULTILINE)))
    venv.create(folder / "venv")
    install = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet"]
    there = ["--python", folder / "venv" / "bin" / "python", "--constraint", folder / "versions.txt"]
    succeeded(run(*install, *there, *built.glob("*.whl"), cwd=folder))
    return folder / "venv" / "bin"


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """What `discgrade phantom` made here: dicom/ and ratings.csv."""
    folder = tmp_path_factory.mktemp("scans")
    assert cli.main(["phantom", str(folder), "--patients", str(PATIENTS), "--jobs", "1"]) == 0
    return folder


def members(path: Path) -> dict[str, bytes]:
    """The files of an archive by name, without the folder of a source distribution."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}
    with tarfile.open(path) as source:
        files = [member for member in source.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: source.extractfile(member).read() for member in files}


def test_the_wheel_holds_the_package_and_nothing_else(built, copied, tmp_path):
    package = copied(tmp_path / "project") / "src"
    expected = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    found = {name for name in members(next(built.glob("*.whl"))) if ".dist-info/" not in name}
    assert found == expected
    assert {Path(name).suffix for name in found} >= {".py", ".yaml", ".csv", ".css", ".mplstyle", ".typed"}


def test_the_source_distribution_holds_the_workflow_and_no_tests(built, copied, tmp_path):
    project = copied(tmp_path / "project")
    made_by_setuptools = {"PKG-INFO", "setup.cfg"}
    found = {name for name in members(next(built.glob("*.tar.gz"))) if ".egg-info/" not in name} - made_by_setuptools
    assert {name for name in found if not (project / name).is_file()} == set()
    workflow = [project / name for name in ("Snakefile", "config.yaml", "rules", "workflow_scripts", "studies", "envs")]
    files = [
        file for place in workflow for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()
    ]
    assert {file.relative_to(project).as_posix() for file in files} <= found
    assert not any(name.startswith(("tests/", "docs/", "results/", "private/")) for name in found)


def test_no_archive_tells_where_it_was_made(built):
    places = [str(Path.home()).encode(), str(ROOT).encode(), str(built.parent).encode()]
    for archive in built.iterdir():
        for name, content in members(archive).items():
            assert not any(place in content for place in places if len(place) > 1), f"{archive.name}: {name}"


def test_the_core_alone_exports_from_another_folder(core, scans, tmp_path):
    images = sum(path.is_file() for path in (scans / "dicom").rglob("*"))
    with (scans / "ratings.csv").open(encoding="utf-8", newline="") as sheet:
        readings = len(list(csv.DictReader(sheet)))
    words = ["--private", "private", "--ratings", scans / "ratings.csv", "--jobs", "2"]
    told = succeeded(run(core / "discgrade", "deidentify", scans / "dicom", "out", *words, cwd=tmp_path))
    assert f"{images} images of {PATIENTS} patients exported" in told
    assert f"{readings} readings" in told
    assert len(list((tmp_path / "out" / "export").rglob("*.dcm"))) == images


def test_the_core_alone_invents_patients(core, scans, tmp_path):
    succeeded(run(core / "discgrade", "phantom", "made", "--patients", PATIENTS, "--jobs", "1", cwd=tmp_path))
    assert (tmp_path / "made" / "ratings.csv").read_bytes() == (scans / "ratings.csv").read_bytes()


def test_the_core_alone_says_what_every_column_means(core, tmp_path):
    assert "### `discs.parquet, training/discs.parquet`" in succeeded(run(core / "discgrade", "columns", cwd=tmp_path))


def test_a_command_of_an_extra_says_which_to_install(core, tmp_path):
    done = run(core / "discgrade", "plan", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "plan: needs the Python package snakemake, which is not installed. "
        'Install it with: pip install "discgrade[workflow]"\n'
    )


def test_a_sheet_in_xlsx_says_what_it_needs(core, scans, tmp_path):
    (tmp_path / "ratings.xlsx").touch()
    words = ["--private", "private", "--ratings", "ratings.xlsx"]
    done = run(core / "discgrade", "deidentify", scans / "dicom", "out", *words, cwd=tmp_path)
    assert done.returncode != 0
    assert "openpyxl" in done.stderr
    assert '"discgrade[grade]"' in done.stderr
    assert "Traceback" not in done.stderr
