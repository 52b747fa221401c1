"""`discgrade grade` writes pages and DICOM of each study, the same with any number of processes."""

from pathlib import Path

import pytest
from graded_scans import study, write_sheet

from discgrade.cli import main
from discgrade.keyed import uid


@pytest.fixture
def grade(tmp_path, tiny_bundle):
    """The command on tmp_path / scans with pages and DICOM; returns its exit code and its folder."""

    def run(rows, *words):
        sheet = write_sheet(tmp_path / "regions.csv", rows)
        given = [str(tmp_path / "scans"), "--bundle", str(tiny_bundle), "--regions", str(sheet)]
        return main(["grade", *given, "--out", str(tmp_path / "out"), *words]), tmp_path / "out"

    return run


def two_dates(scans: Path) -> list[dict[str, object]]:
    """Two studies of one patient, the later one first by name."""
    rows = study(scans / "b", "A1", StudyDate="20110203")
    later = {"StudyInstanceUID": uid("later"), "SeriesInstanceUID": uid("later series"), "StudyDate": "20150203"}
    return rows + study(scans / "a", "A1", **later)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_study_gets_its_files_and_the_later_page_shows_the_earlier_study(tmp_path, grade, capsys):
    """The last study is somebody else's, under the same Patient ID: it is shown alone, and said to be so."""
    other = {"StudyInstanceUID": uid("other"), "SeriesInstanceUID": uid("other series"), "StudyDate": "20160203"}
    rows = study(tmp_path / "scans" / "c", "A1", **other, PatientName="Hans", PatientBirthDate="19610203")
    code, out = grade(two_dates(tmp_path / "scans") + rows)
    assert code == 0
    pages = {path.parent.name: path.read_text() for path in out.glob("studies/*/page.html")}
    assert set(pages) == {uid("study", "A1"), uid("later"), uid("other")}
    assert "Earlier studies of this patient" in pages[uid("later")]
    assert "Earlier studies of this patient" not in pages[uid("study", "A1")] + pages[uid("other")]
    assert all("another name and date of birth" in page for page in pages.values())
    assert "3 studies may be somebody else's than their Patient ID says" in capsys.readouterr().out
    for folder in (out / "studies").iterdir():
        assert {path.name for path in folder.iterdir()} == {"page.html", "page.pdf", "report.dcm", "overlay-1.dcm"}
    index = (out / "index.html").read_text()
    assert all(f"studies/{one}/page.html" in index for one in pages)
    assert "Patients with several studies" in index


def test_the_same_bytes_with_two_processes(tmp_path, grade):
    rows = [*two_dates(tmp_path / "scans"), *study(tmp_path / "scans", "B2")]
    first = contents(grade(rows)[1])
    assert contents(grade(rows, "--processes", "2")[1]) == first


def test_what_a_grade_rests_on_is_shown_when_asked_for(tmp_path, grade):
    rows = study(tmp_path / "scans", "A1")
    page = next(grade(rows, "--saliency", "--no-sr")[1].glob("studies/*/page.html")).read_text()
    assert page.count("what the grade rests on") == len(rows)


def test_without_pages_and_dicom_there_is_no_folder_of_studies(tmp_path, grade):
    _, out = grade(study(tmp_path / "scans", "A1"), "--no-pages", "--no-sr")
    assert not (out / "studies").exists()
    assert not (out / "index.html").exists()
