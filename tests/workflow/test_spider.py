"""The study of the SPIDER cohort on the phantom in its layout: from the download to tables, in one command."""

import json
from pathlib import Path

import pytest
import yaml
from snakemake_runs import executed

from discgrade import records
from discgrade.phantom.command import proportions
from discgrade.phantom.spider import make_spider
from discgrade.provenance.audit.verify import verify
from discgrade.records.cohort.discs import DISCS

pytestmark = pytest.mark.ci

EXTERNAL = ("predict_external", "score_external", "external_table", "external_figure")
QUICK = {
    "cohort": {"shards": 2},
    "training": {"epochs": 2, "width": 0.0625},
    "images": {"resolution": 24},
    "augmentation": {"copies": 1},
    "splits": {"folds": 2, "holdout": 0.3, "validation": 0.1},
    "locator": {"train": False},
    "intervals": {"draws": 500},
}


def test_the_download_becomes_tables_and_a_new_external_patient_trains_nothing(
    project, run_snakemake, tmp_path, monkeypatch
):
    make_spider(tmp_path / "spider", proportions(16, 5), workers=2)
    sheet = tmp_path / "spider" / "radiological_gradings.csv"
    header, *rows = sheet.read_text().splitlines()
    outside = [f"{row},{'external' if int(row.split(',')[0]) > 9 else 'spider'}" for row in rows]
    sheet.write_text("\n".join([f"{header},cohort", *outside]) + "\n")
    put_back = hide(tmp_path / "spider", 13)
    monkeypatch.setenv("SPIDER", str(tmp_path / "spider"))
    (project / "studies" / "quick.yaml").write_text(yaml.safe_dump(QUICK))
    configs = ("--configfile", "studies/spider.yaml", "studies/quick.yaml")
    result = run_snakemake(project, "all", "external", *configs)
    assert result.returncode == 0, result.stderr[-2000:]
    assert executed(result)["train"] == 3
    results = Path(project, "results", "spider")
    assert records.read(results / "discs.parquet", DISCS).num_rows == 75
    flow = json.loads((results / "flow.json").read_text())
    files, readings = flow["stages"][:2]
    assert (files["received"], files["kept"]) == (33, 15)
    assert readings["excluded"] == {"faulty level": 1, "level outside L1/L2 to L5/S1": 30}
    assert (results / "tables" / "table2.csv").exists()
    assert (results / "bundle.zip").exists()
    assert "of 6 patients" in (results / "tables" / "external.md").read_text()
    assert (results / "figures" / "external.png").exists()
    assert verify(results, scripts=project / "workflow_scripts").faults == []
    again = run_snakemake(project, "-n", "all", "external", *configs)
    assert "Nothing to be done" in again.stdout + again.stderr
    put_back()
    new = run_snakemake(project, "external", *configs)
    assert new.returncode == 0, new.stderr[-2000:]
    assert executed(new) == {
        "take_volumes": 1,
        "extract_rois": 1,
        "augment": 1,
        "select_discs": 1,
        "predict_external": 1,
        "calibrate": 1,
        "score_external": 1,
        "external_table": 1,
        "external_figure": 1,
        "external": 1,
    }
    mended = ("train", "augment", "split", "select_discs", "calibrate", *EXTERNAL)
    faults = verify(results, scripts=project / "workflow_scripts").faults
    assert [fault for fault in faults if fault.culprit.startswith(tuple(f"provenance/{one}/" for one in mended))] == []
    assert "of 7 patients" in (results / "tables" / "external.md").read_text()


def hide(spider, patient):
    """Take a patient out of the download; return a function that puts them back."""
    gone = spider.parent / "hidden"
    files = [path for path in spider.glob("*/*") if path.name.startswith(f"{patient}_")]
    sheets = {spider / "radiological_gradings.csv": ",", spider / "overview.csv": "_"}
    before = {path: path.read_text() for path in sheets}
    for path in files:
        (gone / path.parent.name).mkdir(parents=True, exist_ok=True)
        path.rename(gone / path.parent.name / path.name)
    for path, end in sheets.items():
        kept = [line for line in before[path].splitlines() if not line.startswith(f"{patient}{end}")]
        path.write_text("\n".join(kept) + "\n")

    def put_back():
        for path in files:
            (gone / path.parent.name / path.name).rename(path)
        for path, text in before.items():
            path.write_text(text)

    return put_back
