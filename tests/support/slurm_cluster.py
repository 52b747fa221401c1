"""A real Slurm on this machine alone, with two pretend GPUs: every file in one folder, gone when its user is.

    python tests/support/slurm_cluster.py snakemake --workflow-profile profiles/slurm-gpu --slurm-no-account

runs a command inside it, as on a login node. Needs the Debian packages slurmctld, slurmd and slurm-client; no root, no
munge, no database. The partitions `cpu` and `gpu` are the same machine, which claims CPUS processors.
"""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
CPUS = 8
GPUS = 2
START_SECONDS = 30

CONFIGURATION = """
ClusterName=pretended
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=1000
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MinJobAge=3600
KillWait=2
ReturnToService=2
SchedulerParameters=batch_sched_delay=0
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=256000 Gres=gpu:pretended:{gpus}
PartitionName=cpu Nodes=ALL Default=YES MaxTime=1-0
PartitionName=gpu Nodes=ALL MaxTime=1-0
"""

DEVICES = "AutoDetect=off\nNodeName={host} Name=gpu Type=pretended File={folder}/gpu[0-{last}]\n"


def missing_programs() -> list[str]:
    """Return which of Slurm's programs are not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def running_slurm() -> Iterator[dict[str, str]]:
    """Start Slurm in a folder of its own and yield the environment in which its commands find it.

    Raises:
        RuntimeError: if its node is not idle in time; the message holds the end of its logs.
    """
    with tempfile.TemporaryDirectory(prefix="slurm-") as name, ExitStack() as stack:
        folder = Path(name)
        environment = _write_files(folder)
        for daemon in ("slurmctld", "slurmd"):
            stack.enter_context(_running_daemon(daemon, folder, environment))
        stack.callback(_cancel_all, environment)
        _wait_for_node(folder, environment)
        yield environment


def answer(environment: Mapping[str, str], *command: str) -> str:
    """Return what one of Slurm's commands prints."""
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


def _write_files(folder: Path) -> dict[str, str]:
    """Write configuration, pretended devices and a wrapper of srun; return the environment that leads to them.

    The Slurm executor of Snakemake takes SLURM_CONF from the environment of the steps that it starts in a job, so that
    srun would look for a cluster in /etc.
    """
    host = socket.gethostname().partition(".")[0]
    facts = {"host": host, "folder": folder, "user": getpass.getuser(), "ports": _free_ports(2), "cpus": CPUS}
    configuration = folder / "slurm.conf"
    configuration.write_text(CONFIGURATION.format(**facts, gpus=GPUS))
    (folder / "gres.conf").write_text(DEVICES.format(**facts, last=GPUS - 1))
    for place in ("state", "spool", "programs"):
        (folder / place).mkdir()
    for number, device in enumerate(("/dev/null", "/dev/zero")):
        (folder / f"gpu{number}").symlink_to(device)
    wrapper = folder / "programs" / "srun"
    wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun")} "$@"\n')
    wrapper.chmod(0o755)
    return dict(os.environ) | {"SLURM_CONF": str(configuration), "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def _running_daemon(name: str, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with (folder / f"{name}.log").open("w") as log:
        daemon = subprocess.Popen([name, "-D"], env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait(timeout=60)


def _wait_for_node(folder: Path, environment: Mapping[str, str]) -> None:
    for _ in range(4 * START_SECONDS):
        state = subprocess.run(
            ["sinfo", "--noheader", "--format=%T"], env=environment, check=False, capture_output=True, text=True
        )
        if set(state.stdout.split()) == {"idle"}:
            return
        time.sleep(0.25)
    logs = "\n".join((folder / f"{name}.log").read_text()[-1500:] for name in ("slurmctld", "slurmd"))
    raise RuntimeError(f"Slurm did not start within {START_SECONDS} s:\n{logs}")


def _cancel_all(environment: Mapping[str, str]) -> None:
    """Cancel every job and wait until none of their processes is left."""
    answer(environment, "scancel", "--user", getpass.getuser())
    deadline = time.monotonic() + START_SECONDS
    while answer(environment, "squeue", "--noheader") and time.monotonic() < deadline:
        time.sleep(0.25)


if __name__ == "__main__":
    with running_slurm() as inside:
        sys.exit(subprocess.run(sys.argv[1:], env=inside, check=False).returncode)
