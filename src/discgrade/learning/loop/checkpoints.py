"""The state of a training after its last finished epoch: one file, whole or not at all.

It lies in a folder named by the digest of all that decides the result, so a training only ever resumes its own.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from discgrade.learning.loop.progress import say
from discgrade.learning.loop.schedule import Epoch, History
from discgrade.records import replacing

Arrays = Sequence[NDArray[Any]]

FILE = "epoch.npz"


def digest(*parts: object) -> str:
    """Return a digest of bytes, arrays and JSON-able settings."""
    total = hashlib.sha256()
    for part in parts:
        total.update(_bytes(part))
        total.update(b"\0")
    return total.hexdigest()[:32]


def _bytes(part: object) -> bytes | memoryview:
    if isinstance(part, np.ndarray):
        return np.ascontiguousarray(part).reshape(-1).view(np.uint8).data
    return part if isinstance(part, bytes) else json.dumps(part, sort_keys=True, default=str).encode()


@contextmanager
def own_folder(state: Path, name: str, log: TextIO) -> Iterator[Path]:
    """Lock and yield the folder `name` below `state`; another process that trains the same run is waited for."""
    folder = state / name
    folder.mkdir(parents=True, exist_ok=True)
    others = [other.name for other in state.iterdir() if other.is_dir() and other != folder]
    if others:
        say(log, f"left alone: {len(others)} checkpoints of other settings, code or data in {state.name}")
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(log, "waiting for another process that trains this very run")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def save(folder: Path, history: History, groups: Mapping[str, Arrays]) -> None:
    """Write the history and named groups of arrays in place of the last epoch's, whole or not at all."""
    arrays = {f"{name}/{number:04d}": array for name, group in groups.items() for number, array in enumerate(group)}
    with replacing(folder / FILE) as partial, partial.open("wb") as file:
        rows = json.dumps([asdict(epoch) for epoch in history]).encode()
        np.savez(file, history=np.frombuffer(rows, np.uint8), **arrays)  # type: ignore[arg-type]


def load(folder: Path) -> tuple[list[Epoch], dict[str, list[NDArray[Any]]]]:
    """Return the history and the groups of arrays of the last finished epoch; nothing if there is none."""
    if not (folder / FILE).exists():
        return [], {}
    groups: dict[str, list[NDArray[Any]]] = {}
    with np.load(folder / FILE) as arrays:
        for name in sorted(set(arrays.files) - {"history"}):
            groups.setdefault(name.partition("/")[0], []).append(arrays[name])
        return [Epoch(**row) for row in json.loads(arrays["history"].tobytes())], groups


def clear(folder: Path) -> None:
    """Remove a finished training's folder, and the folder above it if nothing else is left there."""
    shutil.rmtree(folder, ignore_errors=True)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()
