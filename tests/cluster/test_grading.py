"""New scans graded in shards through Slurm's queue: what `discgrade grade` writes in one go."""

import pytest
from graded_scans import study, write_sheet

from discgrade.cli import main

from ..conftest import copy_project
from .queue_watch import Watch

pytestmark = pytest.mark.ci

PATIENTS = "ABCDEF"


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_shards_are_jobs_of_the_queue_and_together_the_whole(slurm, submit, tiny_bundle, tmp_path):
    rows = [row for patient in PATIENTS for row in study(tmp_path / "scans", patient)]
    given = {"scans": tmp_path / "scans", "bundle": tiny_bundle, "regions": write_sheet(tmp_path / "regions.csv", rows)}
    words = [f"--{name}={value}" for name, value in given.items() if name != "scans"]
    assert main(["grade", str(given["scans"]), *words, "--out", str(tmp_path / "alone"), "--jitter"]) == 0

    project = copy_project(tmp_path / "project")
    config = given | {"out": tmp_path / "out", "shards": 3, "jitter": True}
    asked = [
        "-s",
        "rules/grading/Snakefile",
        "--config",
        *(f"{name}={value}" for name, value in config.items()),
    ]
    watch = Watch(slurm, project)
    watch.start()
    run = submit(project, *asked)
    output, _ = run.communicate()
    jobs = watch.stop()[-1]
    assert run.returncode == 0, output[-3000:]
    assert sorted(job.rule for job in jobs) == ["grade_shard"] * 3 + ["index_scans", "join_shards"]
    assert {(job.state, job.partition) for job in jobs} == {("COMPLETED", "cpu")}
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")
    again, _ = submit(project, *asked).communicate()
    assert "Nothing to be done" in again
