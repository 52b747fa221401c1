"""The file of the readings database: its tables, its lock, and what SQLite's errors mean here.

Mode 0600 in the private folder, write-ahead log, `synchronous = FULL`. Rows are only ever added: triggers refuse to
change or delete one. One process writes (a lock in the same folder); others may read meanwhile.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discgrade import private
from discgrade.private import RefusedError

NAME = "readings.sqlite"
FORMAT = 1

_TABLES = {
    "meta": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "plans": "seq INTEGER PRIMARY KEY, at TEXT NOT NULL, plan TEXT NOT NULL",
    "studies": "study TEXT PRIMARY KEY, patient_id TEXT NOT NULL, study_uid TEXT NOT NULL, at TEXT NOT NULL",
    "windows": (
        "seq INTEGER PRIMARY KEY, rater TEXT NOT NULL, token TEXT NOT NULL, open INTEGER NOT NULL, at TEXT NOT NULL"
    ),
    "actions": (
        "seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at TEXT NOT NULL, rater TEXT NOT NULL, window INTEGER NOT NULL, "
        "mode TEXT NOT NULL, study TEXT NOT NULL, reading INTEGER NOT NULL, level TEXT NOT NULL, kind TEXT NOT NULL, "
        "target INTEGER, payload TEXT NOT NULL, seconds REAL NOT NULL, version TEXT NOT NULL, UNIQUE (rater, id)"
    ),
}
_INDEXES = {
    "of_rater": "windows (rater, seq)",
    "of_work": "actions (rater, mode, study, reading, level, seq)",
    "of_kind": "actions (rater, mode, kind, seq)",
    "of_target": "actions (target) WHERE target IS NOT NULL",
}


class DiscFullError(OSError):
    """The disc took nothing of what was to be kept."""


@contextmanager
def told() -> Iterator[None]:
    """Say of SQLite's and the system's errors what they mean here."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise DiscFullError(
                "The readings database cannot be written: the disc is full, or the private folder may not be written. "
                "Nothing was kept. Free some space and try again"
            ) from None
        raise RefusedError(
            "The readings database is damaged or no database. Put back a copy of it, with its -wal file if it has one"
        ) from None


def locked(folder: Path) -> int:
    """Make the private folder and keep other writers out.

    Returns:
        Descriptor of the lock; closing it lets others in.

    Raises:
        RefusedError: if another process writes.
    """
    private.make(folder)
    lock = os.open(folder / ".rate.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise RefusedError(
            "Another `discgrade rate` writes to this private folder. Use its page, or end it first"
        ) from None
    return lock


def opened(path: Path, write: bool) -> sqlite3.Connection:
    """Open the database; its two companions get its mode from SQLite."""
    if write:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    mode = "rw" if write else "ro"
    location = f"{path.resolve().as_uri()}?mode={mode}"
    database = sqlite3.connect(location, uri=True, check_same_thread=False, timeout=10)
    if write:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    return database


def check(database: sqlite3.Connection) -> None:
    """Check that a database is whole and of a format that this version knows.

    Raises:
        RefusedError: if it is of a newer format.
        sqlite3.DatabaseError: if it is damaged.
    """
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise RefusedError(
            f"The readings database should be of format {FORMAT} or older. Received: format {found}, which a newer "
            "discgrade wrote. Install that version"
        )
    if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("damaged")


def prepare(database: sqlite3.Connection) -> None:
    """Make the tables of a new database, all at once."""
    if database.execute("PRAGMA user_version").fetchone()[0]:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        for statement in _statements():
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('secret', ?)", (secrets.token_hex(32),))
        database.execute(f"PRAGMA user_version = {FORMAT}")


def _statements() -> Iterator[str]:
    for table, columns in _TABLES.items():
        yield f"CREATE TABLE {table} ({columns}) STRICT"
        for change in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'readings are only ever added'); END"
            )
    for name, columns in _INDEXES.items():
        yield f"CREATE INDEX {name} ON {columns}"
