"""The studies of a folder of scans, one after another: headers are read once and kept on disk, memory stays flat."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from discgrade.imaging.header import Stamp, patient_key
from discgrade.imaging.scans.headers import File, unpacked

_TABLES = """
CREATE TABLE files (study TEXT, folder BLOB, path BLOB, header TEXT);
CREATE TABLE images (instance TEXT, study TEXT, said TEXT);
CREATE TABLE studies (study TEXT PRIMARY KEY, person TEXT, patient TEXT, uid TEXT, date TEXT, removed INTEGER)
"""
_INDICES = """
CREATE INDEX file_of ON files (study, path);
CREATE INDEX folder_of ON files (folder);
CREATE INDEX image_of ON images (instance);
CREATE INDEX uid_of ON studies (uid);
CREATE INDEX study_of ON studies (person)
"""
_SAID = """
INSERT INTO studies VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
patient = min(patient, excluded.patient), removed = min(removed, excluded.removed),
date = CASE WHEN date = excluded.date THEN date WHEN '' IN (date, excluded.date) THEN max(date, excluded.date)
    ELSE '*' END
"""
_BROKEN = """
SELECT count(*) FROM files WHERE study = '' AND folder IN (SELECT folder FROM files WHERE study = ?)
"""
_SHARED = """
SELECT instance FROM images WHERE instance IN (SELECT instance FROM images WHERE study = ?)
GROUP BY instance HAVING count(DISTINCT said) > 1
"""
_LOST = """
SELECT count(*) FROM files WHERE study = '' AND folder NOT IN (SELECT folder FROM files WHERE study != '')
GROUP BY folder ORDER BY folder
"""


@dataclass(frozen=True)
class Scanned:
    """One study of a folder, as it travels to the process that grades it.

    Attributes:
        patient_id: Patient ID as the header gives it; empty for files that cannot be read.
        uid: Study Instance UID.
        headers: Path and header (`imaging.scans.headers.unpacked`) of each file, by path.
        instances: Their SOP Instance UIDs.
        broken: Number of files of its folders that cannot be read.
        shared: SOP Instance UIDs that other images have as well.
        ambiguous: Whether its Study Instance UID stands for several patients or days.
    """

    patient_id: str
    uid: str
    headers: tuple[tuple[str, str], ...]
    instances: tuple[str, ...]
    broken: int
    shared: frozenset[str]
    ambiguous: bool

    def files(self) -> list[File]:
        """Return what the headers say."""
        found = (unpacked(path, text) for path, text in self.headers)
        return [file for file in found if file is not None]


class Index:
    """The headers of a folder, by study.

    Args:
        path: Database; it holds what the headers say, identities included.
        write: Whether it is new, and to be filled; else it is read.
    """

    def __init__(self, path: Path | str, write: bool = True) -> None:
        if write:
            self._database = sqlite3.connect(str(path))
            self._database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        else:  # nobody writes it any more: several machines may read it without locks
            self._database = sqlite3.connect(f"{Path(path).resolve().as_uri()}?immutable=1", uri=True)

    def add(self, headers: Iterable[tuple[Stamp, str]]) -> None:
        """Take headers as `imaging.scans.headers.read` gives them."""
        for stamp, text in headers:
            file = unpacked(stamp.path, text)
            if file is not None:
                self._add(file, text)

    def _add(self, file: File, text: str) -> None:
        person = "" if file.broken else json.dumps(patient_key(file.patient_id, file.issuer, file.study_uid))
        study = "" if file.broken else json.dumps([person, _storable(file.study_uid)])
        row = (study, os.fsencode(PurePath(file.path).parent), os.fsencode(file.path), text)
        self._database.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)
        if file.broken:
            return
        said = (person, *map(_storable, (file.patient_id, file.study_uid, file.study_date)), file.identity_removed)
        self._database.execute(_SAID, (study, *said))
        rows = {(_storable(one.instance), study, _said(file)) for one in file.frames}
        self._database.executemany("INSERT INTO images VALUES (?, ?, ?)", sorted(rows))

    def finish(self) -> None:
        """Make it ready to be asked."""
        self._database.executescript(_INDICES)
        self._database.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    @property
    def identified(self) -> bool:
        """Whether a file may carry a patient's identity."""
        return self._one("SELECT count(*) FROM studies WHERE removed = 0") > 0

    def __len__(self) -> int:
        """Return the number of studies."""
        return self._one("SELECT count(*) FROM studies")

    def _one(self, query: str, *values: object) -> int:
        return int(self._database.execute(query, values).fetchone()[0])

    def has_image(self, instance: str) -> bool:
        """Return whether an image of that SOP Instance UID is in the folder."""
        return self._one("SELECT count(*) FROM images WHERE instance = ?", instance) > 0

    def patients(self, shard: int = 0, shards: int = 1) -> Iterator[list[Scanned]]:
        """Yield the studies of each patient, by Patient ID, those of one by date.

        What belongs to no study, since it cannot be read, comes last, by folder.

        Args:
            shard: Number of the part to yield, from 0.
            shards: Number of parts that the patients are divided into, by their identifiers.
        """
        people = self._database.execute(
            "SELECT person FROM studies GROUP BY person ORDER BY min(patient) = '', min(patient), person"
        )
        for (person,) in people:
            if _part(person, shards) == shard:
                yield self._of(person)
        lost = self._database.execute(_LOST) if shard == 0 else ()
        yield from ([Scanned("", "", (), (), count, frozenset(), False)] for (count,) in lost)

    def _of(self, person: str) -> list[Scanned]:
        query = "SELECT study, patient, uid, date FROM studies WHERE person = ? ORDER BY date, uid, study"
        return [self._study(*row) for row in self._database.execute(query, (person,)).fetchall()]

    def _study(self, study: str, patient: str, uid: str, date: str) -> Scanned:
        def column(query: str) -> list[str]:
            return [value for (value,) in self._database.execute(query, (study,))]

        headers = self._database.execute("SELECT path, header FROM files WHERE study = ? ORDER BY path", (study,))
        others = self._one("SELECT count(*) FROM studies WHERE uid = ? AND uid != '' AND study != ?", uid, study)
        return Scanned(
            patient_id=patient,
            uid=uid,
            headers=tuple((os.fsdecode(path), text) for path, text in headers),
            instances=tuple(column("SELECT DISTINCT instance FROM images WHERE study = ? ORDER BY instance")),
            broken=self._one(_BROKEN, study),
            shared=frozenset(column(_SHARED)),
            ambiguous=others > 0 or date == "*",
        )


def _part(person: str, shards: int) -> int:
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:8], "big") % shards


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _said(file: File) -> str:
    """Return what tells images apart that share an identifier: everything but where they lie."""
    frames = [vars(one) | {"path": ""} for one in file.frames]
    return hashlib.sha256(
        repr((file.patient_id, file.study_uid, frames)).encode("utf-8", "surrogateescape")
    ).hexdigest()
