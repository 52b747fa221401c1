"""What this process uses of the machine: memory, and the GPU as the driver reports it."""

import shutil
import subprocess
from pathlib import Path

MIB = 2**20


def peak_memory() -> float | None:
    """Return the largest memory that this process has held so far, in MiB, or None where the kernel does not tell."""
    return _status("VmHWM")


def available_memory() -> float | None:
    """Return the memory that is free for new work, in MiB, or None where the kernel does not tell."""
    return _field(Path("/proc/meminfo"), "MemAvailable")


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
