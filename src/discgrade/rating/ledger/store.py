"""The readings database: every action of every rater, kept for good, on the disc before it is acknowledged.

What `append` has returned from survives any kill and any loss of power; what it has not is wholly there or not at all.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from discgrade.private import RefusedError
from discgrade.rating.ledger import database
from discgrade.rating.ledger.actions import Action
from discgrade.rating.ledger.work import Work

_COLUMNS = "seq, id, at, rater, window, mode, study, reading, level, kind, target, payload, seconds, version"
_WORK = "rater = ? AND mode = ? AND study = ? AND reading = ? AND level = ?"
# Undone as often as done again: not undone.
_STANDS = """
    (SELECT count(*) FROM actions AS other WHERE other.target = actions.seq AND other.kind = 'undo')
    = (SELECT count(*) FROM actions AS other WHERE other.target = actions.seq AND other.kind = 'redo')
"""


class Store:
    """The readings database of a study, open for one thread at a time.

    Args:
        folder: Private folder of the study; made if it is missing.
        write: Whether actions will be added. Two that write refuse each other.

    Raises:
        RefusedError: if another process writes to it, it is damaged or of a newer format, or there is none to read.
        DiscFullError: if the disc is full.
    """

    def __init__(self, folder: Path, write: bool = True) -> None:
        self.path = folder / database.NAME
        if not write and not self.path.exists():
            raise RefusedError("There are no readings in this private folder. Give the folder of a rating study")
        with ExitStack() as stack, database.told():
            if write:
                stack.callback(os.close, database.locked(folder))
            self._database = stack.enter_context(closing(database.opened(self.path, write)))
            database.check(self._database)
            if write:
                database.prepare(self._database)
            self._opened = stack.pop_all()

    def close(self) -> None:
        """Close the database, and let another process write."""
        self._opened.close()

    @property
    def secret(self) -> bytes:
        """What opaque words are made with; it never leaves this database."""
        return bytes.fromhex(str(self._one("SELECT value FROM meta WHERE name = 'secret'")))

    def append(self, action: Action) -> int:
        """Keep an action, on the disc when this returns.

        Returns:
            Its number.

        Raises:
            DiscFullError: if it could not be kept; nothing of it is.
        """
        work = action.work
        row = (
            action.id, action.at, action.rater, action.window, work.mode, work.study, work.reading, work.level,
            action.kind, action.target, json.dumps(action.payload), action.seconds, action.version,
        )  # fmt: skip
        names = _COLUMNS.removeprefix("seq, ")
        return self._insert(f"INSERT INTO actions ({names}) VALUES ({', '.join('?' * len(row))})", row)

    def known(self, rater: str, word: str) -> int | None:
        """Return the number of the action that a page sent under a word; None if it is new."""
        found = self.by_id(rater, word)
        return None if found is None else found.seq

    def by_id(self, rater: str, word: str) -> Action | None:
        """Return the action that a page sent under a word; None if it is new."""
        return next(self._actions("rater = ? AND id = ?", rater, word), None)

    def by_number(self, seq: int) -> Action:
        """Return an action by its number."""
        return next(self._actions("seq = ?", seq))

    def of_work(self, rater: str, work: Work) -> list[Action]:
        """Return what a rater did on a piece of work, in order."""
        return list(self._actions(f"{_WORK} ORDER BY seq", rater, *_key(work)))

    def all(self) -> Iterator[Action]:
        """Return every action, those on one piece of work of one rater together and in order."""
        return self._actions("1 ORDER BY rater, mode, study, reading, level, seq")

    def latest(self, rater: str, mode: str, kinds: Sequence[str], standing: bool = True) -> Iterator[Action]:
        """Return a rater's actions of some kinds in a mode, the latest first; by default those that are not undone."""
        among = ", ".join("?" * len(kinds))
        stands = f"AND {_STANDS}" if standing else ""
        # Of several kinds the latest is found by going backwards (+: by no index), not by sorting all of them.
        by = "+rater" if len(kinds) > 1 else "rater"
        condition = f"{by} = ? AND mode = ? AND kind IN ({among}) {stands} ORDER BY seq DESC"
        return self._actions(condition, rater, mode, *kinds)

    def _actions(self, condition: str, *values: object) -> Iterator[Action]:
        for row in self._database.execute(f"SELECT {_COLUMNS} FROM actions WHERE {condition}", values):
            yield _action(row)

    def add_plan(self, at: str, plan: str) -> None:
        """Keep a plan; from now on it counts."""
        self._insert("INSERT INTO plans (at, plan) VALUES (?, ?)", (at, plan))

    def plan(self) -> str | None:
        """Return the plan that counts, None before the first."""
        found = self._one("SELECT plan FROM plans ORDER BY seq DESC LIMIT 1")
        return None if found is None else str(found)

    def add_studies(self, at: str, studies: Sequence[tuple[str, str, str]]) -> None:
        """Keep which study and patient words stand for: (word, Patient ID, Study Instance UID)."""
        with database.told(), self._database:
            self._database.executemany(
                "INSERT OR IGNORE INTO studies VALUES (?, ?, ?, ?)", [(*study, at) for study in studies]
            )

    def studies(self) -> dict[str, tuple[str, str]]:
        """Return the Patient ID and Study Instance UID of each study, by its word."""
        rows = self._database.execute("SELECT study, patient_id, study_uid FROM studies")
        return {study: (patient, uid) for study, patient, uid in rows}

    def add_window(self, rater: str, token: str, opened: bool, at: str) -> int:
        """Keep that a window of a rater was opened or closed; returns its number."""
        return self._insert(
            "INSERT INTO windows (rater, token, open, at) VALUES (?, ?, ?, ?)", (rater, token, int(opened), at)
        )

    def window(self, rater: str) -> tuple[int, str, bool, str] | None:
        """Return number, token, whether it is open, and time of a rater's last window; None before the first."""
        query = "SELECT seq, token, open, at FROM windows WHERE rater = ? ORDER BY seq DESC LIMIT 1"
        row = self._database.execute(query, (rater,)).fetchone()
        return None if row is None else (row[0], row[1], bool(row[2]), row[3])

    def _one(self, query: str, *values: object) -> Any:  # noqa: ANN401 - as SQLite has it
        row = self._database.execute(query, values).fetchone()
        return None if row is None else row[0]

    def _insert(self, statement: str, row: Sequence[object]) -> int:
        with database.told(), self._database:
            return int(self._database.execute(statement, row).lastrowid or 0)


def _key(work: Work) -> tuple[object, ...]:
    return work.mode, work.study, work.reading, work.level


def _action(row: Sequence[Any]) -> Action:
    seq, word, at, rater, window, mode, study, reading, level, kind, target, payload, seconds, version = row
    return Action(
        seq=seq,
        at=at,
        rater=rater,
        work=Work(mode, study, reading, level),
        kind=kind,
        payload=json.loads(payload),
        target=target,
        seconds=seconds,
        id=word,
        window=window,
        version=version,
    )
