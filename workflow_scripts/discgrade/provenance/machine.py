"""What a job ran on, said so that no host, user or place can be told from it."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any


def checkout(folder: Path) -> dict[str, Any]:
    """Return the commit of a checkout and whether its tree was clean; both None without git."""
    commit = _git(folder, "rev-parse", "HEAD")
    return {"commit": commit, "clean": commit and not _git(folder, "status", "--porcelain")}


def _git(folder: Path, *command: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *command], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def process(gpu: bool) -> dict[str, Any]:
    """Return versions, class of host, device and peak memory of this process, at its end.

    Args:
        gpu: Whether the job was given a GPU.
    """
    return {
        "python": platform.python_version(),
        "packages": packages(),
        "host": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": _field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
            "cores": os.cpu_count(),
        },
        "device": _gpu() if gpu else {"kind": "CPU"},
        "peak_memory_bytes": peak_memory(),
    }


def packages() -> dict[str, str]:
    """Return the versions of the packages that this process has imported, by import name."""
    modules = {name: vars(module) for name, module in sys.modules.items() if "." not in name}
    installed = {name: known for name, known in modules.items() if "site-packages" in str(known.get("__file__"))}
    versions = {name: known.get("__version__") for name, known in installed.items()}
    return {name: version for name, version in sorted(versions.items()) if isinstance(version, str)}


def peak_memory() -> int | None:
    """Return the largest resident size of this process in bytes, or None where the system does not say.

    `getrusage` would inherit Snakemake's size across the fork: VmHWM starts with the program.
    """
    size = _field(Path("/proc/self/status"), "VmHWM")
    return int(size.split()[0]) * 1024 if size else None


def _field(file: Path, name: str) -> str | None:
    """Return the value of a `name: value` line of a file of the kernel, or None."""
    if not file.exists():
        return None
    found = re.search(rf"^{re.escape(name)}\s*:\s*(.*)$", file.read_text(), re.MULTILINE)
    return found.group(1).strip() if found else None


def _gpu() -> dict[str, Any]:
    """Return what a job that was given a GPU ran on: model and driver as the driver says; the CPU if none answers.

    `visible` are the GPUs' numbers among those of the node, where the cluster gave the job some of them.
    """
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    visible = {"visible": given} if re.fullmatch(r"[\d,]+", given) else {}
    try:
        done = subprocess.run(
            query + (["-i", given] if given else []), capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return {"kind": "CPU"} | visible
    models = [line.split(", ") for line in done.stdout.strip().splitlines()]
    driver = models[0][1] if models else None
    return {"kind": "GPU", "model": [model for model, _ in models], "driver": driver} | visible
