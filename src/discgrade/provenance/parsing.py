"""What a digest of code needs to know of one Python file, parsed once: its digest, its imports, its strings.

Parsing is the slow part, and Snakemake's plan pays it again in every job. So what was found is kept, by the SHA-256 of
the file's bytes, in `__pycache__` beside this module, as Python keeps its own bytecode; there it can be deleted.
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

KEPT = Path(__file__).parent / "__pycache__" / "parsed-sources.json"
MOST = 2000
"""Files that are remembered; beyond, only those of the present run."""

COLUMNS = "discgrade.records.columns"
"""The module of the function that describes a column, each table's words with it."""


class Source(NamedTuple):
    """A parsed file.

    Attributes:
        digest: SHA-256 over its code without comments, docstrings, positions and what else decides no result.
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
        with suppress(OSError):
            partial.unlink()
    _fresh.clear()


def parse(content: bytes, name: str) -> Source:
    """Parse a Python file."""
    code: list[str] = []
    imports: set[tuple[int, str]] = set()
    words: set[str] = set()
    tree = ast.parse(content, filename=name)
    _write(tree, set(map(id, _decides_nothing(tree))), code, imports, words)
    return Source(joined_digest(code), sorted(imports), sorted(word for word in words if 0 < len(word) < 100))


def _decides_nothing(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that no result depends on, however they read.

    Docstrings, the package's version, what is imported for its types alone, and meaning and unit of a column.
    """
    nodes = list(ast.walk(tree))
    describes = any(_brings_column(node) for node in nodes)
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Assign(targets=[ast.Name("__version__")]):
                yield node
            case ast.If(test=ast.Name("TYPE_CHECKING"), orelse=[]):
                yield node
            case ast.Call(func=ast.Name("column")) if describes:
                yield from (text for text in node.args[2:4] if _is_text(text))
                said = (keyword for keyword in node.keywords if keyword.arg in ("meaning", "unit"))
                yield from (keyword for keyword in said if _is_text(keyword.value))


def _brings_column(node: ast.AST) -> bool:
    """Tell whether a statement defines or imports the function that describes a column of a table."""
    if isinstance(node, ast.FunctionDef):
        return node.name == "column" and [one.arg for one in node.args.args[2:4]] == ["meaning", "unit"]
    return isinstance(node, ast.ImportFrom) and node.module == COLUMNS and "column" in {one.name for one in node.names}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _write(node: ast.AST, left_out: set[int], code: list[str], imports: set[tuple[int, str]], words: set[str]) -> None:
    """Append a node's code without positions and what is left out; collect its imports and strings on the way.

    Empty fields are left out too, so that the digest does not depend on the fields that a Python version knows.
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
            elif id(child) not in left_out:
                code.append(field)
                _write(child, left_out, code, imports, words)
    code.append(".")
