"""Digests of files, and of the code and the packages that a rule stands on.

Snakemake knows a script by its time stamp alone and does not see an edit of a module that the script imports. A rule
therefore takes `code_digest` of its script as a param: it changes when the parsed code of the script, or of any project
module that the script imports, changes, and not for a comment, a docstring, a column's meaning, a blank line or a
`touch`. Nor does it see another version of a package: `lock_digest` of a script changes with the locked version of any
package that this very script can reach.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from discgrade.provenance.packages import outside, reached_versions
from discgrade.provenance.parsing import joined_digest, keep, read_source
from discgrade.settings.functions import find_module, is_here

SOURCE = Path(__file__).resolve().parents[2]
"""The folder of the package."""

SCRIPTS = SOURCE.parent / "workflow_scripts"
"""The folder of the rules' scripts, in a checkout."""

UNTRACKED = (
    "discgrade.step",
    "discgrade.host",
    "discgrade.places",
    "discgrade.terminal",
    "discgrade.environment",
    "discgrade.forkserver",
    "discgrade.settings.functions",
    "discgrade.settings.grid",
    "discgrade.settings.groups",
    "discgrade.settings.members",
    "discgrade.settings.model",
    "discgrade.settings.plain",
    "discgrade.settings.pseudo_labels",
    "discgrade.settings.study",
    "discgrade.learning.loop.progress",
    "discgrade.publication.figures.drawing.panels",
    "discgrade.grading.bundle.plan",
    "discgrade.reliability.plan",
)
"""What decides no result, and so is left out of every code digest, with what it alone imports: the job records, what
they, the logs and the terminal say of the machine and of the time left, the list of runs, where a named function is
looked up, whose digest is a param, and the types of settings, panels and plans of runs, whose values are params of the
rules. The rules of the environment give libraries the values that these have without being told, so another rule
changes no number where nobody set its variable."""


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, read in chunks."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_digest(content: object) -> str:
    """Return the SHA-256 of a JSON value, written in one canonical way."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def code_digest(script: str | Path) -> str:
    """Return the digest of a script's parsed code and of every project module that it imports, directly or not.

    A data file or folder beside a module counts as part of it if the module names it in a string, as
    `Path(__file__).parent / "published"` does.

    Args:
        script: A Python file of a checkout; the package is that of the same checkout.
    """
    return _combined(_script(Path(script)).files)


def reference_digest(reference: str) -> str | None:
    """Return the digest of the file that defines `package.module:function`, and of the project modules it imports.

    A bare name (no colon) is a function of the package that the rule's own code digest covers: None.

    Raises:
        ValueError: if there is no such module.
    """
    return _combined(_named(reference).files) if ":" in reference else None


def lock_digest(
    script: str | Path,
    envs: Path,
    named: Sequence[str] = (),
    backend: str | None = None,
    programs: Sequence[str] = (),
) -> str:
    """Return the digest of the locked versions of the packages that a script can reach.

    Those count that the script, or a project module that it imports, imports in turn, and all that they need; where a
    project module imports a package only within a function, too.

    Args:
        script: A Python file of a checkout.
        envs: The folder of that checkout's lock files.
        named: Functions that the config names, as for `reference_digest`; what they import counts as well.
        backend: The backend that the config names, of a script that uses Keras; the packages of others do not count.
        programs: Packages that the script runs in a process of its own instead of importing them.

    Raises:
        ValueError: if a package that is imported is neither locked nor installed.
    """
    outer = _script(Path(script)).outside.union(programs)
    for reference in named:
        outer |= _named(reference).outside if ":" in reference else frozenset()
    versions = reached_versions(outer, envs, backend)
    return joined_digest(f"{name}=={version}" for name, version in sorted(versions.items()))


class _Reach(NamedTuple):
    """What a file stands on: digests of project files by name, and what else is imported, by dotted name."""

    files: dict[str, str]
    outside: frozenset[str]


def _script(script: Path) -> _Reach:
    script = script.resolve()
    return _closure(script, (script.parent, script.parents[1] / "src", SOURCE))


def _named(reference: str) -> _Reach:
    module, _, _ = reference.partition(":")
    path = find_module(module)
    if path is None:
        raise ValueError(
            f"Unknown module in {reference!r}. It should be importable from the project's folder, "
            f"as package.module:function. Received: {module!r}"
        )
    return _closure(path, (SOURCE, Path.cwd()))


def _combined(files: dict[str, str]) -> str:
    keep()
    return joined_digest(f"{name}={digest}" for name, digest in sorted(files.items()))


def _closure(start: Path, roots: tuple[Path, ...]) -> _Reach:
    """Follow a file's imports through the project."""
    found: dict[str, str] = {}
    outer: set[str] = set()
    waiting = {start.name: start}
    while waiting:
        name, path = waiting.popitem()
        digests, imported, others = _module(name, path, path.stat().st_mtime_ns, roots)
        found |= digests
        outer |= others
        waiting |= {name: path for name, path in imported.items() if name not in found}
    return _Reach(found, frozenset(outer))


