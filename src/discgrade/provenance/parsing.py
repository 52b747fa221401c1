"""What a digest of code needs to know of one Python file, parsed once: its digest, its imports, its strings.

Parsing is the slow part, and Snakemake's plan pays it again in every job. So what was found is kept, by the SHA-256 of
the file's bytes, in `__pycache__` beside this module, as Python keeps its own bytecode; there it can be deleted.
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

KEPT = Path(__file__).parent / "__pycache__" / "parsed-sources.json"
MOST = 2000
"""Files that are remembered; beyond, only those of the present run."""


class Source(NamedTuple):
    """A parsed file.

    Attributes:
        digest: SHA-256 over its code without comments, docstrings and positions.
        imports: Dotted names that it imports, each with the level of a relative import.
        words: First parts of its string constants, up to a slash: names that a data file may have.
    """

    digest: str
    imports: list[tuple[int, str]]
    words: list[str]


def joined_digest(parts: Iterable[str]) -> str:
    """Return the SHA-256 over some texts in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read_source(path: Path) -> Source:
    """Return a parsed file; parsed anew only if its bytes are new."""
    return _of_bytes(path, path.stat().st_mtime_ns)


@cache
def _of_bytes(path: Path, _modified: int) -> Source:
    content = path.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    if key not in _known():
        _known()[key] = parse(content, str(path))
        _fresh.add(key)
    return _known()[key]


_fresh: set[str] = set()


@cache
def _known() -> dict[str, Source]:
    """Return what is kept, if this very code kept it."""
    try:
        kept = json.loads(KEPT.read_bytes())
        return {key: Source(*source) for key, source in kept[_version()].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@cache
def _version() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def keep() -> None:
    """Keep what was parsed since the last call for later processes, if the folder can be written."""
    if not _fresh:
        return
    known = _known() if len(_known()) <= MOST else {key: _known()[key] for key in _fresh}
    partial = KEPT.with_name(f"{KEPT.name}.{os.getpid()}")
    try:
        KEPT.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps({_version(): known}))
        partial.replace(KEPT)
    except OSError:
        pass
    _fresh.clear()


def parse(content: bytes, name: str) -> Source:
    """Parse a Python file."""
    code: list[str] = []
    imports: set[tuple[int, str]] = set()
    words: set[str] = set()
    _write(ast.parse(content, filename=name), code, imports, words)
    return Source(joined_digest(code), sorted(imports), sorted(word for word in words if 0 < len(word) < 100))


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
