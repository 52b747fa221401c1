"""The bundle of the smoke study: what was carried away grades as the study did."""

import json
from pathlib import Path

import numpy as np
import pytest

from discgrade import records
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.judging.members import Ensemble
from discgrade.imaging.roi import Roi
from discgrade.imaging.sampling import sample
from discgrade.provenance.audit.trace import trace
from discgrade.provenance.chain import read_chain
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.records.results.training import PREDICTIONS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(smoke) -> Path:
    return smoke / "results" / "smoke"


@pytest.fixture(scope="module")
def bundle(results):
    return open_bundle(results / "bundle.zip")


@pytest.fixture(scope="module")
def seen(results, bundle):
    """What the bundle makes of every region, by disc."""
    made = bundle.facts.preprocessing
    rows = records.read_all(sorted((results / "rois").glob("*.parquet")), ROIS).to_pylist()
    return {row["disc"]: sample(Roi.from_row(row).pixels, made.resolution, border=made.border) for row in rows}


@pytest.fixture(scope="module")
def outputs(results, bundle, seen):
    """What the bundle's networks say of every disc: discs, and the outputs."""
    levels = {row["disc"]: row["level"] for row in records.read(results / "discs.parquet", DISCS).to_pylist()}
    discs = sorted(seen)
    return discs, Ensemble(bundle).outputs(np.stack([seen[disc] for disc in discs]), [levels[disc] for disc in discs])


def test_the_input_is_what_the_networks_were_trained_on_bit_by_bit(results, bundle, seen):
    side = bundle.facts.preprocessing.resolution
    schema = sample_schema(side)
    rows = records.read_all(sorted((results / "samples" / f"{side}px").glob("*.parquet")), schema).to_pylist()
    trained = {row["disc"]: np.frombuffer(row["pixels"], "<u2").reshape(side, side) for row in rows if not row["copy"]}
    assert trained.keys() == seen.keys()
    assert all(np.array_equal(trained[disc], seen[disc]) for disc in trained)


def test_each_network_predicts_what_its_run_did(results, bundle, outputs):
    discs, found = outputs
    for number, member in enumerate(bundle.facts.members):
        rows = records.read(results / "runs" / member.run / "predictions.parquet", PREDICTIONS).to_pylist()
        given = found.members[number][[discs.index(row["disc"]) for row in rows]]
        np.testing.assert_allclose(given, [row["outputs"] for row in rows], rtol=0, atol=1e-5)


def test_embeddings_are_those_of_discs_that_a_network_had_not_seen(results, bundle, outputs):
    discs, found = outputs
    table = records.read(results / "members" / "embeddings.parquet", EMBEDDINGS).to_pylist()
    assert sorted(row["disc"] for row in table) == discs
    for number, member in enumerate(bundle.facts.members):
        rows = [row for row in table if row["split"] == member.split]
        given = found.embeddings[number][[discs.index(row["disc"]) for row in rows]]
        np.testing.assert_allclose(given, [row["embedding"] for row in rows], rtol=1e-4, atol=1e-5)


def test_folder_and_zip_file_are_one(results, bundle):
    assert open_bundle(results / "bundle").digest == bundle.digest


def test_it_names_the_records_behind_it(results, bundle):
    chain = read_chain(results)
    (record,) = (record for record in chain.records.values() if record["rule"] == "bundle")
    behind = chain.ancestry(chain.producers(record))
    assert bundle.facts.provenance == chain.head(behind)
    assert bundle.facts.created == max(chain.records[name]["ended"] for name in behind)[:10]


def test_it_is_traced_to_the_scans(results):
    found = trace(results / "bundle.zip")
    assert {found.chain.records[name]["rule"] for name in found.names} >= {"bundle", "export_members", "train", "score"}
    assert not found.faults


def test_the_crate_holds_it(results):
    crate = json.loads((results / "provenance" / "ro-crate-metadata.json").read_text())
    items = {item["@id"]: item for item in crate["@graph"]}
    assert {"@id": "../bundle.zip"} in items["#run"]["result"]


def test_no_patient_is_named_in_it(results):
    discs = records.read(results / "discs.parquet", DISCS).to_pylist()
    names = {str(row[key]).encode() for row in discs for key in ("patient", "disc", "study_uid", "sop_instance_uid")}
    for path in (results / "bundle").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [name for name in names if name in content]
