"""The private folder of a study: who may read it, where it may lie, and the tables that identify people in it."""

import csv
import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from discgrade.records import remove_leftovers, replacing


class RefusedError(ValueError):
    """What was asked for is not done; the message may be shown to anybody, it quotes nothing of the source."""

    quotes_nothing = True


def make(private: Path) -> None:
    """Make the private folder, or tighten it: readable by its owner only."""
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    if private.stat().st_mode & 0o077:
        private.chmod(0o700)


def check_places(source: Path, private: Path, export: Path) -> None:
    """Check that source, private folder and export do not lie in one another where they should not.

    Raises:
        RefusedError: if the private folder lies in the results, which may be passed on, or either in the source.
    """
    place = private.resolve()
    results = [export.resolve().parent, *(parent for parent in export.resolve().parents if parent.name == "results")]
    if any(place.is_relative_to(folder) for folder in results):
        raise RefusedError(
            "The private folder lies inside the results, which may be passed on. It should lie elsewhere, "
            "for example in private/<study>"
        )
    if any(folder.resolve().is_relative_to(source.resolve()) for folder in (private, export)):
        raise RefusedError("The private folder and the results should not lie inside the folder of scans")


@contextmanager
def locked(private: Path, name: str) -> Iterator[None]:
    """Let one process at a time do what a name stands for; a process that is killed lets go."""
    with (private / f".{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a private CSV file whole or not at all, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_leftovers(path)
    with replacing(path) as partial:
        partial.touch(0o600, exist_ok=False)
        with partial.open("w", newline="", encoding="utf-8", errors="surrogateescape") as text:
            csv.writer(text, lineterminator="\n").writerows([columns, *rows])


def read_rows(path: Path, header: bool = True) -> list[list[str]]:
    """Return the rows of a private CSV file, below its header if it has one; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as text:
        return list(csv.reader(text))[header:]
