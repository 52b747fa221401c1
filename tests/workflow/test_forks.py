"""Which jobs of a study start as forks of the server."""

import sys

import pytest

from discgrade.provenance.audit.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="there is no server elsewhere")]

SMOKE = ("--configfile", "studies/smoke.yaml")
TELL = """
import os
from pathlib import Path

command = Path(f"/proc/{os.getppid()}/cmdline").read_text()
Path("forked").open("a").write(f"{snakemake.rule} {'discgrade.forkserver.server' in command}\\n")
"""


def test_tables_and_figures_are_forked_and_heavier_jobs_run_by_themselves(smoke_copy, run_snakemake):
    """The first jobs may come before the server has imported all; the tables come after the bootstrap."""
    tables, results = ["table2", "table3", "table4", "statements"], smoke_copy / "results" / "smoke"
    for name in [*tables, "credible_intervals"]:
        with (smoke_copy / "workflow_scripts" / f"{name}.py").open("a") as script:
            script.write(TELL)
    done = run_snakemake(smoke_copy, *tables, *SMOKE)
    assert done.returncode == 0, done.stderr[-1500:]
    told = dict(line.split() for line in (smoke_copy / "forked").read_text().splitlines())
    assert told == dict.fromkeys(tables, "True") | {"credible_intervals": "False"}
    assert verify(results, scripts=smoke_copy / "workflow_scripts").faults == []
