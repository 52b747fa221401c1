"""The state of a training after its last finished epoch: one file, whole or not at all.

It lies in a folder named by the digest of all that decides the result, so a training only ever goes on from its own.
"""

import fcntl
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from discgrade.records import replacing

Arrays = Sequence[NDArray[Any]]
FILE = "epoch.npz"


def digest(*parts: object) -> str:
    """Return a digest of JSON-able settings, arrays and bytes."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype != object:
            total.update(np.ascontiguousarray(part).data)
        elif isinstance(part, bytes):
            total.update(part)
        else:
            total.update(json.dumps(part, sort_keys=True, default=str).encode())
        total.update(b"\0")
    return total.hexdigest()[:32]


@contextmanager
def own_folder(state: Path, name: str, log: TextIO) -> Iterator[Path]:
    """Lock and yield the folder `name` below `state`; another training of the same run is waited for."""
    folder = state / name
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(other.name for other in state.iterdir() if other.name != name)
    if others:
        print(f"left alone: {len(others)} checkpoints of other code, settings or data in {state}", file=log)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another process trains this very run: waiting for it", file=log, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def save(folder: Path, history: Sequence[Mapping[str, Any]], groups: Mapping[str, Arrays]) -> None:
    """Write the history and named groups of arrays as one file, replacing the last epoch's."""
    arrays = {f"{name}/{number:04d}": array for name, group in groups.items() for number, array in enumerate(group)}
    with replacing(folder / FILE) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, history=np.frombuffer(json.dumps(list(history)).encode(), np.uint8), **arrays)
        

def load(folder: Path) -> tuple[list[dict[str, Any]], dict[str, list[NDArray[Any]]]]:
    """Return the history and the groups of arrays of the last finished epoch; nothing if there is none."""
    if not (folder / FILE).exists():
        return [], {}
    groups: dict[str, list[NDArray[Any]]] = {}
    with np.load(folder / FILE) as arrays:
        for name in sorted(set(arrays.files) - {"history"}):
            groups.setdefault(name.partition("/")[0], []).append(arrays[name])
        return json.loads(arrays["history"].tobytes()), groups


def clear(folder: Path) -> None:
    """Remove a finished training's folder."""
    shutil.rmtree(folder, ignore_errors=True)
