"""A study in miniature that a real Snakemake runs with the real step(): see toy/."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "discgrade"
TOY = Path(__file__).parent / "toy"


def run_toy(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments, "--cores", "2", "--rerun-triggers", "input", "mtime", "params"],
        cwd=project,
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )


def discgrade(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as an auditor would, in any folder."""
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", "discgrade", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, check=False, env=environment, capture_output=True, text=True)


def new_toy(folder: Path) -> Path:
    shutil.copytree(TOY, folder)
    shutil.copytree(PACKAGE.parents[1] / "envs", folder / "envs")
    (folder / "src").mkdir()
    (folder / "src" / "discgrade").symlink_to(PACKAGE)
    return folder


@pytest.fixture(scope="session")
def finished_toy(shared_folder: Path) -> Path:
    """The project after a run, once for all workers; read it, do not change it."""
    project = shared_folder / "toy" / "project"
    with (shared_folder / "toy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (project / ".done").exists():
            shutil.rmtree(project, ignore_errors=True)
            done = run_toy(new_toy(project))
            assert done.returncode == 0, done.stderr
            (project / ".done").touch()
    return project


@pytest.fixture
def toy(finished_toy: Path, tmp_path: Path) -> Path:
    """A copy of the finished project that a test may spoil."""
    return shutil.copytree(finished_toy, tmp_path / "project", symlinks=True)


@pytest.fixture
def results(finished_toy: Path, tmp_path: Path) -> Path:
    """A copy of the results alone, without project, Snakemake's metadata or anything private."""
    return shutil.copytree(finished_toy / "results" / "toy", tmp_path / "toy")
