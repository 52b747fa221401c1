"""One Slurm for all tests of this folder, and a way to submit to it as a user would."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from slurm_cluster import missing_programs, running_slurm

Submit = Callable[..., subprocess.Popen[str]]

# What a site without an accounting database sets, and no waiting before the first look at a job.
SITE = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1")


@pytest.fixture(scope="session")
def slurm() -> Iterator[Mapping[str, str]]:
    """The environment of a running Slurm; without it, tests are skipped, in CI they fail."""
    missing = missing_programs() + ([] if find_spec("snakemake_executor_plugin_slurm") else ["Snakemake's plugin"])
    if missing:
        reason = f"no {', '.join(missing)} here. Install slurmctld, slurmd, slurm-client and envs/cluster.lock"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with running_slurm() as environment:
        yield environment


@pytest.fixture(scope="session")
def submit(slurm: Mapping[str, str]) -> Iterator[Submit]:
    """A function that starts Snakemake with the cluster's profile in a copy of the project."""
    environment = {key: value for key, value in slurm.items() if key not in ("PYTHONPATH", "PYTEST_CURRENT_TEST")}

    with ExitStack() as stack:
        yield lambda project, *arguments: stack.enter_context(_snakemake(environment, project, *arguments))


@contextmanager
def _snakemake(environment: Mapping[str, str], project: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    _name_partitions(project / "profiles" / "slurm-gpu" / "profile.yaml")
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm-gpu", *SITE, *arguments]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _name_partitions(profile: Path) -> None:
    """Uncomment the profile's partitions, as a site does."""
    profile.write_text(profile.read_text().replace("# slurm_partition:", "slurm_partition:"))
