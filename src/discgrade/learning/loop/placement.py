"""Which of a machine's GPUs a training takes where no cluster has given it one.

A training holds a lock on a slot of a GPU until its process ends, however it ends. Every GPU's first slot is taken
before any second one, so trainings spread over the GPUs first and share them only when there are more trainings.
"""

import fcntl
import os
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import IO

from discgrade.host import given_gpus

_HELD: list[IO[bytes]] = []


def use_gpu(gpus: int) -> None:
    """Let this process see the GPU that its job was given, or none.

    Args:
        gpus: Number of GPUs that the job was given, 0 or 1.
    """
    if gpus:
        take_gpu()
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""


def take_gpu(folder: Path | None = None) -> None:
    """Let this process see one GPU alone: the one that the fewest trainings of this user hold.

    Nothing is changed where CUDA_VISIBLE_DEVICES is set already, or without a GPU.

    Args:
        folder: Where the locks lie; by default a folder of this user's among the machine's temporary files.
    """
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return
    if gpus := [number for (number,) in given_gpus("index")]:
        folder = folder or Path(tempfile.gettempdir(), f"discgrade-gpus-{os.getuid()}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ.update(CUDA_DEVICE_ORDER="PCI_BUS_ID", CUDA_VISIBLE_DEVICES=_take_slot(gpus, folder))


def _take_slot(gpus: Sequence[str], folder: Path) -> str:
    """Lock the first free slot, and return its GPU."""
    return next(gpu for slot in count() for gpu in gpus if _lock(folder / f"{gpu}-{slot}.lock"))


def _lock(path: Path) -> bool:
    """Lock a file until this process ends, unless another one has."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    _HELD.append(file)
    return True
