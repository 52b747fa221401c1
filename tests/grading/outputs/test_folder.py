"""The output appears whole or not at all, and what killed processes left is cleared away."""

import os
import stat

import pytest

from discgrade import host
from discgrade.grading.outputs.folder import MARK, replacing_folder
from discgrade.private import RefusedError


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def write(out, text):
    with replacing_folder(out) as made:
        (made / "grades.csv").write_text(text)
        (made / MARK).write_text('{"made_by": "discgrade grade"}')


def names(path):
    return sorted(one.name for one in path.iterdir())


def test_a_folder_replaces_an_earlier_output(out, tmp_path):
    write(out, "first")
    (out / "index.html").write_text("")
    (out / ".DS_Store").write_text("")
    write(out, "second")
    assert (out / "grades.csv").read_text() == "second"
    assert names(out) == ["grades.csv", MARK]
    assert names(tmp_path) == ["out"]
    (tmp_path / "link").symlink_to("out")
    write(tmp_path / "link", "third")
    assert (out / "grades.csv").read_text() == "third"
    assert names(tmp_path) == ["link", "out"]


def test_an_error_leaves_the_earlier_output_as_it_was(out, tmp_path):
    write(out, "first")
    with pytest.raises(KeyError), replacing_folder(out) as made:
        (made / "grades.csv").write_text("second")
        raise KeyError
    assert (out / "grades.csv").read_text() == "first"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("content", ["{}", "[", '{"made_by": "somebody"}', None])
def test_what_is_no_earlier_output_is_refused(out, content):
    out.mkdir()
    (out / ("other" if content is None else MARK)).write_text(content or "")
    with pytest.raises(RefusedError, match="Choose another folder"):
        write(out, "first")


def test_what_somebody_put_into_an_earlier_output_is_not_deleted(out):
    write(out, "first")
    (out / "my readings.csv").write_text("hours of work")
    with pytest.raises(RefusedError, match=r"which would be replaced.*my readings\.csv\. Move that elsewhere"):
        write(out, "second")
    assert (out / "my readings.csv").read_text() == "hours of work"
    assert (out / "grades.csv").read_text() == "first"


def test_a_file_is_refused(out):
    out.write_text("a thesis")
    with pytest.raises(RefusedError, match="a file"):
        write(out, "first")


def test_nothing_is_readable_by_others_meanwhile(out):
    before = os.umask(0o022)
    try:
        with replacing_folder(out) as made:
            (made / "grades.csv").write_text("first")
            modes = [stat.S_IMODE(path.stat().st_mode) for path in (made, made / "grades.csv")]
        assert modes == [0o700, 0o600]
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(out, tmp_path):
    for process in (2**22 + 5, os.getppid()):
        (tmp_path / f".out.{host.MACHINE}-{process}.partial").mkdir()
    write(out, "first")
    assert names(tmp_path) == [f".out.{host.MACHINE}-{os.getppid()}.partial", "out"]


def test_a_process_that_was_killed_between_its_last_steps_loses_nothing(out, tmp_path):
    write(out, "first")
    out.rename(tmp_path / ".out.earlier")
    with pytest.raises(KeyError), replacing_folder(out):
        raise KeyError
    assert (out / "grades.csv").read_text() == "first"
