"""Each shard replaces exactly its own files; what an interrupted run left is cleared away."""

from pathlib import Path

import pytest

from discgrade.deidentification.files import exporting

SHARDS = ["00", "01"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "export"


def run(export: Path, shard: str, files: dict[str, str], shards: list[str] = SHARDS) -> None:
    staged = exporting.stage(export, shard)
    for name, content in files.items():
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_text(content)
    exporting.commit(staged, export, shard, shards, export.parent / "private")


def present(export: Path) -> set[str]:
    return {path.relative_to(export).as_posix() for path in export.rglob("*")}


def test_a_rerun_replaces_the_files_of_its_shard(export):
    run(export, "00", {"A/1/x.dcm": "old", "A/1/y.dcm": "old", "B/1/x.dcm": "old"})
    run(export, "01", {"A/2/z.dcm": "other"})
    run(export, "00", {"A/1/x.dcm": "new"})
    assert present(export) == {"A", "A/1", "A/1/x.dcm", "A/2", "A/2/z.dcm"}
    assert (export / "A/1/x.dcm").read_text() == "new"


@pytest.mark.parametrize("order", [("00", "01"), ("01", "00")])
def test_files_change_hands_when_the_number_of_shards_changes(export, order):
    run(export, "00", {"A/1/x.dcm": "a"})
    run(export, "01", {"B/1/x.dcm": "b"})
    hands = {"00": {"B/1/x.dcm": "b"}, "01": {"A/1/x.dcm": "a"}}
    for shard in order:
        run(export, shard, hands[shard])
    assert present(export) == {"A", "A/1", "A/1/x.dcm", "B", "B/1", "B/1/x.dcm"}


def test_shards_that_are_no_more_lose_their_files(export):
    run(export, "01", {"A/1/x.dcm": "a", "B/1/x.dcm": "b"})
    run(export, "00", {"A/1/x.dcm": "a"}, shards=["00"])
    assert present(export) == {"A", "A/1", "A/1/x.dcm"}


def test_what_an_interrupted_run_staged_is_cleared(export):
    staged = exporting.stage(export, "00")
    (staged / "half.dcm").write_text("half")
    run(export, "00", {"A/1/x.dcm": "a"})
    assert present(export) == {"A", "A/1", "A/1/x.dcm"}


def test_an_interrupted_commit_is_completed_by_the_next_run(export, monkeypatch):
    run(export, "00", {"A/1/old.dcm": "old"})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(exporting, "_remove", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        run(export, "00", {"A/1/new.dcm": "new"})
    run(export, "00", {"A/1/newest.dcm": "newest"})
    assert present(export) == {"A", "A/1", "A/1/newest.dcm"}
