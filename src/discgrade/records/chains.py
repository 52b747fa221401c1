"""What stands behind every table and figure in short, `provenance/chains.json`: versions, and the jobs of each file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from discgrade.records.files import replacing
from discgrade.settings.plain import plain, typed


@dataclass(frozen=True)
class Chained:
    """A file of a study: its SHA-256 (shortened), the rules behind it, the nearest first, and their commit."""

    digest: str
    rules: str
    commit: str


@dataclass(frozen=True)
class Chains:
    """Versions by name (Python, packages, lock, machines, devices), and the shown files by their path."""

    versions: Mapping[str, str]
    files: Mapping[str, Chained]


def write_chains(chains: Chains, path: Path) -> None:
    """Write chains as JSON, whole or not at all."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(plain(chains), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_chains(path: Path) -> Chains:
    """Read chains that `write_chains` wrote."""
    return typed(Chains, json.loads(path.read_text(encoding="utf-8")))
