"""Real scans through the whole chain: a few patients and epochs; all of them in studies/lsma.yaml."""

import csv
import shutil

import pytest
import yaml

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.scores import GRADED

pytestmark = [pytest.mark.slow, pytest.mark.ci]

PATIENTS = 24


@pytest.fixture(scope="module")
def cohort(real, tmp_path_factory):
    """A folder with some of the patients, and their rows of the sheet."""
    folder = tmp_path_factory.mktemp("lsma")
    for path in sorted((real / "lsma" / "dicom").iterdir())[:PATIENTS]:
        shutil.copytree(path, folder / "dicom" / path.name, copy_function=shutil.copyfile)
    with (real / "lsma" / "ratings.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    folders = [path.name for path in (folder / "dicom").iterdir()]
    rows = [row for row in rows if any(name.startswith(row["patient_id"]) for name in folders)]
    with (folder / "ratings.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_real_scans_give_tables_and_figures_as_far_as_their_readings_allow(cohort, project, run_snakemake):
    overlay = yaml.safe_load((project / "studies" / "lsma.yaml").read_text())
    overlay["cohort"] |= {"dicom": str(cohort / "dicom"), "ratings": str(cohort / "ratings.csv"), "shards": 2}
    overlay["splits"]["folds"] = 2
    overlay["images"]["resolution"] = 24
    overlay["training"] |= {"width": 0.0625, "epochs": 2}
    overlay["variants"]["residual"] |= {"width": 0.25, "epochs": 2}
    # A locator's training is tried on the phantom, and the one of models/lsma.zip on these scans.
    overlay["locator"] = {"train": False}
    overlay["intervals"] = {"draws": 500}
    (project / "studies" / "few.yaml").write_text(yaml.safe_dump(overlay))
    result = run_snakemake(project, "--configfile", "studies/few.yaml")
    assert result.returncode == 0, result.stderr[-1500:]
    results = project / "results" / "lsma"
    discs = records.read(results / "discs.parquet", DISCS).to_pandas()
    assert discs["patient"].nunique() == PATIENTS
    assert set(discs["level"]) == {"L3/L4", "L4/L5", "L5/S1"}
    assert (discs["grade"] == discs["integral"]).all()
    graded = records.read(results / "graded.parquet", GRADED).to_pandas()
    assert set(graded.loc[graded["split"].str.startswith("fold"), "disc"]) == set(discs["disc"])
    assert set(graded["variant"]) == set(overlay["grid"]["variants"])
    table = (results / "tables" / "table2.md").read_text(encoding="utf-8")
    assert "one rater" in table or "only one" in table.lower(), "the missing rater agreement should be explained"
    assert (results / "report.html").stat().st_size > 100_000
