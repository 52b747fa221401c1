"""Digests of files and of the code that a rule stands on.

Snakemake knows a script by its time stamp alone and does not see an edit of a module that the script imports. A rule
therefore takes `code_digest` of its script as a param: it changes when the parsed code of the script, or of any project
module that the script imports, changes, and not for a comment, a docstring, a blank line or a `touch`.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from discgrade.provenance.parsing import joined_digest, keep, read_source

SOURCE = Path(__file__).resolve().parents[2]
"""The folder of the package."""

SCRIPTS = SOURCE.parent / "workflow_scripts"
"""The folder of the rules' scripts, in a checkout."""

UNTRACKED = (
    "discgrade.step",
    "discgrade.host",
    "discgrade.settings.model",
    "discgrade.settings.plain",
    "discgrade.settings.study",
)
"""What decides no result, and so is left out of every code digest, with what it alone imports: the job records, what
they and the logs say of the machine, and the types of the settings, whose values are params of the rules."""


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, read in chunks."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_digest(content: object) -> str:
    """Return the SHA-256 of a JSON value, written in one canonical way."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def lock_digest(path: str | Path) -> str:
    """Return the SHA-256 of a lock file's pinned versions; comments, hashes and blank lines do not count."""
    lines = (line.split("#")[0].strip(" \\\n") for line in Path(path).read_text().splitlines())
    return joined_digest(line for line in lines if line and not line.startswith("--hash"))


def code_digest(script: str | Path) -> str:
    """Return the digest of a script's parsed code and of every project module that it imports, directly or not.

    A data file or folder beside a module counts as part of it if the module names it in a string, as
    `Path(__file__).parent / "published"` does.

    Args:
        script: A Python file of a checkout; the package is that of the same checkout.
    """
    script = Path(script).resolve()
    return _combined(_closure(script, (script.parent, script.parents[1] / "src", SOURCE)))


def reference_digest(reference: str) -> str | None:
    """Return the digest of the file that defines `package.module:function`, and of the project modules it imports.

    A bare name (no colon) is a function of the package that the rule's own code digest covers: None.

    Raises:
        ValueError: if there is no such module.
    """
    module, colon, _ = reference.partition(":")
    if not colon:
        return None
    path = _find(module)
    if path is None:
        raise ValueError(
            f"Unknown module in {reference!r}. It should be importable from the project's folder, "
            f"as package.module:function. Received: {module!r}"
        )
    return _combined(_closure(path, (SOURCE, Path.cwd())))


loss_digest = reference_digest


def _combined(files: dict[str, str]) -> str:
    keep()
    return joined_digest(f"{name}={digest}" for name, digest in sorted(files.items()))


def _closure(start: Path, roots: tuple[Path, ...]) -> dict[str, str]:
    """Return name and digest of a file, of the project modules it imports, directly or not, and of their data."""
    found: dict[str, str] = {}
    waiting = {start.name: start}
    while waiting:
        name, path = waiting.popitem()
        digests, imported = _module(name, path, path.stat().st_mtime_ns, roots)
        found |= digests
        waiting |= {name: path for name, path in imported.items() if name not in found}
    return found


@cache
def _module(name: str, path: Path, _modified: int, roots: tuple[Path, ...]) -> tuple[dict[str, str], dict[str, Path]]:
    """Return the digests of one file and its data, by name, and the files of the project modules that it imports."""
    source = read_source(path)
    data = {f"{name}:{part}": digest for part, digest in _data(path, source.words)}
    names = {_absolute(path, level, dotted, roots) for level, dotted in source.imports}
    return {name: source.digest} | data, {name: file for dotted in names for name, file in _files(dotted, roots)}


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
    root = next((root for root in roots if _module_file(root / parts[0])), None)
    if root is None:
        return []
    found = ((".".join(parts[:end]), _module_file(root.joinpath(*parts[:end]))) for end in range(1, len(parts) + 1))
    return [(name, file) for name, file in found if file]


@cache
def _module_file(path: Path) -> Path | None:
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _find(module: str) -> Path | None:
    """Return the file of a module, found as an import would find it but without running anything."""
    search = [str(SOURCE), str(Path.cwd()), *sys.path]
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:length]), search)
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec and spec.origin else None


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
