"""What a training may take of the machine's memory, and what it uses of its GPU."""

from collections.abc import Iterator
from pathlib import Path

from discgrade.host import given_gpus, kernel_bytes

MIB = 2**20
_GROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def available_memory(processes: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return the memory that is free for new work, in bytes, or None where the kernel does not tell.

    It is the least of what the machine has left and what the control groups of a container or a cluster's job leave.
    """
    machine = kernel_bytes(processes / "meminfo", "MemAvailable")
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


def _left(group: Path) -> int | None:
    """Return the bytes that a control group may still take, reclaimable file cache included; None without a limit."""
    for limit, used, cache in _GROUP_FILES:
        if (group / limit).exists() and (allowed := (group / limit).read_text().strip()) != "max":
            reclaimable = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())[cache]
            return int(allowed) - int((group / used).read_text()) + int(reclaimable)
    return None


def gpu_use() -> tuple[float, float, float] | None:
    """Return used and total memory in MiB and utilisation in percent of this process's first GPU, None without one."""
    gpus = given_gpus("memory.used", "memory.total", "utilization.gpu")
    try:
        used, total, busy = map(float, gpus[0])
    except (IndexError, ValueError):
        return None
    return used, total, busy
