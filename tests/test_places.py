"""A full disc and one that may not be written to, real ones."""

import errno
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from discgrade.places import check_writable, explain, explain_refusal


def error_of(work):
    with pytest.raises(OSError) as raised:
        work()
    return raised.value


MANY = np.arange(100_000.0)
WRITERS = {
    "text": lambda path: path.write_text("x" * 1_000_000),
    "parquet": lambda path: pq.write_table(pa.table({"x": MANY}), path),
    "npz": lambda path: np.savez(path, MANY),
    "npy": lambda path: np.save(path, MANY),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disc_is_named_whatever_the_library_says(disc, kind):
    folder = disc("size=256k")
    error = error_of(lambda: WRITERS[kind](folder / f"file.{kind}"))
    said = explain_refusal(error, [folder / "made"])
    assert (
        said
        == f"{folder / 'made'}: No space left on device. Make room there, or choose another place, and run it again"
    )


def test_a_disc_without_room_for_another_file_is_full(disc):
    folder = disc("size=8m,nr_inodes=2")
    (folder / "one").touch()
    error = error_of((folder / "two").touch)
    assert explain_refusal(error, []).startswith(f"{folder / 'two'}: No space left on device.")


def test_a_disc_that_may_not_be_written_to_is_named(disc):
    folder = disc("ro")
    error = error_of(lambda: (folder / "file").write_text("x"))
    said = explain_refusal(error, [])
    assert said == f"{folder / 'file'}: Read-only file system. Choose a place where you may write, and run it again"


def test_where_people_could_be_identified_only_the_given_folders_are_named():
    results, private = Path("results/study"), Path("private/study")
    for path, shown in {
        "results/study/export/P1.dcm": "results/study: ",
        "private/study/rejected/Mueller.csv": "private/study: ",
        "/scans/Mueller/1.dcm": "a place of the source: ",
    }.items():
        said = explain_refusal(OSError(errno.EROFS, "Read-only", path), [results], [results, private])
        assert said.startswith(shown)
        assert "Mueller" not in said


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "No such file", "x"), OSError("not a file of HDF5")])
def test_what_is_no_refusal_is_left_to_others(tmp_path, error):
    assert explain_refusal(error, [tmp_path]) is None


def test_a_folder_to_be_is_tried_where_it_is_to_be_and_nothing_is_left(disc, tmp_path):
    check_writable(tmp_path / "results" / "study")
    assert list(tmp_path.iterdir()) == []
    closed, full = disc("ro"), disc("size=4k")
    (full / "file").write_bytes(bytes(4096))
    with pytest.raises(ValueError, match=r"disc-0/results: Read-only file system\. Choose a place where you may write"):
        check_writable(closed / "results")
    with pytest.raises(ValueError, match=r"disc-1/results: No space left on device\. Make room there"):
        check_writable(full / "results")


def test_an_error_of_the_command_line_says_where_and_what_to_do():
    assert explain(FileNotFoundError(errno.ENOENT, "No such file", "x")) == "x: No such file. Check the name"
    assert explain(OSError("odd")) == "odd"
    assert explain(OSError(errno.ENOSPC, "No space left")) == "No space left. Make room there, or choose another place"
