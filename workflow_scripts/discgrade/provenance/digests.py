"""Digests of files and of the code that a rule stands on.

Snakemake knows a script by its time stamp alone and does not see an edit of a module that the script imports. A rule
therefore takes `code_digest` of its script as a param: it changes when the parsed code of the script, or of any project
module that the script imports, changes, and not for a comment, a docstring, a blank line or a `touch`.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
"""The folder of the scripts and of the package."""

UNTRACKED = ("discgrade.step",)
"""What decides no result, and so is left out of every code digest, with what it alone imports: the job records."""


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
    return _join(line for line in lines if line and not line.startswith("--hash"))


def code_digest(script: str | Path) -> str:
    """Return the digest of a script's parsed code and of every project module that it imports, directly or not.

    A data file or folder beside a module counts as part of it if the module names it in a string, as
    `Path(__file__).parent / "published"` does.

    Args:
        script: A Python file; a relative path starts at the folder of the scripts.
    """
    script = SOURCE / script
    return _combined(_closure(script, (script.parent, SOURCE)))


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
            f"Unknown module in {reference!r}. It should be importable from the project's folder or from "
            f"workflow_scripts, as package.module:function. Received: {module!r}"
        )
    return _combined(_closure(path, (SOURCE, Path.cwd())))


loss_digest = reference_digest


@dataclass(frozen=True)
class _Module:
    """A parsed file: the digest of its code, the dotted names it imports, the first parts of its string constants."""

    digest: str
    imports: frozenset[tuple[int, str]]
    words: frozenset[str]


def _join(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _combined(files: dict[str, str]) -> str:
    return _join([f"{name}={digest}" for name, digest in sorted(files.items())])


def _closure(start: Path, roots: tuple[Path, ...]) -> dict[str, str]:
    """Return name and digest of a file, of the project modules it imports, directly or not, and of their data."""
    found: dict[str, str] = {}
    waiting = {start.name: start}
    while waiting:
        name, path = waiting.popitem()
        module = _parsed(path, path.stat().st_mtime_ns)
        found[name] = module.digest
        found |= {f"{name}:{part}": digest for part, digest in _data(path, module.words)}
        imports = _imported(path, module.imports, roots)
        waiting |= {name: path for name, path in imports if name not in found}
    return found


@cache
def _parsed(path: Path, _modified: int) -> _Module:
    tree = ast.parse(path.read_bytes(), filename=str(path))
    code: list[str] = []
    imports: set[tuple[int, str]] = set()
    words: set[str] = set()
    _write(tree, code, imports, words)
    return _Module(_join(code), frozenset(imports), frozenset(words))


def _write(node: ast.AST, code: list[str], imports: set[tuple[int, str]], words: set[str]) -> None:
    """Append a node's code without docstrings and positions; collect its imports and strings on the way.

    Empty fields are left out, so that the digest does not depend on the fields that a Python version knows.
    """
    if isinstance(node, ast.Import):
        imports |= {(0, alias.name) for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
        imports |= {(node.level, f"{node.module or ''}.{alias.name}".lstrip(".")) for alias in node.names}
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        words.add(node.value.partition("/")[0])
    code.append(type(node).__name__)
    for field in node._fields:
        value = getattr(node, field, None)
        for child in value if isinstance(value, list) else [] if value is None else [value]:
            if not isinstance(child, ast.AST):
                code.append(f"{field} {child!r}")
            elif not _is_text(child):
                code.append(field)
                _write(child, code, imports, words)
    code.append(".")


def _is_text(node: ast.AST) -> bool:
    """Tell whether a statement is a bare string: a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imported(path: Path, imports: frozenset[tuple[int, str]], roots: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    """Yield the project modules behind imported names: every package on the way counts, as Python runs it too."""
    for level, dotted in imports:
        bases = (path.parents[level - 1],) if level else roots
        parts = dotted.split(".")
        for length in range(1, len(parts) + 1):
            name = _name(bases[0], roots, parts[:length])
            if any(f"{name}.".startswith(f"{untracked}.") for untracked in UNTRACKED):
                break
            file = next(filter(None, (_module_file(base.joinpath(*parts[:length])) for base in bases)), None)
            if file:
                yield name, file


def _name(base: Path, roots: tuple[Path, ...], parts: list[str]) -> str:
    root = next((root for root in roots if base.is_relative_to(root)), base)
    return ".".join([*base.relative_to(root).parts, *parts])


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


def _data(path: Path, words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield name and digest of the data files beside a module that it names, whole folders included."""
    for name in sorted(words & _beside(path.parent)):
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
