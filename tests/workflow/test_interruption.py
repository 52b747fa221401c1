"""A study that is killed, at any job and in any way and whatever surrounds it, goes on and ends the same."""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from hostile_environment import surround

from discgrade.provenance.audit.verify import verify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")

SMOKE = ("--configfile", "studies/smoke.yaml")
KILLS = [
    ("make_phantom", "snakemake", 1.5),
    ("deidentify", "group", 0.7),
    ("extract_rois", "job", 0.5),
    ("augment", "snakemake", 0.7),
    ("train", "job", 5),
    ("train", "group", 8),
    ("score", "snakemake", 1),
    ("credible_intervals", "job", 0.7),
    ("table2", "group", 0.5),
    ("workflow_report", "snakemake", 3),
]
"""At a job of which rule, what is killed, and how many seconds after the job's start at most."""


class Run:
    """A running Snakemake in a process group of its own."""

    def __init__(self, project, *arguments):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=project,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def scripts(self):
        """Return the running scripts by their rule."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            named = re.search(r"\.snakemake/scripts/tmp\w+\.(\w+)\.py", " ".join(command_of(child)))
            found |= {named[1]: child} if named else {}
        return found

    def wait_for_a_job(self, rule):
        """Return the process of a job of a rule, once it runs."""
        while self.process.poll() is None:
            if job := self.scripts().get(rule):
                return job
            time.sleep(0.02)
        raise AssertionError(f"Snakemake ended before it ran {rule}")

    def kill(self, kind, job):
        """Kill Snakemake with all its jobs, Snakemake alone, or one job alone; Snakemake then ends by itself."""
        if kind == "group":
            os.killpg(self.process.pid, signal.SIGKILL)
        elif kind == "snakemake":
            self.process.kill()
        elif job.is_running():
            job.kill()
        self.process.wait(timeout=300)


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


REPORTS = ("report.html", "workflow.html", "manuscript.zip")
"""They show the digests of what is dated, or run times."""


def digests(folder):
    """Return the digest of every output of a study that does not tell when it was made."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in REPORTS]
    shown = {path.relative_to(folder).as_posix(): path for path in paths}
    # A bundle's facts name the job records behind it, which are dated; its networks do not.
    dated = ("provenance/", "logs/", "bundle/bundle.json", "bundle/model_card.md", "bundle.zip")
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in shown.items()
        if not name.startswith(dated)
    }


def leftovers(project):
    return [path for place in ("results", "private") for path in (project / place).rglob("*.partial*")]


@pytest.mark.slow
def test_after_a_killed_snakemake_the_next_call_makes_the_same_table(smoke, smoke_copy, run_snakemake):
    results = smoke_copy / "results" / "smoke"
    made_with_others = {".docx", ".xlsx"}
    for path in [results / "intervals.parquet", *results.glob("tables/table4.*")]:
        if path.suffix not in made_with_others:
            path.unlink()
    run = Run(smoke_copy, "table4", *SMOKE)
    job = run.wait_for_a_job("credible_intervals")
    time.sleep(1)
    run.kill("snakemake", job)
    again = run_snakemake(smoke_copy, "table4", *SMOKE)
    assert again.returncode == 0, again.stderr[-1500:]
    assert digests(results) == digests(smoke / "results" / "smoke")
    assert leftovers(smoke_copy) == []


