"""The private folder: nobody else reads it, whatever the umask; it stays apart from the results, as the scans do."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade import private as privacy


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o177, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.rglob("*")}


@pytest.mark.usefixtures("umask")
def test_files_are_their_owners_only_whatever_the_umask(tmp_path):
    private = tmp_path / "private"
    privacy.make(private)
    privacy.write_rows(private / "maps" / "a.csv", ("id",), [["1"]])
    with privacy.writing(private / "b.txt") as text:
        text.write("b")
    with privacy.locked(private, "index"):
        pass
    assert private.stat().st_mode & 0o777 == (private / "maps").stat().st_mode & 0o777 == 0o700
    assert modes(private) == {0o600, 0o700}


def test_what_lies_open_in_it_is_closed_but_a_key_stays_to_be_refused(tmp_path):
    for name in ("withdrawn.csv", ".index.lock", "pseudonym.key", "exported/00.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch(0o644)
    tmp_path.chmod(0o755)
    privacy.make(tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077} == {"pseudonym.key"}


FORMULAS = ["=1+1", "+49 30 1", "-5", "@SUM(1)", "\tx", "'=1", "''-1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_compute_is_written_as_text(tmp_path, cell):
    privacy.write_rows(tmp_path / "patients.csv", ("id_old", "id_new"), [(cell, "P1")])
    assert (tmp_path / "patients.csv").read_text().splitlines()[1] == f"'{cell},P1"
    assert privacy.read_rows(tmp_path / "patients.csv") == [[cell, "P1"]]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@\t\r\n,\"")),
            min_size=2,
            max_size=2,
        )
    )
)
def test_what_was_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    privacy.write_rows(path, ("a", "b"), rows)
    assert privacy.read_rows(path) == rows


def test_a_long_cell_and_bytes_of_another_encoding_are_read(tmp_path):
    rows = [["x" * 200_000, "K\udcf6ln"]]
    privacy.write_rows(tmp_path / "a.csv", ("a", "b"), rows)
    assert privacy.read_rows(tmp_path / "a.csv") == rows


@pytest.mark.parametrize("place", ["results/s/scans", "results/s/export/scans", "results/scans", "results/s"])
def test_scans_or_a_sheet_in_what_may_be_passed_on_are_refused(tmp_path, place):
    export = tmp_path / "results" / "s" / "export"
    with pytest.raises(privacy.RefusedError, match="folder of scans lies inside the results"):
        privacy.check_places(tmp_path / place, tmp_path / "private", export)
    with pytest.raises(privacy.RefusedError, match="sheet of readings lies inside the results"):
        privacy.check_places(tmp_path / "scans", tmp_path / "private", export, tmp_path / place / "ratings.csv")


def test_so_are_scans_that_a_link_leads_into_or_out_of_it(tmp_path):
    destination = tmp_path / "out"
    (destination / "scans").mkdir(parents=True)
    (tmp_path / "link").symlink_to(destination / "scans")
    with pytest.raises(privacy.RefusedError, match="folder of scans lies inside"):
        privacy.check_places(tmp_path / "link", tmp_path / "private", destination / "export")
    (tmp_path / "elsewhere").mkdir()
    (destination / "theirs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(privacy.RefusedError, match="folder of scans lies inside"):
        privacy.check_places(destination / "theirs", tmp_path / "private", destination / "export")
    with pytest.raises(privacy.RefusedError, match="A link in the results"):
        privacy.check_places(tmp_path / "elsewhere" / "mri", tmp_path / "private", destination / "export")
    (destination / "theirs").unlink()
    (destination / "export").mkdir()
    (destination / "export" / "theirs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(privacy.RefusedError, match="A link in the results"):
        privacy.check_places(tmp_path / "elsewhere" / "mri", tmp_path / "private", destination / "export")


def test_places_next_to_one_another_are_fine(tmp_path):
    (tmp_path / "results" / "s").mkdir(parents=True)
    (tmp_path / "results" / "s" / "link").symlink_to(tmp_path / "models")
    privacy.check_places(
        tmp_path / "scans", tmp_path / "private" / "s", tmp_path / "results" / "s" / "export", tmp_path / "a.csv"
    )
