"""The files below a folder of scans, and what tells whether one may have changed; nothing is opened."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from discgrade.imaging.header import LEFT_OUT, Stamp
from discgrade.private import RefusedError


def walk(source: Path, follow_links: bool) -> Iterator[Stamp]:
    """Yield what tells each file apart; a folder that a link leads to is entered once.

    Args:
        source: Folder of scans.
        follow_links: Whether links that lead out of it are followed; if not, they are told as `LEFT_OUT`.

    Raises:
        RefusedError: if a folder cannot be opened.
    """
    root, inside = os.fspath(source), source.resolve()
    entered, folders = [inside], [""]
    while folders:
        below = folders.pop()
        for entry in _entries(f"{root}{os.sep}{below}"):
            path = f"{below}{os.sep}{entry.name}" if below else entry.name
            target = _target(entry) if entry.is_symlink() else None
            if target and not follow_links and not target.is_relative_to(inside):
                yield Stamp(path, LEFT_OUT)
            elif not _is_folder(entry):
                yield _stamp(path, entry)
            elif target is None or _is_new(target, entered):
                folders.append(path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        raise RefusedError(
            "A folder of the scans cannot be opened. Whoever runs this should be allowed to read all of them"
        ) from None


def _target(link: os.DirEntry[str]) -> Path | None:
    """Return where a link leads; None if it leads nowhere."""
    with suppress(OSError, RuntimeError):
        return Path(link.path).resolve(strict=True)
    return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a folder or leads to one; a link that leads to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stamp(path: str, entry: os.DirEntry[str]) -> Stamp:
    try:
        status = entry.stat()
    except OSError:
        status = entry.stat(follow_symlinks=False)
    return Stamp(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _is_new(target: Path, entered: list[Path]) -> bool:
    """Tell whether a folder that a link leads to is not entered yet, and enter it."""
    if any(target.is_relative_to(one) or one.is_relative_to(target) for one in entered):
        return False
    entered.append(target)
    return True
