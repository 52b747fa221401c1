"""The index of the source is private, quick, and gives each shard a digest of what concerns it alone."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from mr_files import IDENTITY, mr_image, write_images, written
from pydicom.uid import ImplicitVRLittleEndian

from discgrade.deidentification import indexing, source
from discgrade.deidentification.source import Source, headers
from discgrade.imaging.header import LEFT_OUT
from discgrade.private import RefusedError

SHARDS = ["00", "01", "02"]
ROOT = Path(source.__file__).parents[2]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    images = {f"Patient {number}/IM1": patient(number) for number in range(8)}
    return write_images(tmp_path / "scans", images)


def patient(number: int, instance: int = 0) -> object:
    uid = f"1.2.{number}.{instance}"
    return mr_image(PatientID=f"ID{number}", SOPInstanceUID=uid, StudyInstanceUID=f"1.3.{number}")


def test_headers_are_read_once(scans, tmp_path, monkeypatch):
    first = source.headers(scans, tmp_path / "private")
    name = IDENTITY["PatientName"]
    place = "sagittal", 16, 12, 1, "1.2.3.4.5.1.1", 8
    assert first[0][6:] == ("1.2.0.0", "1.3.0", "ID0", "", name, "19650312", "F", *place)
    monkeypatch.setattr(indexing, "read_headers", None)
    assert source.headers(scans, tmp_path / "private") == first
    assert (tmp_path / "private" / source.INDEX).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("make", [False, True])
def test_a_missing_or_empty_folder_is_not_named(tmp_path, make):
    if make:
        (tmp_path / "Kovács").mkdir()
    with pytest.raises(RefusedError, match="missing or empty") as error:
        source.headers(tmp_path / "Kovács", tmp_path / "private")
    assert "Kovács" not in str(error.value)


def test_a_dangling_link_and_a_file_that_is_no_image_are_indexed(scans, tmp_path):
    (scans / "link").symlink_to(scans / "nowhere")
    (scans / "readme").write_text("text")
    found = {one.path: one.instance for one in source.headers(scans, tmp_path / "private")}
    assert found["link"] == found["readme"] == ""


def test_all_files_of_a_folder_are_in_one_shard():
    assert len({source.shard_of(f"A/{number}/IM", SHARDS) for number in range(50)}) == 1
    assert len({source.shard_of(f"{number}/IM", SHARDS) for number in range(50)}) == 3


def test_a_linked_folder_is_entered_once_and_a_pipe_is_not_read(tmp_path):
    scans, elsewhere = tmp_path / "scans", tmp_path / "elsewhere"
    write_images(elsewhere, {"b/1": mr_image()})
    scans.mkdir()
    (scans / "link").symlink_to(elsewhere)
    (scans / "again").symlink_to(elsewhere / "b")
    (elsewhere / "b" / "loop").symlink_to(scans)
    os.mkfifo(scans / "pipe")
    found = headers(scans, tmp_path / "private", follow_links=True)
    assert [one.instance for one in found if one.instance] == [IDENTITY["SOPInstanceUID"]]
    assert "pipe" in [one.path for one in found]


SPOILT = {
    "another version's": "path,size\nKovács,many\n".encode(),
    "cut": b"path,size\na/1,12",
    "a cell without end": b'path,size\n"' + b"x" * 200_000,
    "a cell larger than a table's": b"path,size\n" + b"x" * (1 << 25),
    "binary": bytes(range(256)),
    "UTF-16": "path,size\n".encode("utf-16"),
    "empty": b"",
}


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_index_is_made_anew(tmp_path, content):
    write_images(tmp_path / "scans", {"a/1": mr_image()})
    first = headers(tmp_path / "scans", tmp_path / "private")
    good = (tmp_path / "private" / "index.csv").read_bytes()
    (tmp_path / "private" / "index.csv").write_bytes(content)
    assert headers(tmp_path / "scans", tmp_path / "private") == first
    assert (tmp_path / "private" / "index.csv").read_bytes() == good


def test_an_id_of_any_length_is_read_again_from_the_index(tmp_path):
    image = mr_image(PatientID="ID7")
    content = written(image, ImplicitVRLittleEndian)
    at = content.index(b"\x10\0\x20\0\4\0\0\0ID7 ")
    long = b"A" * 150_000
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1").write_bytes(
        content[: at + 4] + len(long).to_bytes(4, "little") + long + content[at + 12 :]
    )
    first = headers(tmp_path / "scans", tmp_path / "private")
    assert headers(tmp_path / "scans", tmp_path / "private") == first
    assert len(first[0].patient) < 200


@pytest.mark.parametrize("name", ["=1+1", "-a", "'b", "a,b\n\rc", 'quo"te'])
def test_a_name_of_any_form_is_read_again_from_the_index(tmp_path, name, monkeypatch):
    write_images(tmp_path / "scans", {f"{name}/1": mr_image(PatientID=name.replace("\n", ""))})
    first = headers(tmp_path / "scans", tmp_path / "private")
    monkeypatch.setattr(indexing, "read_headers", None)
    assert headers(tmp_path / "scans", tmp_path / "private") == first


def test_links_out_of_the_scans_are_left_out_unless_asked_for(tmp_path):
    scans, elsewhere = tmp_path / "scans", tmp_path / "elsewhere"
    write_images(elsewhere, {"b/1": mr_image(), "c/1": mr_image(SOPInstanceUID="1.2.9")})
    write_images(scans, {"a/1": mr_image(SOPInstanceUID="1.2.8")})
    (scans / "folder").symlink_to(elsewhere / "b")
    (scans / "file").symlink_to(elsewhere / "c" / "1")
    (scans / "inside").symlink_to(scans / "a")
    (scans / "inside.dcm").symlink_to(scans / "a" / "1")
    found = {one.path: one for one in headers(scans, tmp_path / "private")}
    assert set(found) == {"a/1", "folder", "file", "inside.dcm"}
    assert [found[name].size for name in ("folder", "file")] == [LEFT_OUT, LEFT_OUT]
    assert found["inside.dcm"].content == found["a/1"].content
    followed = {one.path for one in headers(scans, tmp_path / "private", follow_links=True) if one.instance}
    assert followed == {"a/1", "folder/1", "file", "inside.dcm"}


def test_a_source_that_is_a_link_itself_is_read(tmp_path):
    write_images(tmp_path / "disc", {"a/1": mr_image()})
    (tmp_path / "scans").symlink_to(tmp_path / "disc")
    assert [one.path for one in headers(tmp_path / "scans", tmp_path / "private") if one.instance] == ["a/1"]


def test_a_large_file_is_not_read(tmp_path):
    (tmp_path / "scans").mkdir()
    for name, head in (("a", b"text"), ("b", bytes(128) + b"DICM")):
        with (tmp_path / "scans" / name).open("wb") as file:
            file.write(head)
            file.truncate(200 << 30)
    assert {one.content for one in headers(tmp_path / "scans", tmp_path / "private")} == {""}


def test_a_phantoms_scans_and_readings_lie_in_the_private_folder(study_of):
    study = study_of("smoke.yaml")
    found = source.source_of(study, Path("private/smoke"))
    assert found == Source(Path("private/smoke/source/dicom"), Path("private/smoke/source/ratings.csv"), key_seed=7)


def test_a_users_scans_and_readings_are_where_the_config_says_and_have_a_secret_key(study_of):
    study = study_of()
    own = replace(study.cohort, source="folder", dicom="scans", ratings="sheet.csv")
    assert source.source_of(replace(study, cohort=own), Path("private/s")) == Source(Path("scans"), Path("sheet.csv"))


def test_an_export_that_was_made_elsewhere_has_no_source(study_of):
    study = study_of()
    with pytest.raises(ValueError, match=r"cohort\.dicom and cohort\.ratings should name"):
        source.source_of(replace(study, cohort=replace(study.cohort, source="export")), Path("private/s"))
