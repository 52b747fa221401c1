"""Trainings on a machine with several GPUs: real processes and real locks, a driver that is a script."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from pathlib import Path
from discgrade.learning.loop.placement import take_gpu, use_gpu
take_gpu(Path(sys.argv[1])) if sys.argv[1] != "none" else use_gpu(0)
print(os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(driver, tmp_path):
    """A function that starts a process which takes one of two GPUs, and the number that it took."""
    driver("0", "1")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}

    with ExitStack() as stack:

        def taken(locks=tmp_path / "locks", **changes):
            command = [sys.executable, "-c", SCRIPT, str(locks)]
            options = {"env": environment | changes, "text": True}
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process, process.stdout.readline().strip()

        yield taken


def test_trainings_spread_over_the_gpus_before_they_share_one(start):
    assert [start()[1] for _ in range(3)] == ["0", "1", "0"]


def test_the_gpu_of_a_killed_training_is_the_next_ones(start):
    start()
    second, gpu = start()
    assert gpu == "1"
    second.kill()
    second.wait()
    assert start()[1] == "1"


def test_what_a_cluster_gave_is_kept(start):
    assert start(CUDA_VISIBLE_DEVICES="3")[1] == "3"
    assert start()[1] == "0"


def test_without_a_gpu_nothing_is_set(start):
    assert start(PATH="/nowhere")[1] == "None"


def test_a_job_without_a_gpu_sees_none_whatever_the_machine_has(start):
    assert start("none")[1] == ""
    assert start("none", CUDA_VISIBLE_DEVICES="3")[1] == ""
