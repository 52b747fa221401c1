import json
import re

import pytest

from discgrade.provenance import jobrecord
from discgrade.provenance.chain import LAYOUT, read_chain, self_digest
from discgrade.provenance.digests import content_digest, file_digest


@pytest.fixture(scope="module")
def chain(finished_toy):
    return read_chain(finished_toy / "results" / "toy")


@pytest.fixture(scope="module")
def training(chain):
    return chain.records["train/variant=default,split=fold-01.json"]


def test_every_job_left_one_record(chain):
    rules = [name.split("/")[0] for name in chain.records]
    assert {rule: rules.count(rule) for rule in rules} == {
        "make_phantom": 1,
        "deidentify": 2,
        "select_discs": 1,
        "split": 1,
        "augment": 2,
        "train": 4,
        "score": 1,
        "credible_intervals": 1,
        "table2": 1,
    }


def test_a_record_says_what_was_done_with_what(training):
    assert training["wildcards"] == {"variant": "default", "split": "fold-01"}
    assert training["params"]["training"] == {"epochs": 2, "loss": "categorical_crossentropy"}
    assert training["params"]["code"] == training["code"]
    assert training["params"]["lock"] == training["lock"]
    assert training["layout"] == LAYOUT
    assert training["seed"] == 1
    assert training["threads"] == 1
    assert training["packages"].keys() >= {"pyarrow", "snakemake"}
    assert training["host"]["cores"] >= 1
    assert training["device"] == {"kind": "CPU"}
    assert 1e7 < training["peak_memory_bytes"] < 1e10
    assert training["started"] < training["ended"]


@pytest.mark.parametrize(
    ("given", "seed"),
    [
        ({"seed": "3"}, 3),
        ({"augmentation": {"copies": 2, "seed": 5}}, 5),
        ({"export": "x", "key_seed": 7}, 7),
        ({"key_seed": None, "shard": "00"}, None),
        ({"run": {"variant": "default", "seed": 1}}, None),
        ({"run": {"variant": "default", "seed": 1}, "seed": 2}, 2),
        ({"runs": [{"seed": 1}]}, None),
    ],
)
def test_the_seed_is_what_the_job_itself_draws_with(given, seed):
    assert next(jobrecord._seeds(given), None) == seed


def test_inputs_and_outputs_carry_size_and_digest(chain, training):
    for item in [*training["inputs"], *training["outputs"]]:
        path = chain.folder / item["path"]
        assert (item["bytes"], item["sha256"]) == (path.stat().st_size, file_digest(path))
    assert [item["name"] for item in training["outputs"]] == ["model", "history", "predictions"]
    assert [item["name"] for item in training["inputs"]] == ["samples", "samples", "discs", "splits"]


def test_inputs_name_the_record_of_their_maker(chain, training):
    for item in training["inputs"]:
        assert item["record"] == chain.records[item["producer"]]["digest"]


def test_a_record_holds_a_digest_over_itself(training):
    assert self_digest(training) == training["digest"]
    assert self_digest(training | {"seed": 2}) != training["digest"]


def test_the_config_is_kept_once_under_its_digest(chain, training):
    (kept,) = (chain.folder / "provenance").glob("config-*.json")
    assert content_digest(json.loads(kept.read_text())) == training["config"]


def test_no_absolute_path_and_no_place_of_the_user_is_told(finished_toy):
    for path in (finished_toy / "results" / "toy" / "provenance").rglob("*.json"):
        assert not re.search(r'"/|mueller|private|' + re.escape(str(finished_toy)), path.read_text(), re.IGNORECASE)


def test_what_lies_elsewhere_is_called_by_its_name_in_the_rule(chain):
    (item,) = chain.records["deidentify/shard=00.json"]["inputs"]
    assert (item["place"], item["path"], item["producer"]) == ("elsewhere", "phantom", "make_phantom/job.json")
