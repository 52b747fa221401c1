"""What this process uses of the machine: memory, and the GPU as the driver reports it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

MIB = 2**20
_GROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def peak_memory() -> float | None:
    """Return the largest memory that this process has held so far, in MiB, or None where the kernel does not tell."""
    return _status("VmHWM")


def available_memory(processes: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Return the memory that is free for new work, in MiB, or None where the kernel does not tell.

    It is the least of what the machine has left and what the control groups of a container or a cluster's job leave.
    """
    machine = _field(processes / "meminfo", "MemAvailable")
    amounts = [amount for folder in _memory_groups(processes, groups) if (amount := _left(folder)) is not None]
    return min([*amounts, machine]) if machine is not None else None


def _memory_groups(processes: Path, groups: Path) -> Iterator[Path]:
    """Yield the folders of this process's control group and its parents, of the kernel's second version and first."""
    listed = processes / "self" / "cgroup"
    for line in listed.read_text().splitlines() if listed.exists() else []:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            root = groups / controllers
            folder = root / path.lstrip("/")
            yield from (one for one in (folder, *folder.parents) if one.is_relative_to(root))


def _left(group: Path) -> float | None:
    """Return what a control group may still take, in MiB, its reclaimable file cache included; None without a limit."""
    for limit, used, cache in _GROUP_FILES:
        if (group / limit).exists() and (allowed := (group / limit).read_text().strip()) != "max":
            reclaimable = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())[cache]
            return (int(allowed) - int((group / used).read_text()) + int(reclaimable)) / MIB
    return None


def gpu_use() -> tuple[float, float, float] | None:
    """Return used and total memory in MiB and utilisation in percent of the first visible GPU, None without one."""
    if shutil.which("nvidia-smi") is None:
        return None
    query = ["nvidia-smi", "--query-gpu=memory.used,memory.total,utilization.gpu", "--format=csv,noheader,nounits"]
    answer = subprocess.run(query, check=False, capture_output=True, text=True)
    values = answer.stdout.partition("\n")[0].split(",")
    try:
        used, total, busy = map(float, values)
    except ValueError:
        return None
    return used, total, busy


def _status(key: str) -> float | None:
    return _field(Path("/proc/self/status"), key)


def _field(path: Path, key: str) -> float | None:
    if not path.exists():
        return None
    lines = (line.split() for line in path.read_text().splitlines())
    return next((int(words[1]) / 1024 for words in lines if words[0] == f"{key}:"), None)
