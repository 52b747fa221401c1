"""A bundle as it lies on disk."""

import json
import zipfile

import pytest
from tiny_bundle import write_tiny

from discgrade.grading.bundle.files import BundleError


def test_the_zip_file_holds_the_folder_without_dates_and_rights(tiny_bundle):
    with zipfile.ZipFile(tiny_bundle.with_suffix(".zip")) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == [
            "bundle.json",
            "members/default-fold-01-seed-1.onnx",
            "members/default-fold-02-seed-1.onnx",
            "model_card.md",
        ]
        assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {((1980, 1, 1, 0, 0, 0), 0o644)}
        assert all(archive.read(entry) == (tiny_bundle / entry.filename).read_bytes() for entry in entries)


def test_the_same_facts_give_the_same_bytes(tiny_bundle, tmp_path):
    again = write_tiny(tmp_path / "tiny")
    assert again.with_suffix(".zip").read_bytes() == tiny_bundle.with_suffix(".zip").read_bytes()


def test_facts_that_break_the_schema_are_not_written(tmp_path):
    with pytest.raises(BundleError, match=r"breaks its schema at name: '\.\./x' does not match"):
        write_tiny(tmp_path / "tiny", name="../x")
    assert not (tmp_path / "tiny").exists()


def test_a_number_that_is_none_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        write_tiny(tmp_path / "tiny", scores=(broken_score(),))


def broken_score():
    from discgrade.grading.bundle.facts import ScoreFact

    return ScoreFact("mae", float("nan"), 0.0, 1.0, 0.9, 1, "nothing")


def test_the_facts_are_text_that_people_can_read(tiny_bundle):
    text = (tiny_bundle / "bundle.json").read_text(encoding="utf-8")
    assert json.loads(text)["training"]["ages"] == {"low": 20.0, "median": 51.0, "high": 88.0}
    assert len(text.splitlines()) > 100
