"""`discgrade verify` says when scans or readings moved on after they were exported, or why it cannot say."""

import argparse
import json
from pathlib import Path

import pytest
from mr_files import mr_image, write_images
from readings import reading, write_sheet

from discgrade.deidentification import origin
from discgrade.deidentification.digests import plan_shards
from discgrade.deidentification.source import Source
from discgrade.private import make
from discgrade.settings.model import Deidentify, Ratings
from discgrade.verification import add_arguments, older_than_source

SHARDS = ["00", "01"]


class Study:
    """Scans, a sheet and the records of the jobs that exported them."""

    def __init__(self, folder: Path) -> None:
        self.private, self.results = folder / "private" / "s", folder / "results" / "s"
        scans = write_images(
            folder / "scans",
            {
                f"{n}/1": mr_image(PatientID=f"ID{n}", SOPInstanceUID=f"1.2.{n}", StudyInstanceUID=f"1.3.{n}")
                for n in range(6)
            },
        )
        sheet = write_sheet(folder / "ratings.csv", [reading(patient_id="ID1", sop_instance_uid="1.2.1")])
        self.source = Source(scans, sheet)
        make(self.private)
        self.settings = {
            "deidentify": Deidentify(True, False, "keyed", False, ()),
            "ratings": Ratings("original", False),
        }
        self.export = folder / "results" / "s" / "export"
        origin.note(self.private, self.source, SHARDS, self.export, **self.settings)
        self.record()

    def record(self, rule: str = "deidentify", **params: object) -> None:
        """Write what the export's jobs say of their source."""
        digests = plan_shards(self.source, SHARDS, private=self.private, export=self.export, **self.settings).digests
        for shard in SHARDS:
            path = self.results / "provenance" / rule / f"shard={shard}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            record = {name: [] for name in ("script", "code", "inputs", "outputs", "ended", "digest")}
            given = {"rule": rule, "wildcards": {"shard": shard}, "params": {"content": digests[shard]} | params}
            path.write_text(json.dumps(record | given))

    def older(self) -> tuple[list[str], list[str]]:
        faults, notes = older_than_source(self.results, self.private)
        return [fault.culprit for fault in faults], notes


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def test_a_source_that_is_as_it_was_is_no_fault(study):
    assert study.older() == ([], [])


def test_another_image_of_the_same_size_makes_its_shard_older(study):
    image = study.source.dicom / "1" / "1"
    content = bytearray(image.read_bytes())
    content[-1] ^= 1
    image.write_bytes(content)
    older, notes = study.older()
    assert (len(older), notes) == (1, [])


def test_so_does_another_reading(study):
    write_sheet(study.source.ratings, [reading(patient_id="ID1", sop_instance_uid="1.2.1", grade="5")])
    assert len(study.older()[0]) == 1


def test_without_the_private_folder_it_says_that_nothing_was_compared(study, tmp_path):
    (older, notes) = older_than_source(study.results, tmp_path / "nowhere")
    assert (older, len(notes)) == ([], 1)
    assert "was not checked: the private folder is not here" in notes[0]


def test_so_it_does_where_the_scans_are_gone_and_names_no_path(study):
    study.source.dicom.rename(study.source.dicom.with_name("Kovács"))
    older, (note,) = study.older()
    assert older == []
    assert "was not checked: The folder of scans is missing" in note
    assert "Kovács" not in note


@pytest.mark.parametrize(("rule", "params"), [("adopt_export", {}), ("deidentify", {"content": None})])
def test_an_export_of_nobodys_scans_has_nothing_to_compare(study, rule, params):
    for path in (study.results / "provenance").rglob("*.json"):
        path.unlink()
    study.record(rule, **params)
    assert older_than_source(study.results, study.private.with_name("nowhere")) == ([], [])


def test_the_private_folder_may_lie_elsewhere():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["results/s", "--private", "/safe/s"]).private == Path("/safe/s")
