"""The study of the SPIDER cohort on the phantom in its layout: from the download to tables, in one command."""

import json
from pathlib import Path

import pytest
import yaml

from discgrade import records
from discgrade.phantom.command import proportions
from discgrade.phantom.spider import make_spider
from discgrade.provenance.audit.verify import verify
from discgrade.records.discs import DISCS

pytestmark = pytest.mark.ci

QUICK = {
    "training": {"epochs": 2, "width": 0.125},
    "images": {"resolution": 24},
    "augmentation": {"copies": 2},
    "splits": {"folds": 2, "holdout": 0.3, "validation": 0.1},
    "intervals": {"draws": 500},
    "locator": {"train": False},
}


def test_the_download_becomes_tables_in_one_command(project, run_snakemake, tmp_path, monkeypatch):
    make_spider(tmp_path / "spider", proportions(12, 5), workers=2)
    monkeypatch.setenv("SPIDER", str(tmp_path / "spider"))
    (project / "studies" / "quick.yaml").write_text(yaml.safe_dump(QUICK))
    configs = ("--configfile", "studies/spider.yaml", "studies/quick.yaml")
    result = run_snakemake(project, "all", *configs)
    assert result.returncode == 0, result.stderr[-2000:]
    results = Path(project, "results", "spider")
    assert records.read(results / "discs.parquet", DISCS).num_rows == 60
    flow = json.loads((results / "flow.json").read_text())
    files, readings = flow["stages"][:2]
    assert (files["received"], files["kept"]) == (26, 12)
    assert readings["excluded"] == {"faulty level": 1, "level outside L1/L2 to L5/S1": 24}
    assert (results / "tables" / "table2.csv").exists()
    assert (results / "bundle.zip").exists()
    again = run_snakemake(project, "-n", *configs)
    assert "Nothing to be done" in again.stdout + again.stderr


def test_patients_of_another_cohort_validate_it_in_one_command(project, run_snakemake, tmp_path, monkeypatch):
    make_spider(tmp_path / "spider", proportions(16, 5), workers=2)
    sheet = tmp_path / "spider" / "radiological_gradings.csv"
    header, *rows = sheet.read_text().splitlines()
    outside = [f"{row},{'external' if int(row.split(',')[0]) > 9 else 'spider'}" for row in rows]
    sheet.write_text("\n".join([f"{header},cohort", *outside]) + "\n")
    monkeypatch.setenv("SPIDER", str(tmp_path / "spider"))
    (project / "studies" / "quick.yaml").write_text(yaml.safe_dump(QUICK))
    result = run_snakemake(project, "external", "--configfile", "studies/spider.yaml", "studies/quick.yaml")
    assert result.returncode == 0, result.stderr[-2000:]
    results = Path(project, "results", "spider")
    text = (results / "tables" / "external.md").read_text()
    assert "of 7 patients" in text
    assert (results / "figures" / "external.png").exists()
    assert verify(results, scripts=project / "workflow_scripts").faults == []
