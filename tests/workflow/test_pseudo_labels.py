"""A cohort that a model labels, end to end: the study stops at the queue, takes the answers and learns the labels."""

import csv

import pytest
import yaml

from discgrade import records
from discgrade.provenance.audit.trace import trace
from discgrade.provenance.audit.verify import verify
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS

pytestmark = [pytest.mark.slow, pytest.mark.ci]

RUNS = "results/smoke/runs"


@pytest.fixture
def run(smoke_copy, run_snakemake):
    """A function that runs the study with pseudo-labels so that some are reviewed, up to what is wanted."""

    def labelled(*wanted, **changes):
        study = yaml.safe_load((smoke_copy / "studies" / "smoke.yaml").read_text())
        study["pseudo_labels"] = {"make": True, "deviation": 0.6} | changes
        (smoke_copy / "studies" / "labelled.yaml").write_text(yaml.safe_dump(study))
        return run_snakemake(smoke_copy, *wanted, "--configfile", "studies/labelled.yaml")

    labelled.folder = smoke_copy
    return labelled


def test_a_study_stops_at_the_queue_and_learns_what_was_answered(run):
    learned, results = {"learn": True, "review": "queue", "compare": False}, run.folder / "results" / "smoke"
    stopped = run("table2", **learned)
    assert stopped.returncode != 0
    assert "discgrade rate results/smoke/export" in stopped.stderr
    answers = answer(results / "review_queue.csv", run.folder / "answers.csv")
    done = run("table2", **learned, answers="answers.csv")
    assert done.returncode == 0, done.stderr[-1500:]
    discs = records.read(results / "discs.parquet", DISCS).to_pandas().set_index("disc")
    for path in (results / "labels").glob("*.parquet"):
        table = records.read(path, LABELS).to_pandas()
        assert set(discs.loc[table["disc"], "cohort"]) == {"supplemental"}
        assert set(table["origin"]) == {"pseudo", "reviewed"}
        reviewed = table[table["origin"] == "reviewed"]
        assert (reviewed["grade"] == 1.0).all()
        assert set(reviewed["disc"]) <= answers
    found = trace(results / "tables" / "table2.csv", "source=this study,row=default", "kappa_linear")
    assert not found.faults
    assert {"merge_labels", "take_answers", "pseudo_label"} <= {
        found.chain.records[name]["rule"] for name in found.names
    }


def answer(queue, destination):
    """Read every disc of a queue as grade 1, and return which."""
    with queue.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    with destination.open("w", newline="", encoding="utf-8") as text:
        sheet = csv.writer(text)
        sheet.writerow(["patient_id", "sop_instance_uid", "level", "grade", "origin"])
        sheet.writerows([row["patient_id"], row["sop_instance_uid"], row["level"], 1, "reviewed"] for row in rows)
    assert rows
    return {row["disc"] for row in rows}


def test_what_labels_are_worth_is_compared_and_the_studys_own_models_stay(run):
    models = {path: path.read_bytes() for path in (run.folder / RUNS).glob("default/*px/*/holdout/*/model.keras")}
    done = run("pseudo_labels_table")
    assert done.returncode == 0, done.stderr[-1500:]
    results = run.folder / "results" / "smoke"
    with (results / "tables" / "pseudo_labels.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert {row["variant"] for row in rows} == {"default", "default-without", "default-pseudo", "default-reviewed"}
    assert models
    assert {path: path.read_bytes() for path in models} == models
    made = ("pseudo", "labels/", "tables/pseudo")
    assert [fault for fault in verify(results, scripts=None).faults if fault.culprit.startswith(made)] == []
