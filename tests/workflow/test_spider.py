"""The study of the SPIDER cohort on the phantom in its layout: from the download to tables, in one command."""

import json
from pathlib import Path

import pytest
import yaml

from discgrade import records
from discgrade.phantom.command import proportions
from discgrade.phantom.spider import make_spider
from discgrade.provenance.audit.verify import verify
from discgrade.records.cohort.discs import DISCS

pytestmark = pytest.mark.ci

QUICK = {
    "cohort": {"shards": 2},
    "training": {"epochs": 2, "width": 0.0625},
    "images": {"resolution": 24},
    "augmentation": {"copies": 1},
    "splits": {"folds": 2, "holdout": 0.3, "validation": 0.1},
    "locator": {"train": False},
    "intervals": {"draws": 500},
}


def test_the_download_becomes_tables_and_an_external_validation_in_one_command(
    project, run_snakemake, tmp_path, monkeypatch
):
    make_spider(tmp_path / "spider", proportions(16, 5), workers=2)
    sheet = tmp_path / "spider" / "radiological_gradings.csv"
    header, *rows = sheet.read_text().splitlines()
    outside = [f"{row},{'external' if int(row.split(',')[0]) > 9 else 'spider'}" for row in rows]
    sheet.write_text("\n".join([f"{header},cohort", *outside]) + "\n")
    monkeypatch.setenv("SPIDER", str(tmp_path / "spider"))
    (project / "studies" / "quick.yaml").write_text(yaml.safe_dump(QUICK))
    configs = ("--configfile", "studies/spider.yaml", "studies/quick.yaml")
    result = run_snakemake(project, "all", "external", *configs)
    assert result.returncode == 0, result.stderr[-2000:]
    results = Path(project, "results", "spider")
    assert records.read(results / "discs.parquet", DISCS).num_rows == 80
    flow = json.loads((results / "flow.json").read_text())
    files, readings = flow["stages"][:2]
    assert (files["received"], files["kept"]) == (35, 16)
    assert readings["excluded"] == {"faulty level": 1, "level outside L1/L2 to L5/S1": 32}
    assert (results / "tables" / "table2.csv").exists()
    assert (results / "bundle.zip").exists()
    assert "of 7 patients" in (results / "tables" / "external.md").read_text()
    assert (results / "figures" / "external.png").exists()
    assert verify(results, scripts=project / "workflow_scripts").faults == []
    again = run_snakemake(project, "-n", "all", "external", *configs)
    assert "Nothing to be done" in again.stdout + again.stderr
