"""The folder that `discgrade grade` writes: whole or not at all, private while it may identify people."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discgrade.host import MACHINE, is_running
from discgrade.private import RefusedError

MARK = "grading.json"
"""File that says how the folder was made."""
MADE_BY = "discgrade grade"
"""What it says of who made it."""
FILES = frozenset(
    {
        MARK, "grades.parquet", "grades.json", "grades.csv", "grades.xlsx", "studies.csv", "review.csv", "jitter.csv",
        "index.html", "studies",
    }
)  # fmt: skip
"""All that an output may hold: what else lies there somebody else put there."""
_LEFT_BY_SYSTEMS = (".", "~$", "thumbs.db", "desktop.ini")


@contextmanager
def replacing_folder(destination: Path) -> Iterator[Path]:
    """Yield an empty private folder that becomes `destination` when the block ends, and vanishes when it fails.

    Nothing that the process makes meanwhile may be read by others. What earlier processes that were killed left is
    removed; where one was killed between its last two steps, the earlier folder comes back.

    Raises:
        RefusedError: if `destination` holds anything but an earlier output.
    """
    destination = destination.resolve()  # what a link leads to is replaced, not the link
    _recover(destination)
    check_destination(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = destination.with_name(f".{destination.name}.{MACHINE}-{os.getpid()}.partial")
    before = os.umask(0o077)
    try:
        partial.mkdir(mode=0o700)
        yield partial
        _replace(partial, destination)
    finally:
        os.umask(before)
        shutil.rmtree(partial, ignore_errors=True)


def check_apart(scans: Path, out: Path) -> None:
    """Check that neither scans nor output lie in each other.

    Raises:
        RefusedError: if they do: what is written would be read, or what is read replaced.
    """
    if out.resolve().is_relative_to(scans.resolve()):
        raise RefusedError("The output should not lie in the folder of scans. Choose another folder")
    if scans.resolve().is_relative_to(out.resolve()):
        raise RefusedError("The folder of scans lies in the output, which is replaced. Choose another output")


def check_destination(destination: Path) -> None:
    """Check that a folder may be replaced.

    Raises:
        RefusedError: if it is a file, or holds anything but an earlier output: what somebody put there would be lost.
    """
    if destination.is_dir() and not any(destination.iterdir()):
        return
    if destination.is_dir() and _is_ours(destination):
        _check_strangers(destination)
        return
    if destination.exists() or destination.is_symlink():
        raise RefusedError(
            f"{destination} should be missing, empty or an earlier output of this command. Received: "
            f"{'a folder that holds other files' if destination.is_dir() else 'a file'}. Choose another folder"
        )


def _check_strangers(folder: Path) -> None:
    names = (path.name for path in folder.iterdir() if not path.name.casefold().startswith(_LEFT_BY_SYSTEMS))
    strangers = sorted(set(names) - FILES)
    if strangers:
        raise RefusedError(
            f"{folder} is an earlier output, which would be replaced, and holds what this command did not write: "
            f"{', '.join(strangers[:3])}{' ...' if len(strangers) > 3 else ''}. Move that elsewhere, or choose another "
            "folder"
        )


def _is_ours(folder: Path) -> bool:
    try:
        said = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("made_by") == MADE_BY


def _earlier(destination: Path) -> Path:
    return destination.with_name(f".{destination.name}.earlier")


def _replace(partial: Path, destination: Path) -> None:
    earlier = _earlier(destination)
    if destination.exists():
        destination.rename(earlier)
    partial.rename(destination)
    shutil.rmtree(earlier, ignore_errors=True)


def _recover(destination: Path) -> None:
    earlier = _earlier(destination)
    if earlier.exists() and not destination.exists():
        earlier.rename(destination)
    shutil.rmtree(earlier, ignore_errors=True)
    start = f".{destination.name}.{MACHINE}-"
    for left in destination.parent.glob(f"{_escaped(start)}*.partial"):
        process = left.name.removeprefix(start).partition(".")[0]
        if process.isdecimal() and not is_running(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def open_to_others(folder: Path, umask: int) -> None:
    """Give a folder and all in it the rights that a umask leaves: nothing in it identifies anybody."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            path.chmod((0o777 if stat.S_ISDIR(mode) else 0o666) & ~umask)
