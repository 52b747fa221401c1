"""Studies of a folder, whatever lies in it."""

import os
import stat
import zlib

import pytest
from scans import header, save, series

from discgrade.imaging.scans import headers
from discgrade.private import RefusedError
from discgrade.rating.scans.catalogue import read_studies


@pytest.fixture
def studies(tmp_path):
    private = tmp_path / "private"
    private.mkdir()

    def read(secret=b"secret", **how):
        return read_studies(tmp_path / "scans", private, secret, lambda _: None, **how)

    return read


def test_series_of_one_study_come_together_from_any_folders(tmp_path, studies):
    series(tmp_path / "scans" / "a", 3, SeriesNumber=3)
    series(tmp_path / "scans" / "b" / "c", 2, SeriesNumber=2, EchoTime=12, RepetitionTime=500)
    (study,) = studies().values()
    assert [len(stack.slices) for stack in study.stacks] == [2, 3]
    assert study.choice.number == 1
    assert (study.patient_id, study.broken) == ("4711815", 0)


def test_two_patients_under_one_study_uid_are_two_studies(tmp_path, studies):
    series(tmp_path / "scans" / "a", 2)
    series(tmp_path / "scans" / "b", 2, PatientID="other")
    assert len(studies()) == 2


def test_images_that_share_an_identifier_and_differ_are_left_out(tmp_path, studies):
    series(tmp_path / "scans" / "a", 3, SeriesInstanceUID="2.25.9")
    series(tmp_path / "scans" / "b", 2, SeriesInstanceUID="2.25.9", PatientID="other")
    found = {study.patient_id: study for study in studies().values()}
    assert [len(stack.slices) for stack in found["4711815"].stacks] == [1]
    assert found["4711815"].shared == found["other"].shared == 2
    assert [problem for problem, _ in found["other"].problems(None)] == ["no_t2", "shared_identifiers"]


def test_an_image_that_was_sent_twice_is_no_other_image(tmp_path, studies):
    series(tmp_path / "scans" / "a", 3)
    series(tmp_path / "scans" / "b", 3)
    (study,) = studies().values()
    assert (len(study.stacks[0].slices), study.shared) == (3, 0)


def test_links_out_of_the_folder_are_followed_only_when_asked(tmp_path, studies):
    series(tmp_path / "scans" / "a", 2)
    series(tmp_path / "elsewhere", 2, PatientID="other")
    (tmp_path / "scans" / "link").symlink_to(tmp_path / "elsewhere")
    assert len(studies()) == 1
    assert len(studies(follow_links=True)) == 2


def test_words_depend_on_the_secret_and_on_nothing_else(tmp_path, studies):
    series(tmp_path / "scans" / "a", 2)
    one, other = set(studies()), set(studies(b"another"))
    (tmp_path / "scans" / "a").rename(tmp_path / "scans" / "moved")
    assert set(studies()) == one != other


def test_what_is_no_image_is_passed_over(tmp_path, studies):
    series(tmp_path / "scans", 2)
    (tmp_path / "scans" / "README.txt").write_text("hello")
    (tmp_path / "scans" / "empty.dcm").write_bytes(b"")
    (tmp_path / "scans" / "pipe").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "scans" / "fifo")
    colour = header(9, PhotometricInterpretation="RGB")
    save(tmp_path / "scans" / "colour.dcm", colour)
    (study,) = studies().values()
    assert (len(study.stacks[0].slices), study.broken) == (2, 0)


def test_a_large_file_that_is_not_dicom_is_not_read(tmp_path, studies):
    series(tmp_path / "scans", 2)
    with (tmp_path / "scans" / "sparse.bin").open("wb") as file:
        file.truncate(200 << 30)
    assert len(studies()) == 1


@pytest.mark.parametrize(
    "content", [bytes(128) + b"DICM", bytes(128) + b"DICM" + b"\xff" * 99, b"\x08\x00\x05\x00CS\x0a\x00ISO"]
)
def test_a_broken_file_counts_for_the_study_it_lies_with(tmp_path, studies, content):
    series(tmp_path / "scans" / "a", 2)
    series(tmp_path / "scans" / "b", 2, PatientID="b", StudyInstanceUID="2.25.5")
    (tmp_path / "scans" / "a" / "broken").write_bytes(content)
    assert sorted((study.patient_id, study.broken) for study in studies().values()) == [("4711815", 1), ("b", 0)]


def test_a_deflated_bomb_is_a_broken_file(tmp_path, studies):
    series(tmp_path / "scans" / "a", 2)
    start = (tmp_path / "scans" / "a" / "3-1.dcm").read_bytes()
    meta = start.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99\0", 1)
    bomb = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = b"".join(bomb.compress(bytes(1 << 24)) for _ in range(72)) + bomb.flush()
    (tmp_path / "scans" / "a" / "bomb").write_bytes(meta[: meta.index(b"\x08\x00\x08\x00")] + body)
    (study,) = studies().values()
    assert (len(study.stacks[0].slices), study.broken) == (2, 1)


def test_a_file_without_prefix_and_file_meta_is_read(tmp_path, studies):
    dataset = header()
    dataset.PixelData = bytes(2 * 16 * 12)
    dataset["PixelData"].VR = "OW"
    (tmp_path / "scans").mkdir()
    dataset.save_as(tmp_path / "scans" / "raw", implicit_vr=True, little_endian=True)
    assert len(studies()) == 1


def test_headers_are_read_once_and_again_when_a_file_changes(tmp_path, studies, monkeypatch):
    first, *_ = series(tmp_path / "scans", 3)
    studies()
    read = []
    monkeypatch.setattr(headers, "_packed", lambda path, name: read.append(name))
    headers.read_folder(tmp_path / "scans", tmp_path / "private", print)
    assert read == []
    monkeypatch.undo()
    save(first, header(1, EchoTime=12))
    (study,) = studies().values()
    assert sorted(len(stack.slices) for stack in study.stacks) == [1, 2]


def test_files_that_are_gone_are_forgotten(tmp_path, studies):
    first, *_ = series(tmp_path / "scans", 3)
    studies()
    first.unlink()
    (study,) = studies().values()
    assert len(study.stacks[0].slices) == 2


def test_names_that_are_no_text_are_read_and_kept(tmp_path, studies, monkeypatch):
    first, *_ = series(tmp_path / "scans", 2)
    first.rename(first.with_name(os.fsdecode(b"M\xfcller <b>\n.dcm")))
    os.mkfifo(tmp_path / "scans" / "pipe.dcm")
    (study,) = studies().values()
    assert len(study.stacks[0].slices) == 2
    monkeypatch.setattr(headers, "read", lambda *_: iter(()))
    assert studies() == {study.word: study}


@pytest.mark.parametrize("content", [b"", b"garbage" * 500])
def test_kept_headers_that_are_spoilt_are_made_anew(tmp_path, studies, content):
    series(tmp_path / "scans", 2)
    (tmp_path / "private" / headers.INDEX).write_bytes(content)
    assert len(studies()) == 1
    assert stat.S_IMODE((tmp_path / "private" / headers.INDEX).stat().st_mode) == 0o600


def test_a_folder_without_scans_is_refused(tmp_path, studies):
    with pytest.raises(RefusedError, match="no DICOM image"):
        studies()
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "note.txt").write_text("x")
    with pytest.raises(RefusedError, match="no DICOM image"):
        studies()


@pytest.mark.slow
def test_many_headers_are_read_by_several_processes(tmp_path, studies):
    series(tmp_path / "scans", 450)
    (study,) = studies().values()
    assert len(study.stacks[0].slices) == 450
