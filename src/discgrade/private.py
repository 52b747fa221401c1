"""The private folder of a study: who may read it, where it may lie, and the tables that identify people in it."""

import csv
import fcntl
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TextIO

from discgrade.records import remove_leftovers, replacing

_FILE, _FOLDER = 0o600, 0o700
_LONGEST = 1 << 24  # characters of a cell
# Spreadsheet programs take such a cell for a formula; apostrophes in front are those of `write_rows`.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class RefusedError(ValueError):
    """What was asked for is not done; the message may be shown to anybody, it quotes nothing of the source."""

    quotes_nothing = True


def make(private: Path) -> None:
    """Make the private folder, or tighten it and what it holds: readable by its owner only, whatever the umask.

    A key that others could read stays as it is: who reads it refuses it.
    """
    make_folder(private)
    for path in (*private.glob("*"), *private.glob("*/*.csv"), *private.glob("*/*.txt")):
        if path.suffix != ".key":
            _tighten(path)


def make_folder(path: Path) -> None:
    """Make a private folder, or tighten it."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    _tighten(path)


def _tighten(path: Path) -> None:
    with suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o777 != (allowed := _FOLDER if stat.S_ISDIR(mode) else _FILE):
            path.chmod(allowed)


def check_places(source: Path, private: Path, export: Path, sheet: Path | None = None) -> None:
    """Check that source, private folder and export do not lie in one another where they should not.

    Args:
        source: Folder of scans.
        private: Private folder.
        export: Folder of exported files, in the folder that may be passed on.
        sheet: Sheet of readings.

    Raises:
        RefusedError: if private folder, scans or sheet lie in the results, which may be passed on, or a link there
            leads to them; or if private folder or export lie in the scans.
    """
    results = {folder for place in _places(export) for folder in place.parents if folder.name == "results"}
    results |= {place.parent for place in _places(export)} | _places(export.parent)
    for path, name in ((private, "private folder"), (source, "folder of scans"), (sheet, "sheet of readings")):
        if path is not None and any(place.is_relative_to(one) for place in _places(path) for one in results):
            raise RefusedError(
                f"The {name} lies inside the results, which may be passed on. It should lie elsewhere, "
                "for example in private/<study>"
            )
    if any(folder.resolve().is_relative_to(source.resolve()) for folder in (private, export)):
        raise RefusedError("The private folder and the results should not lie inside the folder of scans")
    withheld = [path.resolve() for path in (private, source, sheet) if path is not None]
    pairs = [(one, target) for one in withheld for target in (*_linked(export.parent), *_linked(export))]
    if any(one.is_relative_to(target) or target.is_relative_to(one) for one, target in pairs):
        raise RefusedError(
            "A link in the results, which may be passed on, leads to the private folder, the scans or the sheet of "
            "readings. Remove the link"
        )


def _places(path: Path) -> set[Path]:
    """Return where a path lies by its name, and where links lead it."""
    return {path.absolute(), path.resolve()}


def _linked(folder: Path) -> list[Path]:
    """Return where the links in a folder lead."""
    return [path.resolve() for path in folder.iterdir() if path.is_symlink()] if folder.is_dir() else []


@contextmanager
def locked(private: Path, name: str) -> Iterator[None]:
    """Let one process at a time do what a name stands for; a process that is killed lets go."""
    with os.fdopen(_open(private / f".{name}.lock", os.O_RDWR), "r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """Write a private text file whole or not at all, readable by its owner only."""
    make_folder(path.parent)
    remove_leftovers(path)
    descriptor = os.O_WRONLY | os.O_EXCL
    with (
        replacing(path) as partial,
        os.fdopen(_open(partial, descriptor), "w", newline="", encoding="utf-8", errors="surrogateescape") as text,
    ):
        yield text


def _open(path: Path, flags: int) -> int:
    """Open a file, made if it is missing, with a mode that no umask changes."""
    descriptor = os.open(path, flags | os.O_CREAT, _FILE)
    os.fchmod(descriptor, _FILE)
    return descriptor


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a private CSV file (RFC 4180) whole or not at all, readable by its owner only.

    A cell that a spreadsheet program would take for a formula gets an apostrophe in front; `read_rows` takes it away.
    """
    with writing(path) as text:
        csv.writer(text).writerows(map(harmless, chain([columns], rows)))


def harmless(row: Iterable[object]) -> list[object]:
    """Return the cells of a row so that no spreadsheet program takes one for a formula."""
    return [_harmless(cell) for cell in row]


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def read_rows(path: Path, header: bool = True) -> list[list[str]]:
    """Return the rows of a private CSV file, below its header if it has one; none if there is no such file.

    Raises:
        ValueError: if it is no CSV file.
    """
    if not path.exists():
        return []
    csv.field_size_limit(_LONGEST)
    text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))[header:]
    except csv.Error:
        raise ValueError(f"{path.name} should be a table of comma-separated values") from None
    return [list(map(_as_written, row)) for row in rows] if "'" in text else rows


def _as_written(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
