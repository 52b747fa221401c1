"""A training that Slurm takes its node from, and one that is cancelled, resume from their checkpoint."""

import re
import shutil
import time
import zipfile

import pytest
from slurm_cluster import answer

from discgrade.learning.loop import checkpoints

from .queue_watch import queue

pytestmark = pytest.mark.ci

# The smoke study's default run, for long enough to be interrupted.
EPOCHS = 60
LONGER = f"training: {{epochs: {EPOCHS}}}\n"
RUN = "default/24px/share-1/holdout/seed-1"
OUTPUTS = f"results/smoke/runs/{RUN}"
STATE = f"results/smoke/checkpoints/{RUN}"
LOG = f"results/smoke/logs/train/{RUN}.log"
TARGET = (f"{OUTPUTS}/predictions.parquet", "--configfile", "studies/smoke.yaml", "studies/longer.yaml")


@pytest.fixture
def longer(smoke, tmp_path):
    """A function that makes a project in which everything but a longer training is done."""

    def make(name):
        project = shutil.copytree(smoke, tmp_path / name, symlinks=True)
        (project / "studies" / "longer.yaml").write_text(LONGER)
        return project

    return make


def wait_until(condition, seconds=180):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return found


def epochs_done(project):
    """The number of epochs in the checkpoint of the training, 0 without one."""
    return max((len(checkpoints.load(file.parent)[0]) for file in (project / STATE).glob("*/epoch.npz")), default=0)


def resumed_after(project):
    """The epoch after which the running attempt resumed, None if it began anew or has not got there."""
    log = project / LOG
    found = re.search(r"resumes after epoch (\d+)", log.read_text() if log.exists() else "")
    return found and int(found.group(1))


def requeue(slurm, project, job):
    """Take a job's node from it, and spare it the two minutes that Slurm lets pass before it starts again."""
    answer(slurm, "scontrol", "requeue", job.number)
    wait_until(lambda: queue(slurm, project)[0].state == "PENDING")
    answer(slurm, "scontrol", "update", f"JobId={job.number}", "StartTime=now")


def trained(project):
    """All that a training decides; of the model, the weights, since the file carries a date."""
    made = project / OUTPUTS
    with zipfile.ZipFile(made / "model.keras") as model:
        weights = model.read("model.weights.h5")
    tables = {name: (made / f"{name}.parquet").read_bytes() for name in ("history", "predictions", "network")}
    return tables | {"weights": weights}


def test_a_requeued_and_then_cancelled_training_ends_as_an_undisturbed_one(slurm, submit, longer, run_snakemake):
    project, undisturbed = longer("disturbed"), longer("undisturbed")
    run = submit(project, *TARGET)

    first = wait_until(lambda: epochs_done(project) >= 3 and epochs_done(project))
    (job,) = queue(slurm, project)
    requeue(slurm, project, job)
    second = wait_until(lambda: resumed_after(project))
    assert second >= first

    wait_until(lambda: epochs_done(project) > second)
    answer(slurm, "scancel", job.number)
    assert run_snakemake(undisturbed, *TARGET).returncode == 0
    output, _ = run.communicate(timeout=180)
    assert run.returncode == 0, output[-3000:]
    assert second < resumed_after(project) < EPOCHS

    cancelled, retried = queue(slurm, project)
    assert (cancelled.state, cancelled.restarts) == ("CANCELLED", 1)
    assert (retried.state, retried.restarts) == ("COMPLETED", 0)
    assert retried.megabytes == 2 * cancelled.megabytes
    assert trained(project) == trained(undisturbed)
