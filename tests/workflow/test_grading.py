"""New scans graded by Snakemake, in shards."""

import subprocess
import sys

import pytest
from graded_scans import read_table, study, write_sheet

from ..conftest import ROOT

pytestmark = pytest.mark.ci


@pytest.fixture
def snakemake(tmp_path, tiny_bundle):
    """Grades what lies in tmp_path, and returns what was said."""

    def run(regions, **more):
        said = {"scans": "scans", "bundle": tiny_bundle, "regions": regions, "out": "out", "shards": 3, "pages": False}
        given = [f"{name}={value}" for name, value in (said | {"sr": False} | more).items()]
        command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "rules" / "grading" / "Snakefile")]
        done = subprocess.run(
            [*command, "--cores", "2", "--config", *given], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_studies_are_graded_once_and_again_when_regions_change(tmp_path, snakemake):
    rows = [row for patient in "ABCD" for row in study(tmp_path / "scans", patient)]
    write_sheet(tmp_path / "regions.csv", rows)
    assert snakemake("regions.csv")[0] == 0
    assert len(read_table(tmp_path / "out" / "grades.csv")) == 12
    code, said = snakemake("regions.csv")
    assert (code, "Nothing to be done" in said) == (0, True)
    write_sheet(tmp_path / "regions.csv", rows[:3])
    code, said = snakemake("regions.csv")
    assert (code, "index_scans" in said) == (0, False)
    assert len(read_table(tmp_path / "out" / "grades.csv")) == 3


def test_what_is_missing_is_named(snakemake):
    code, said = snakemake("none.csv")
    assert code == 1
    assert "scans should be a folder and regions a sheet" in said
    code, said = snakemake("none.csv", shard=4)
    assert "Unknown: shard" in said
