"""What a job ran on, said so that no host, user or place can be told from it."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from discgrade.host import given_gpus, kernel_field, peak_memory


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
            "processor": kernel_field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
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


def _gpu() -> dict[str, Any]:
    """Return what a job that was given a GPU ran on: model and driver as the driver says; the CPU if none answers.

    `visible` are the GPUs' numbers among those of the node, where the job was given some of them.
    """
    given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    visible = {"visible": given} if re.fullmatch(r"[\d,]+", given) else {}
    gpus = given_gpus("name", "driver_version")
    if not gpus:
        return {"kind": "CPU"} | visible
    return {"kind": "GPU", "model": [model for model, _ in gpus], "driver": gpus[0][1]} | visible
