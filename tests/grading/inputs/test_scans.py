"""The studies of a folder, kept on disk."""

import pytest
from graded_scans import study
from scans import series

from discgrade.grading.inputs.scans import Index
from discgrade.grading.running import studies
from discgrade.grading.running.workers import Workers


@pytest.fixture
def index(tmp_path):
    """Indexes tmp_path / scans."""

    def make():
        found = Index(":memory:")
        scans = tmp_path / "scans"
        studies.fill(found, scans, studies.files_of(scans, False), Workers(1))
        return found

    return make


def test_patients_come_by_their_id_and_their_studies_by_date(tmp_path, index):
    scans = tmp_path / "scans"
    for patient, uid, date in (("B", "2.25.1", "20200101"), ("A", "2.25.2", "20210101"), ("A", "2.25.3", "20190101")):
        series(scans / uid, 2, PatientID=patient, StudyInstanceUID=uid, StudyDate=date, SeriesInstanceUID=f"{uid}.1")
    patients = list(index().patients())
    assert [[one.uid for one in some] for some in patients] == [["2.25.3", "2.25.2"], ["2.25.1"]]


def test_shards_divide_patients_and_lose_none(tmp_path, index):
    for patient in "ABCDEFGH":
        study(tmp_path / "scans", patient, 1)
    found = index()
    parts = [[some[0].patient_id for some in found.patients(number, 3)] for number in range(3)]
    assert sorted(one for part in parts for one in part) == list("ABCDEFGH")
    assert all(parts)


def test_files_that_cannot_be_read_count_for_the_study_that_they_lie_with(tmp_path, index):
    scans = tmp_path / "scans"
    study(scans, "A")
    for name in ("A/broken.dcm", "elsewhere/one.dcm", "elsewhere/two.dcm"):
        (scans / name).parent.mkdir(exist_ok=True)
        (scans / name).write_bytes(bytes(128) + b"DICM")
    found = [(one.patient_id, one.broken) for some in index().patients() for one in some]
    assert found == [("A", 1), ("", 2)]


def test_a_name_that_is_no_text_is_read(tmp_path, index):
    study(tmp_path / "scans", "A")
    odd = tmp_path / "scans" / "A" / b"\xff\xfe.dcm".decode("utf-8", "surrogateescape")
    (tmp_path / "scans" / "A" / "3-1.dcm").rename(odd)
    ((scanned,),) = index().patients()
    assert len(scanned.files()) == 3
    assert any(file.path.endswith(odd.name) for file in scanned.files())


@pytest.mark.parametrize("removed", [("YES", "YES"), ("YES", None)])
def test_one_file_that_may_identify_makes_the_folder_so(tmp_path, index, removed):
    for number, said in enumerate(removed):
        study(tmp_path / "scans", f"P{number}", 1, PatientIdentityRemoved=said)
    assert index().identified is (None in removed)
