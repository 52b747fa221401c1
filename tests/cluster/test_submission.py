"""The smoke study's numbers through Slurm's queue: where its jobs ran, and that they are those of the local run.

Figures and reports are made on the login node, as in a local run, and are left out.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from discgrade.provenance.audit.verify import verify

from ..conftest import copy_project
from .queue_watch import QueuedJob, Watch

pytestmark = pytest.mark.ci

SUBMITTED = {
    "make_phantom",
    "deidentify",
    "split",
    "select_discs",
    "flag_regions",
    "extract_rois",
    "draw_rois",
    "augment",
    "train",
    "score",
    "credible_intervals",
    "agreement",
    "export_members",
    "calibrate",
    "bundle",
    "regrade_moved",
}

ASKED = ("tables", "results/smoke/bundle.zip", "results/smoke/figures/rois.pdf", "--configfile", "studies/smoke.yaml")


class Submitted(NamedTuple):
    """The finished study and what the queue held meanwhile."""

    project: Path
    looks: list[list[QueuedJob]]

    @property
    def results(self) -> Path:
        return self.project / "results" / "smoke"

    @property
    def jobs(self) -> list[QueuedJob]:
        """Every job as it was at the end."""
        return self.looks[-1]


@pytest.fixture(scope="module")
def submitted(slurm, submit, tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("cluster") / "project")
    watch = Watch(slurm, project)
    watch.start()
    run = submit(project, *ASKED)
    output, _ = run.communicate()
    looks = watch.stop()
    assert run.returncode == 0, output[-3000:]
    return Submitted(project, looks)


def test_the_tables_are_those_of_the_local_run(submitted, smoke):
    there = smoke / "results" / "smoke"
    for pattern in ("tables/*", "*.parquet"):
        here = {path.relative_to(submitted.results): path.read_bytes() for path in submitted.results.glob(pattern)}
        assert len(here) > 10
        assert here == {name: (there / name).read_bytes() for name in here}


def test_small_steps_stayed_on_the_login_node(submitted):
    assert {job.rule for job in submitted.jobs} == SUBMITTED
    assert {job.state for job in submitted.jobs} == {"COMPLETED"}


def test_training_alone_asked_for_gpus(submitted):
    for job in submitted.jobs:
        expected = ("gpu", "gres:gpu:1") if job.rule == "train" else ("cpu", "")
        assert (job.partition, job.asked) == expected, job


def test_two_trainings_ran_at_once_on_different_devices_while_a_third_waited(submitted):
    seen = [_trainings(look) for look in submitted.looks]
    assert [look for look in seen if len(look["RUNNING"]) == 2 and "Resources" in look["PENDING"]], seen
    for look in seen:
        assert len(set(look["RUNNING"])) == len(look["RUNNING"]) <= 2


def _trainings(look):
    trainings = [job for job in look if job.rule == "train"]
    return {
        "RUNNING": [job.devices for job in trainings if job.state == "RUNNING"],
        "PENDING": [job.reason for job in trainings if job.state == "PENDING"],
    }


def test_every_training_saw_its_own_device_and_computed_on_the_cpu(submitted):
    records = [json.loads(path.read_text()) for path in (submitted.results / "provenance" / "train").glob("*.json")]
    assert {record["device"]["visible"] for record in records} == {"0", "1"}
    assert {record["device"]["kind"] for record in records} == {"CPU"}
    for one in records:
        others = [other for other in records if other is not one and _overlap(one, other)]
        assert one["device"]["visible"] not in {other["device"]["visible"] for other in others}


def _overlap(one, other):
    return one["started"] < other["ended"] and other["started"] < one["ended"]


def test_the_records_form_one_chain(submitted):
    assert verify(submitted.results, scripts=submitted.project / "workflow_scripts").faults == []


def test_nothing_is_left_to_do(submitted, submit):
    run = submit(submitted.project, "-n", *ASKED)
    output, _ = run.communicate()
    assert re.search("Nothing to be done", output), output
