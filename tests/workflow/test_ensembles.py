"""An ensemble in a study: made of what is there, shown, traced and verified like a training."""

import csv
import re

import pytest
import yaml

from discgrade.provenance.audit.trace import trace
from discgrade.provenance.audit.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.ci]

VARIANTS = {
    "mean": {"label": "Mean of itself", "members": ["default"]},
    "cut": {"label": "Default, cuts", "members": ["default"], "decoding": "cuts"},
}


@pytest.fixture
def study(smoke_copy):
    """The finished smoke study, and an overlay that adds two ensembles to it."""
    overlay = yaml.safe_load((smoke_copy / "studies" / "smoke.yaml").read_text())
    overlay["variants"] = VARIANTS
    overlay["grid"] |= {"folds": ["default", "mean", "cut"]}
    overlay["grid"]["variants"] += ["mean", "cut"]
    (smoke_copy / "studies" / "more.yaml").write_text(yaml.safe_dump(overlay))
    return smoke_copy


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as text:
        return {row["row"]: row for row in csv.DictReader(text) if row["source"] == "this study"}


def test_ensembles_are_added_without_a_training_and_their_numbers_lead_back_to_their_members(study, run_snakemake):
    planned = run_snakemake(study, "-n", "table2", "--configfile", "studies/more.yaml")
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", planned.stdout + planned.stderr, re.MULTILINE))
    assert "train" not in jobs
    assert int(jobs["combine"]) == 2 * 3
    result = run_snakemake(study, "table2", "--configfile", "studies/more.yaml")
    assert result.returncode == 0, result.stderr[-1500:]
    results = study / "results" / "smoke"
    rows = rows_of(results / "tables" / "table2.csv")
    assert rows["mean"]["kappa_linear"] == rows["default"]["kappa_linear"]
    assert rows["cut"]["n"] == rows["default"]["n"]
    found = trace(results / "tables" / "table2.csv", "cut", "kappa_linear")
    assert not found.faults
    behind = [found.chain.records[name] for name in found.names if found.chain.records[name]["rule"] == "train"]
    assert {(record["wildcards"]["variant"], record["wildcards"]["split"]) for record in behind} == {
        ("default", split) for split in ("holdout", "fold-01", "fold-02")
    }
    rules = "train", "combine", "score", "credible_intervals", "table2"
    remade = "runs/", "tables/table2", *(f"provenance/{rule}/" for rule in rules)
    assert [fault for fault in verify(results, scripts=None).faults if fault.culprit.startswith(remade)] == []
