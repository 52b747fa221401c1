"""Trace and verification of the real workflow's smoke study, in an empty folder."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from discgrade.provenance.audit.trace import trace
from discgrade.provenance.audit.verify import verify
from discgrade.provenance.chain import read_chain, study_files

from .conftest import PACKAGE, discgrade

pytestmark = pytest.mark.slow


@pytest.fixture
def study(smoke, tmp_path) -> Path:
    return shutil.copytree(smoke / "results" / "smoke", tmp_path / "smoke")


def test_an_auditor_needs_a_copy_of_the_results_and_the_package_alone(study, tmp_path):
    """Neither git nor checkout, .snakemake or private: an empty folder, an empty PATH, and three commands."""
    shutil.copytree(PACKAGE, tmp_path / "lib" / "discgrade", ignore=shutil.ignore_patterns("__pycache__"))
    place = ("--row", "default", "--column", "kappa_linear")

    def audit(*arguments):
        command = [sys.executable, "-B", "-m", "discgrade", *arguments]
        environment = {"PATH": "", "PYTHONPATH": str(tmp_path / "lib")}
        return subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)

    verified = audit("verify", "smoke")
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.splitlines()[-1].startswith("clean: ")
    traced = audit("trace", "smoke/tables/table2.csv", *place, "--html", "trace.html")
    assert traced.returncode == 0, traced.stderr
    assert "chain: unbroken" in traced.stdout
    assert not re.search(r"https?://|<script|src=|@import", (tmp_path / "trace.html").read_text())
    trace_in_json = json.loads(audit("trace", "smoke/tables/table2.csv", *place, "--json").stdout)
    assert trace_in_json["faults"] == []


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
    from discgrade.provenance.audit.checks import edited_records

    return edited_records(read_chain(study))


def test_a_cell_is_traced_to_the_export(study):
    found = trace(study / "tables" / "table2.csv", "default", "kappa_linear")
    assert not found.faults
    assert found.score["metric"] == "kappa_linear"
    rules = {found.chain.records[name]["rule"] for name in found.names}
    assert rules >= {"table2", "credible_intervals", "score", "train", "augment", "extract_rois", "split", "deidentify"}


@pytest.mark.parametrize(
    ("path", "row", "column", "metric"),
    [
        ("figures/forest.csv", "variant=integral,metric=kappa_linear,split=holdout", "value", "kappa_linear"),
        ("figures/figure3.csv", "metric=accuracy,share=2", "value", "accuracy"),
        ("figures/figure4.csv", "metric=kappa_linear,resolution=20", "value", "kappa_linear"),
    ],
)
def test_a_row_of_a_figure_is_traced_to_its_own_trainings(study, path, row, column, metric):
    found = trace(study / path, row, column)
    assert not found.faults
    assert found.score["metric"] == metric
    trained = [found.chain.records[name]["wildcards"] for name in found.names if name.startswith("train/")]
    wanted = dict(part.split("=") for part in row.split(",") if not part.startswith("metric"))
    assert trained
    assert all(wanted.items() <= wildcards.items() for wildcards in trained)


def test_a_statement_of_the_report_is_traced_to_the_export_and_a_printed_value_to_the_literature(study):
    row = "default/kappa_linear"
    found = trace(study / "tables" / "statements.csv", row, "value")
    assert not found.faults
    assert any(name.startswith("deidentify/") for name in found.names)
    printed = trace(study / "tables" / "statements.csv", row, "published_value")
    assert printed.tree.facts["score"] == "none: a value from the literature"


def test_the_discs_behind_a_cell_are_as_many_as_were_scored(study):
    place = study / "tables" / "table2.csv"
    found = trace(place, "default", "kappa_linear")
    done = discgrade("trace", place, "--row", "default", "--column", "kappa_linear", "--discs", cwd=study.parent)
    assert len(done.stdout.splitlines()) - 1 == found.score["n"]


def test_a_record_holds_the_seed_that_its_job_drew_with(study, study_config):
    config = study_config("smoke.yaml")
    phantom, splits = config["cohort"]["phantom"]["seed"], config["splits"]["seed"]
    drawn = {
        "make_phantom": phantom,
        "deidentify": phantom,
        "split": splits,
        "augment": config["augmentation"]["seed"],
        "credible_intervals": config["intervals"]["seed"],
        "draw_rois": splits,
        "figure2": splits,
    }
    found = {rule: set() for rule in (*drawn, "score", "figure3", "table2", "train")}
    for record in read_chain(study).records.values():
        if record["rule"] in found:
            found[record["rule"]].add(record["seed"])
    assert found == {rule: {seed} for rule, seed in drawn.items()} | {
        "score": {None},
        "figure3": {None},
        "table2": {None},
        "train": set(config["grid"]["seeds"]),
    }


def test_no_record_tells_a_path_of_this_machine(study, smoke):
    for path in (study / "provenance").rglob("*.json"):
        assert not re.search(rf'"/|{re.escape(str(smoke))}', path.read_text()), path
