import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SNAKEFILE = """
import os, sys
os.environ["PYTHONPATH"] = os.path.join(workflow.basedir, "src")
config = {"study": "steps", "cohort": {}}
rule all:
    input: expand("results/steps/{kind}.txt", kind=["well", "ours", "theirs", "private", "private_ours"])
rule work:
    output: text="results/steps/{kind}.txt"
    params: seed=7
    log: "results/steps/logs/{kind}.log"
    script: "workflow_scripts/work.py"
rule elsewhere:
    output: text="results/steps/elsewhere.txt"
    log: "results/steps/logs/elsewhere.log"
    script: "other/scripts/work.py"
"""

SCRIPT = """
import ctypes, logging, os, random, subprocess, sys, time, warnings
from pathlib import Path
from discgrade import grades
from discgrade.private import RefusedError
from discgrade.step import step

kind = snakemake.wildcards.get("kind", "well")
with step(snakemake, private=kind.startswith("private")) as job:
    print("printed Mueller")
    os.system("echo from below Mueller")
    warnings.warn("warned Mueller")
    logging.getLogger("library").warning("library says Mueller")
    logging.getLogger("library").info("chatter of a library")
    logging.getLogger("discgrade.imaging").info("we say hello")
    draw = random.random()
    if kind == "private_ours":
        raise RefusedError("nothing quoted")
    if kind == "ours":
        grades.rank([2.5])
    if kind in ("theirs", "private"):
        int("Mueller")
    if kind.endswith("large"):
        Path(snakemake.output[0]).write_text("x" * 1_000_000)
    if kind == "slow":
        Path("pid").write_text(str(os.getpid()))
        time.sleep(60)
    job.output("text").write_text(repr(draw))
"""


def snakemake(project, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return [sys.executable, "-m", "snakemake", "--cores", "2", "--keep-going", *arguments], {
        "cwd": project,
        "env": environment,
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }


@pytest.fixture(scope="module")
def project(shared_folder):
    """A project whose jobs succeed and fail in every way; run once for all workers."""
    folder = shared_folder / "steps"
    with (shared_folder / "steps.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "terminal").exists():
            shutil.rmtree(folder, ignore_errors=True)
            prepare(folder)
            command, options = snakemake(folder)
            done = subprocess.run(command, check=False, **options)
            assert done.returncode == 1
            (folder / "terminal").write_text(done.stdout)
    return folder


def prepare(folder):
    for scripts in ("workflow_scripts", "other/scripts"):
        (folder / scripts).mkdir(parents=True)
        (folder / scripts / "work.py").write_text(SCRIPT)
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "src").mkdir()
    (folder / "src" / "discgrade").symlink_to(ROOT / "src" / "discgrade")


@pytest.fixture(scope="module")
def terminal(project):
    return (project / "terminal").read_text()


def log(project, kind):
    return (project / "results" / "steps" / "logs" / f"{kind}.log").read_text()


def test_all_that_a_script_says_goes_to_its_log(project, terminal):
    for words in ("printed Mueller", "from below Mueller", "UserWarning: warned", "library says", "we say hello"):
        assert words in log(project, "well")
        assert words not in terminal


def test_our_own_error_is_one_paragraph_on_the_terminal_with_the_traceback_in_the_log(project, terminal):
    assert "work: Invalid grade on the fractional scale." in terminal
    assert "(log: results/steps/logs/ours.log)" in terminal
    assert "Traceback" not in terminal
    assert "Traceback" in log(project, "ours")


def test_an_unforeseen_error_is_named_by_its_kind(project, terminal):
    assert "work: ValueError: invalid literal for int() with base 10: 'Mueller' (log:" in terminal
    assert "Traceback" in log(project, "theirs")


def test_a_failed_job_leaves_neither_output_nor_record(project, terminal):
    assert not (project / "results" / "steps" / "ours.txt").exists()
    records = (project / "results" / "steps" / "provenance" / "work").iterdir()
    assert [path.name for path in records] == ["kind=well.json"]


def test_a_private_job_tells_only_what_we_say_ourselves(project, terminal):
    assert "Mueller" not in log(project, "private")
    assert "we say hello" in log(project, "private")
    assert "UserWarning in" in log(project, "private")
    assert "ValueError: ValueError" in log(project, "private")
    assert "work: ValueError (log: results/steps/logs/private.log)" in terminal


def test_an_error_in_a_private_job_that_quotes_nothing_is_told_in_full(project, terminal):
    assert "RefusedError: nothing quoted" in log(project, "private_ours")
    assert "work: nothing quoted" in terminal


def test_the_global_generators_start_from_the_jobs_seed(project, terminal):
    import random

    assert (project / "results" / "steps" / "well.txt").read_text() == repr(random.Random(7).random())


def test_another_checkouts_package_is_refused(project, terminal):
    command, options = snakemake(project, "results/steps/elsewhere.txt")
    done = subprocess.run(command, check=False, **options)
    assert "discgrade should be imported from the checkout whose scripts run" in done.stdout


def test_libraries_chatter_is_left_out_of_the_log(project, terminal):
    assert "chatter" not in log(project, "well")


def test_a_full_disc_is_one_sentence_without_traceback_on_the_terminal_and_in_the_log(tmp_path, disc):
    prepare(tmp_path)
    disc("size=512k", tmp_path / "results" / "steps")
    command, options = snakemake(tmp_path, "results/steps/large.txt", "results/steps/private_large.txt")
    done = subprocess.run(command, check=False, **options)
    said = "work: results/steps: No space left on device. Make room there, or choose another place, and run it again"
    assert f"{said} (log: results/steps/logs/private_large.log)" in done.stdout
    assert f"{said.replace('steps:', 'steps/large.txt:')} (log: results/steps/logs/large.log)" in done.stdout
    assert done.stdout.count("No space left") == 2
    assert "Traceback" not in done.stdout + log(tmp_path, "large") + log(tmp_path, "private_large")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")
def test_a_script_dies_with_a_killed_snakemake(project, terminal):
    command, options = snakemake(project, "--nolock", "results/steps/slow.txt")
    with subprocess.Popen(command, **options) as parent:
        wait_for((project / "pid").exists)
        parent.send_signal(signal.SIGKILL)
    script = Path("/proc") / (project / "pid").read_text()
    wait_for(lambda: not script.exists())


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
