"""The labels of the smoke study, judged end to end and traced."""

import csv

import pytest
import yaml

from discgrade.provenance.audit.trace import trace
from discgrade.provenance.audit.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.ci]


def test_a_study_judges_its_labels(smoke_copy, run_snakemake):
    overlay = yaml.safe_load((smoke_copy / "studies" / "smoke.yaml").read_text()) | {"labels": {"judge": True}}
    (smoke_copy / "studies" / "judged.yaml").write_text(yaml.safe_dump(overlay))
    wanted = "label_noise_table", "label_noise_figure", "worth_reading_table", "worth_reading_figure"
    result = run_snakemake(smoke_copy, *wanted, "--configfile", "studies/judged.yaml")
    assert result.returncode == 0, result.stderr[-1500:]
    results = smoke_copy / "results" / "smoke"
    for name in ("label_noise", "worth_reading"):
        with (results / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as text:
            assert list(csv.DictReader(text))
        assert (results / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    found = trace(results / "tables" / "label_noise.csv", "all kappa_linear", "value")
    assert not found.faults
    assert {"measure_labels", "train"} <= {found.chain.records[name]["rule"] for name in found.names}
    made = ("label_", "reread", "tables/label", "tables/worth", "figures/label", "figures/worth")
    assert [fault for fault in verify(results, scripts=None).faults if fault.culprit.startswith(made)] == []
