"""What lies where in a run's folder, and who may read it."""

import os
import stat
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

import discgrade
from discgrade.grading.outputs.pages.places import folder_of, write
from discgrade.grading.outputs.writing import write_index, write_study


@pytest.fixture(scope="module")
def written(study, facts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    assert write_study(*study, facts, folder).study == study[0]
    write_index([study[0]], facts, folder)
    return folder


def test_all_files_lie_in_the_folder_of_the_study(written, study):
    names = {path.name for path in (written / folder_of(study[0])).iterdir()}
    slices = {disc.place.image for disc in study[0].discs}
    assert names == {"page.html", "page.pdf", "report.dcm", *(f"overlay-{n}.dcm" for n in range(1, len(slices) + 1))}
    assert (written / "index.html").exists()


def test_nobody_else_may_read_them(written):
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in written.rglob("*")}
    assert modes == {True: 0o700, False: 0o600}


def test_a_second_run_makes_the_same_bytes(written, study, facts, tmp_path):
    write_study(*study, facts, tmp_path)
    place = folder_of(study[0])
    for path in (written / place).iterdir():
        assert path.read_bytes() == (tmp_path / place / path.name).read_bytes(), path.name


def test_only_what_is_wanted_is_written(study, facts, tmp_path):
    write_study(*study, facts, tmp_path, wanted=("page",))
    assert [path.name for path in (tmp_path / folder_of(study[0])).iterdir()] == ["page.html"]


def changed(study, **elements):
    """Return a study with some elements of its headers changed."""
    graded, sources = study
    found = {place: replace(source, header=deepcopy(source.header)) for place, source in sources.items()}
    for source in found.values():
        for keyword, value in elements.items():
            setattr(source.header, keyword, value)
    return graded, found


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize(
    ("elements", "missing"),
    [
        ({"SOPClassUID": "1.2.3"}, {"report"}),
        ({"StudyInstanceUID": "a study"}, {"report", "overlay"}),
        ({"SOPClassUID": None}, {"report", "overlay"}),
    ],
)
def test_a_header_that_allows_no_dicom_object_leaves_the_rest_and_is_told(study, facts, tmp_path, elements, missing):
    told = write_study(*changed(study, **elements), facts, tmp_path).study.left_out
    kinds = {"report": "structured report", "overlay": "overlay"}
    assert told == tuple(
        f"no DICOM {kinds[kind]}: the headers of the images do not allow one" for kind in sorted(missing, reverse=True)
    )
    folder = tmp_path / folder_of(study[0])
    assert {"page", "report", "overlay"} - {path.stem.split("-")[0] for path in folder.iterdir()} == missing
    assert all(one in (folder / "page.html").read_text() for one in told)


def test_what_a_library_says_of_a_header_is_not_repeated(study, facts, tmp_path, capsys, recwarn):
    write_study(*changed(study, PatientName="Nameless", StudyID="7" * 40, PatientSex="W"), facts, tmp_path)
    assert [str(one.message) for one in recwarn if "Nameless" in str(one.message)] == []
    assert "Nameless" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("uid", ["../../etc", "", "1.2/..", "1..2", "a" * 200])
def test_a_study_uid_that_is_none_leads_nowhere(study, uid):
    folder = folder_of(replace(study[0], study_uid=uid))
    assert folder.startswith("studies/")
    assert len(folder.removeprefix("studies/")) == 64
    assert folder.count("/") == 1
    assert ".." not in folder


def test_a_file_is_replaced_whole(tmp_path):
    write(tmp_path / "a" / "file", b"old")
    write(tmp_path / "a" / "file", b"new")
    assert [path.read_bytes() for path in (tmp_path / "a").iterdir()] == [b"new"]


def loaded(modules, looked_for):
    """Return which modules a new process has once it has imported some."""
    code = f"import sys, {modules}\nprint(*[name for name in {looked_for} if name in sys.modules])"
    environment = os.environ | {"PYTHONPATH": str(Path(discgrade.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    return done.stdout.split()


def test_writing_needs_no_heavy_package():
    room = "discgrade.grading.outputs"
    modules = f"{room}.writing, {room}.pages.pdf, {room}.dicom.structured_report, {room}.dicom.overlay"
    assert loaded(modules, ("pandas", "matplotlib", "tensorflow", "sklearn", "scipy")) == []


def test_a_page_alone_needs_neither_highdicom_nor_reportlab():
    assert loaded("discgrade.grading.outputs.writing", ("highdicom", "reportlab")) == []