@cache
def _module(
    name: str, path: Path, _modified: int, roots: tuple[Path, ...]
) -> tuple[dict[str, str], dict[str, Path], frozenset[str]]:
    """Return the digests of a file and its data, by name, the project files that it imports, and its other imports."""
    source = read_source(path)
    data = {f"{name}:{part}": digest for part, digest in _data(path, source.words)}
    names = {_absolute(path, level, dotted, roots) for level, dotted in source.imports}
    files = {dotted: _files(dotted, roots) for dotted in names}
    imported = {name: file for found in files.values() for name, file in found}
    others = frozenset(dotted for dotted, found in files.items() if not found and outside(dotted))
    return {name: source.digest} | data, imported, others


def _absolute(path: Path, level: int, dotted: str, roots: tuple[Path, ...]) -> str:
    """Return the whole name of an import; the level is that of a relative one."""
    if not level:
        return dotted
    folder = path.parents[level - 1]
    root = next((root for root in roots if folder.is_relative_to(root)), folder)
    return ".".join([*folder.relative_to(root).parts, dotted])


@cache
def _files(dotted: str, roots: tuple[Path, ...]) -> list[tuple[str, Path]]:
    """Return the project modules behind an imported name: every package on the way counts, as Python runs it too."""
    if any(f"{dotted}.".startswith(f"{untracked}.") for untracked in UNTRACKED):
        dotted = dotted.partition(".")[0]
    parts = dotted.split(".")
    root = next((root for root in roots if _holds(root, parts[0])), None)
    if root is None:
        return []
    found = ((".".join(parts[:end]), _module_file(root.joinpath(*parts[:end]))) for end in range(1, len(parts) + 1))
    return [(name, file) for name, file in found if file]


@cache
def _holds(root: Path, name: str) -> bool:
    """Tell whether a top-level module comes from a folder; the one that one works in counts after all installed."""
    return is_here(name) if root == Path.cwd() else _module_file(root / name) is not None


@cache
def _module_file(path: Path) -> Path | None:
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _data(path: Path, words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield name and digest of the data files beside a module that it names, whole folders included."""
    for name in sorted(_beside(path.parent).intersection(words)):
        place = path.parent / name
        files = sorted(file for file in place.rglob("*") if file.is_file()) if place.is_dir() else [place]
        yield from ((str(file.relative_to(path.parent)), file_digest(file)) for file in files)


@cache
def _beside(folder: Path) -> frozenset[str]:
    """Return the names of data files and data folders (no packages) in a package's folder."""
    if not (folder / "__init__.py").exists():
        return frozenset()
    places = (place for place in folder.iterdir() if place.name != "__pycache__" and place.suffix != ".py")
    return frozenset(place.name for place in places if not (place / "__init__.py").exists())
