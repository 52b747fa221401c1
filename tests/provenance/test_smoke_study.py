"""Trace and verification of the real workflow's smoke study, in an empty folder."""

import re
import shutil
from pathlib import Path

import pytest
from discgrade.provenance.chain import read_chain, study_files
from discgrade.provenance.trace import trace
from discgrade.provenance.verify import verify

from .conftest import discgrade

pytestmark = pytest.mark.slow


@pytest.fixture
def study(smoke, tmp_path) -> Path:
    return shutil.copytree(smoke / "results" / "smoke", tmp_path / "smoke")


def one_of_each_kind(study):
    """One file of each output of each rule, by rule and name."""
    records = read_chain(study).records.values()
    return {
        (record["rule"], item["name"]): item["path"] for record in records for item in study_files(record["outputs"])
    }


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_an_untouched_copy_is_clean(study, smoke):
    assert verify(study, scripts=smoke / "workflow_scripts").faults == []


def test_one_flipped_byte_in_each_kind_of_output_is_found(study):
    paths = {path for (rule, _), path in one_of_each_kind(study).items() if rule != "deidentify"}
    image = next(path for path in (study / "export").rglob("*.dcm")).relative_to(study).as_posix()
    for path in {*paths, image}:
        flip(study / path)
    found = {fault.culprit for fault in verify(study, scripts=None).faults if fault.kind == "changed output"}
    assert found == {*paths, image}


def test_a_flipped_byte_of_the_export_tables_is_found(study):
    paths = {path for (rule, _), path in one_of_each_kind(study).items() if rule == "deidentify"}
    for path in paths:
        flip(study / path)
    found = {fault.culprit for fault in verify(study, scripts=None).faults}
    assert found == paths


def test_swapped_models_are_named(study):
    first, second = sorted(study.glob("runs/*/*/*/fold-*/*/model.keras"))[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    found = verify(study, scripts=None).faults
    assert {fault.culprit for fault in found} == {path.relative_to(study).as_posix() for path in (first, second)}
    assert all("these are the bytes of" in fault.message for fault in found)


def test_every_record_counts(study):
    for path in sorted((study / "provenance").glob("*/*.json")):
        kept = path.read_text()
        path.write_text(kept.replace('"ended": "', '"ended": "0', 1))
        assert f"provenance/{path.relative_to(study / 'provenance')}" in {
            fault.culprit for fault in read_only(study) if fault.kind == "edited record"
        }
        path.write_text(kept)


def read_only(study):
    """The faults of the records alone, without hashing every file again."""
    from discgrade.provenance.faults import edited_records

    return edited_records(read_chain(study))


def test_a_cell_is_traced_to_the_export(study):
    found = trace(study / "tables" / "table2.csv", "default", "kappa_linear")
    assert not found.faults
    assert found.score["metric"] == "kappa_linear"
    rules = {found.chain.records[name]["rule"] for name in found.names}
    assert rules >= {"table2", "credible_intervals", "score", "train", "augment", "extract_rois", "split", "deidentify"}


def test_the_discs_behind_a_cell_are_as_many_as_were_scored(study):
    place = study / "tables" / "table2.csv"
    found = trace(place, "default", "kappa_linear")
    done = discgrade("trace", place, "--row", "default", "--column", "kappa_linear", "--discs", cwd=study.parent)
    assert len(done.stdout.splitlines()) - 1 == found.score["n"]


def test_no_record_tells_a_path_of_this_machine(study, smoke):
    for path in (study / "provenance").rglob("*.json"):
        assert not re.search(rf'"/|{re.escape(str(smoke))}', path.read_text()), path