@pytest.mark.slow
def test_a_half_finished_training_resumes_after_a_comment_and_a_package_that_it_does_not_use(smoke_copy):
    study = yaml.safe_load((smoke_copy / "studies" / "smoke.yaml").read_text())
    study["training"] |= {"epochs": 500}
    (smoke_copy / "studies" / "long.yaml").write_text(yaml.safe_dump(study))
    run = "integral/24px/share-1/holdout/seed-1"
    state, log = smoke_copy / f"results/smoke/checkpoints/{run}", smoke_copy / f"results/smoke/logs/train/{run}.log"
    target = f"results/smoke/runs/{run}/history.parquet", "--configfile", "studies/long.yaml"
    first = Run(smoke_copy, *target)
    wait_for(lambda: [*state.glob("*/epoch.npz")], seconds=120)
    first.kill("group", None)
    losses = smoke_copy / "src/discgrade/learning/grading/losses.py"
    losses.write_text(losses.read_text().replace('"""', '"""Changed. ', 1) + "\n# a comment\n")
    lock = smoke_copy / "envs" / "requirements.lock"
    lock.write_text(re.sub(r"^matplotlib==\S+", "matplotlib==0.0.1", lock.read_text(), flags=re.MULTILINE))
    again = Run(smoke_copy, *target)
    wait_for(lambda: log.exists() and "resumes after epoch" in log.read_text(), seconds=120)
    again.kill("group", None)
    assert len([*state.iterdir()]) == 1


def undated(results):
    """Return what a bundle says of itself, but for when it was made and the digest over the dated job records."""
    told = [(results / "bundle" / name).read_text() for name in ("bundle.json", "model_card.md")]
    return [re.sub(r'"(created|provenance)": "[^"]*"|records to \S+, provenance \w+', "", text) for text in told]


@pytest.mark.ci
def test_a_study_that_is_killed_at_every_stage_in_a_hostile_environment_ends_the_same(
    smoke, project, run_snakemake, tmp_path, monkeypatch
):
    surround(monkeypatch, tmp_path / "home")
    generator = random.Random(1)
    for rule, kind, seconds in KILLS:
        run = Run(project, *SMOKE)
        job = run.wait_for_a_job(rule)
        time.sleep(generator.uniform(0, seconds))
        run.kill(kind, job)
    last = run_snakemake(project, *SMOKE)
    assert last.returncode == 0, last.stderr[-1500:]
    results, expected = project / "results" / "smoke", smoke / "results" / "smoke"
    assert len(digests(expected)) > 80
    assert digests(results) == digests(expected)
    assert undated(results) == undated(expected)
    assert leftovers(project) == []
    assert verify(results, scripts=project / "workflow_scripts").faults == []
    for name in ("XLA_FLAGS", "OPENBLAS_CORETYPE", "OPENCV_IPP", "PYTHONHASHSEED"):
        assert f"{name} (" in last.stderr
        assert f"{name} (" in (results / "logs" / "score.log").read_text()
    result = run_snakemake(project, "-n", *SMOKE)
    assert "Nothing to be done" in result.stdout + result.stderr


PHANTOM = """
from pathlib import Path
from discgrade.phantom.cohort import make_cohort
from discgrade.settings.groups.cohort import Phantom
folder = Path("phantom")
make_cohort(private=folder, destination=folder / "dicom", ratings=folder / "ratings.csv",
            truth=folder / "truth.parquet", phantom=Phantom(200, 0, reread=0, second_rater=0, seed=1), workers=2)
"""
EXPORT = """
from discgrade.__main__ import main
main(["deidentify", "scans", "out", "--private", "private", "--jobs", "2"])
"""
INDEX = """
from pathlib import Path
from discgrade.deidentification.indexing import read_headers
from discgrade.imaging.header import Stamp
files = [Stamp(str(path), 1, 0, 0, 0) for path in Path("scans").rglob("*.IMA")]
read_headers(Path(), files * 500)
"""


@pytest.mark.slow
@pytest.mark.parametrize("code", [PHANTOM, EXPORT, INDEX], ids=["make_phantom", "deidentify", "index"])
def test_the_processes_of_a_pool_die_with_the_killed_process_that_began_it(smoke, tmp_path, code):
    (tmp_path / "scans").symlink_to(smoke / "private" / "smoke" / "source" / "dicom")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment) as parent:
        wait_for(lambda: len(psutil.Process(parent.pid).children()) >= 2)
        time.sleep(0.5)
        workers = psutil.Process(parent.pid).children()
        assert len(workers) >= 2
        parent.kill()
    assert wait_for(lambda: not any(worker.is_running() for worker in workers), seconds=5)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found
