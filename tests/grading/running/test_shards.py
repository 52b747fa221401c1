"""Many studies in parts give what one command gives."""

import pytest
from graded_scans import study, write_sheet

from discgrade.grading.outputs.pages.places import FOLDERS
from discgrade.grading.running import shards


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def step(tmp_path, tiny_bundle):
    """Does one step, with what it takes of the usual arguments."""
    given = {
        "scans": tmp_path / "scans",
        "index": tmp_path / "work" / "scans.sqlite",
        "bundle": tiny_bundle,
        "regions": tmp_path / "regions.csv",
    }
    takes = {"index": ["scans"], "grade": list(given), "join": ["bundle"]}

    def run(name, out, *others):
        words = [word for key in takes[name] for word in (f"--{key}", str(given[key]))]
        return shards.main([name, *words, "--out", str(tmp_path / out), *others])

    return run


def test_shards_joined_are_the_whole(tmp_path, step, grade):
    rows = [row for patient in "ABCDEF" for row in study(tmp_path / "scans", patient)]
    rows.append(rows[0] | {"sop_instance_uid": "1.2.3", "patient_id": "Z"})
    assert grade(rows) == 3
    assert step("index", "work/scans.sqlite") == 0
    parts = [f"work/{number}" for number in range(3)]
    for number, part in enumerate(parts):
        assert step("grade", part, "--shard", f"{number}/3") == 0
    assert step("join", "joined", *(str(tmp_path / part) for part in parts)) == 0
    assert contents(tmp_path / "joined") == contents(tmp_path / "out")
    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700


def test_discs_graded_again_are_joined_in_the_order_of_the_whole(tmp_path, step, grade, capsys):
    rows = [row for patient in "ABCDEF" for row in study(tmp_path / "scans", patient)]
    assert grade(rows, "--jitter") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "the grade changes" in line]
    step("index", "work/scans.sqlite")
    parts = [str(tmp_path / "work" / str(number)) for number in range(3)]
    for number in range(3):
        step("grade", f"work/{number}", "--shard", f"{number}/3", "--jitter")
    assert step("join", "joined", *parts) == 0
    assert contents(tmp_path / "joined") == contents(tmp_path / "out")
    assert len((tmp_path / "joined" / "jitter.csv").read_text().splitlines()) > 18
    assert [line for line in capsys.readouterr().out.splitlines() if "the grade changes" in line] == told != []


def test_a_folder_without_scans_ends_the_index(tmp_path, step, capsys):
    (tmp_path / "scans").mkdir()
    assert step("index", "work/scans.sqlite") == 1
    assert "holds no DICOM image" in capsys.readouterr().err
    assert not (tmp_path / "work" / "scans.sqlite").exists()


def test_no_identity_is_put_into_results_which_may_be_passed_on(tmp_path, step, capsys):
    """Before anything is kept there: the index, too, holds what the headers say."""
    study(tmp_path / "scans", "A")
    assert step("index", "results/graded.work/scans.sqlite") == 1
    assert "lies in results, which may be passed on" in capsys.readouterr().err
    assert list((tmp_path / "results").rglob("*.sqlite*")) == []


def test_pages_travel_with_their_shard(tmp_path, step):
    rows = study(tmp_path / "scans", "A")
    write_sheet(tmp_path / "regions.csv", rows)
    step("index", "work/scans.sqlite")
    assert step("grade", "work/0", "--shard", "0/1") == 0
    page = tmp_path / "work" / "0" / FOLDERS / "1.2" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("a page")
    assert step("join", "joined", str(tmp_path / "work" / "0")) == 0
    assert (tmp_path / "joined" / FOLDERS / "1.2" / "page.html").read_text() == "a page"
