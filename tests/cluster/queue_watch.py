"""What Slurm's queue holds while a workflow runs."""

import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from slurm_cluster import answer

SECONDS = 0.5


class QueuedJob(NamedTuple):
    """One look at one job.

    Attributes:
        number: Slurm's number of the job.
        rule: Snakemake's rule.
        state: PENDING, RUNNING, COMPLETED ...
        reason: Why a pending job waits.
        partition: Where it was sent.
        asked: GPUs that it asked for, as Slurm writes it; empty if none.
        devices: Numbers of the GPUs that it holds; empty if none.
        megabytes: Memory that it asked for.
        restarts: How often Slurm put it back into the queue.
    """

    number: str
    rule: str
    state: str
    reason: str
    partition: str
    asked: str
    devices: str
    megabytes: int
    restarts: int


def queue(environment: Mapping[str, str], project: Path) -> list[QueuedJob]:
    """Return what Slurm says of every job of a project, those that are over included."""
    lines = answer(environment, "scontrol", "--details", "--oneliner", "show", "jobs").splitlines()
    return [_job(line) for line in lines if f" WorkDir={project} " in line]


def _job(line: str) -> QueuedJob:
    fields = dict(re.findall(r"(\S+?)=(\S*)", line))
    devices = re.search(r"\(IDX:([\d,-]+)\)", line)
    return QueuedJob(
        number=fields["JobId"],
        rule=re.sub(r"^rule_|_wildcards_.*$", "", fields["Comment"]),
        state=fields["JobState"],
        reason=fields["Reason"],
        partition=fields["Partition"],
        asked=fields.get("TresPerJob", ""),
        devices=devices.group(1) if devices else "",
        megabytes=int(fields["MinMemoryNode"].removesuffix("M")),
        restarts=int(fields["Restarts"]),
    )


class Watch(threading.Thread):
    """Looks at a project's jobs twice a second until it is told to stop."""

    def __init__(self, environment: Mapping[str, str], project: Path) -> None:
        super().__init__(daemon=True)
        self.environment = environment
        self.project = project
        self.looks: list[list[QueuedJob]] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(SECONDS):
            self.looks.append(queue(self.environment, self.project))

    def stop(self) -> list[list[QueuedJob]]:
        """Look once more and return all that was seen, in order."""
        self.over.set()
        self.join()
        return [*self.looks, queue(self.environment, self.project)]
