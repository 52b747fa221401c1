"""Of the locked packages those that a step can reach: what it imports, and what that needs in turn.

A lock file says with each package, after `# via`, which others need it. So nothing has to be installed to plan a run.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

LOCK = "requirements.lock"
BACKENDS = ("tensorflow", "jax", "torch")
"""Import names of Keras' backends: each is reached where the config names it, not where an engine imports it."""

NAMES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "gdcm": "python-gdcm",
    "google": "protobuf",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Packages whose import name is not their own."""

PLUGINS = {"pydicom.pixels": ("pyjpegls", "pylibjpeg", "pylibjpeg-openjpeg", "python-gdcm")}
"""Packages that a module finds by itself, without an import: the decoders of compressed pixels."""

IDLE = frozenset({"matplotlib", "requests", "rich", "setuptools", "wheel"})
"""What other packages need to draw, print, download or install: it counts only where the project itself imports it."""

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")
_VIA = re.compile(r"    #(?: via|  ) +([A-Za-z0-9._-]+)(?:\[[^\]]*\])?$")


def reached_versions(imported: Iterable[str], envs: Path, backend: str | None = None) -> dict[str, str]:
    """Return the versions of all packages that some imports reach, by name.

    Args:
        imported: Dotted names that the code imports, neither its own nor Python's.
        envs: Folder of the lock files.
        backend: Backend that Keras runs on; the others do not count. Some have a lock of their own on top.

    Raises:
        ValueError: if an import is of a package that is neither locked nor installed.
    """
    locks = [envs / LOCK, *([envs / f"{backend}.lock"] if backend and (envs / f"{backend}.lock").is_file() else [])]
    pinned: dict[str, str] = {}
    needs: dict[str, frozenset[str]] = {}
    for lock in locks:
        pins, edges = _read_lock(lock, lock.stat().st_mtime_ns)
        pinned |= pins
        needs |= {name: needs.get(name, frozenset()) | edges[name] for name in edges}
    others = set(BACKENDS) - {backend} if backend else set()
    names = {name for name in imported if name.partition(".")[0] not in others}
    found, waiting = dict[str, str](), _direct(names, pinned)
    while waiting:
        name, known = waiting.popitem()
        found[name] = known
        waiting |= {need: pinned[need] for need in needs.get(name, frozenset()) - IDLE if need not in found}
    return found


def outside(name: str) -> bool:
    """Tell whether an imported name is not Python's own."""
    return name.partition(".")[0] not in sys.stdlib_module_names


def _direct(imported: Iterable[str], pinned: Mapping[str, str]) -> dict[str, str]:
    """Return the packages of imported names, with the plug-ins that these find."""
    found = [plugins for start, plugins in PLUGINS.items() if any(_below(name, start) for name in imported)]
    plugins = {plugin: pinned[plugin] for some in found for plugin in some}
    roots = sorted({name.partition(".")[0] for name in imported})
    return plugins | dict(_package(root, pinned) for root in roots)


def _below(name: str, start: str) -> bool:
    return f"{name}.".startswith(f"{start}.")


def _package(root: str, pinned: Mapping[str, str]) -> tuple[str, str]:
    """Return name and version of the package of an import: the locked one, else the installed one."""
    name = NAMES.get(root, root.lower().replace("_", "-"))
    if name in pinned:
        return name, pinned[name]
    installed = _installed().get(root)
    if not installed:
        raise ValueError(
            f"No package for `import {root}`: no lock file pins {name!r} and it is not installed. Add it to "
            f"envs/requirements.in and run `make lock`, or install it"
        )
    return installed[0], version(installed[0])


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


@cache
def _read_lock(lock: Path, _modified: int) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Return the version of each package of a lock file, and what each package needs."""
    pins: dict[str, str] = {}
    needs: dict[str, set[str]] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pin := _PIN.match(line):
            name = pin[1].lower()
            pins[name] = pin[2]
        elif via := _VIA.match(line):
            needs.setdefault(via[1].lower(), set()).add(name)
    return pins, {one: frozenset(needed) for one, needed in needs.items()}
