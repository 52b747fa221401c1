"""What the kernel and the GPU's driver say of this process and the machine that it runs on.

Nothing here decides a result, so this module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

import atexit
import ctypes
import gc
import hashlib
import os
import platform
import re
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

_NO_GPU = "No devices were found"
_OBJECTS, _LOOSE_OBJECTS = 50_000, 2_000


MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]
"""Stands for this machine in the names of temporary files, which several machines may share a disc for."""


def kernel_field(file: Path, name: str) -> str | None:
    """Return the value of a `name: value` line of a file of the kernel; None without the line or the file."""
    if not file.exists():
        return None
    found = re.search(rf"^{re.escape(name)}\s*:\s*(.*)$", file.read_text(), re.MULTILINE)
    return found.group(1).strip() if found else None


def kernel_bytes(file: Path, name: str) -> int | None:
    """Return the size of a `name: value kB` line of a file of the kernel in bytes; None without it."""
    size = kernel_field(file, name)
    return int(size.split()[0]) * 1024 if size else None


def peak_memory() -> int | None:
    """Return the largest resident size of this process so far in bytes, or None where the system does not say.

    `getrusage` would inherit Snakemake's size across the fork: VmHWM starts with the program.
    """
    return kernel_bytes(Path("/proc/self/status"), "VmHWM")


def given_gpus(*fields: str) -> list[list[str]]:
    """Return the driver's answers for each GPU that this process was given.

    CUDA_VISIBLE_DEVICES says which: all if it is unset, none if it is empty.

    Args:
        fields: What to ask, as `nvidia-smi --help-query-gpu` names it.

    Returns:
        A row of answers, in the order of the fields, for each GPU; none without a driver, or if it does not answer.
    """
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given == "":
        return []
    query = ["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            query + (["-i", given] if given else []), capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.split(", ") for line in done.stdout.strip().splitlines() if line != _NO_GPU]


def collect_rarely() -> None:
    """Look for cycles of garbage seventy times less often, and not once more when this process ends.

    Imports and headers make hundreds of thousands of objects that stay: to look through them takes half a second, and
    the system takes their memory back without it.
    """
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def collect_the_rest() -> None:
    """Take back memory of cycles of garbage, once there are some: what was there at the first call stays unseen."""
    _keep_first()
    if gc.get_count()[0] > _LOOSE_OBJECTS:
        gc.collect()


@cache
def _keep_first() -> None:
    gc.freeze()


def is_running(process: int) -> bool:
    """Tell whether a process of this machine runs, whoever's it is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies: a killed Snakemake leaves no script behind (Linux)."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent or _adopted(parent):
        os.kill(os.getpid(), signal.SIGKILL)


def _adopted(parent: int) -> bool:
    """Tell whether the parent died while Python started, so that an init process has taken its place."""
    try:
        command = Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False
    return b"snakemake" not in command and b"python" not in command
