"""The folder of exported files: each shard stages its own, then replaces what it exported before."""

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from discgrade import private as privacy

MANIFESTS = "exported"


def stage(export: Path, shard: str) -> Path:
    """Return an empty folder, next to the exported files, for the files of a shard that is being exported."""
    folder = export / f".{shard}.partial"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def commit(staged: Path, export: Path, shard: str, shards: Sequence[str], private: Path) -> None:
    """Move staged files to their places and remove what this shard, or one that is no more, had exported before.

    A manifest for each shard says whose a file is: when the number of shards changes, files change hands. The caller
    holds the lock of the private folder. An interrupted commit is completed by the next one: the manifest names old and
    new files until all are in place.

    Args:
        staged: What `stage` returned.
        export: Folder of the exported files.
        shard: Name of this shard.
        shards: Names of all shards.
        private: Folder of the manifests.
    """
    manifests = {path.stem: _read(path) for path in (private / MANIFESTS).glob("*.txt")}
    new = {path.relative_to(staged).as_posix() for path in staged.rglob("*.dcm")}
    others = set[str]().union(*(files for name, files in manifests.items() if name != shard and name in shards))
    gone = set[str]().union(*(files for name, files in manifests.items() if name == shard or name not in shards))
    _write(private, shard, new | gone)
    for path in sorted(new):
        (export / path).parent.mkdir(parents=True, exist_ok=True)
        (staged / path).replace(export / path)
    _remove(export, gone - new - others)
    _write(private, shard, new)
    for name in set(manifests) - set(shards):
        (private / MANIFESTS / f"{name}.txt").unlink()
        shutil.rmtree(export / f".{name}.partial", ignore_errors=True)
    shutil.rmtree(staged)


def has_exported(shard: str, private: Path) -> bool:
    """Tell whether a shard was ever exported."""
    return (private / MANIFESTS / f"{shard}.txt").exists()


def _remove(export: Path, paths: Collection[str]) -> None:
    """Remove files, and the folders that they leave empty."""
    for path in paths:
        (export / path).unlink(missing_ok=True)
    for folder in sorted({parent for path in paths for parent in Path(path).parents if parent.parts}, reverse=True):
        if (export / folder).is_dir() and not any((export / folder).iterdir()):
            (export / folder).rmdir()


def _read(path: Path) -> set[str]:
    return set(path.read_text("ascii").split())


def _write(private: Path, shard: str, paths: Collection[str]) -> None:
    with privacy.writing(private / MANIFESTS / f"{shard}.txt") as text:
        text.writelines(f"{path}\n" for path in sorted(paths))
