"""Exporting the files of a shard, source folder by source folder."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from discgrade import records
from discgrade.deidentification import readback
from discgrade.deidentification.files import Exported, Gathered, RejectedError, Settings, deidentify_file
from discgrade.deidentification.identifiers import PatientIdentifiers
from discgrade.deidentification.readings import study_digest
from discgrade.deidentification.source import folder_of
from discgrade.imaging.header import Header, patient_key
from discgrade.records.export import INSTANCES

_ROWS = 1000
_PATH = re.compile(r"P[0-9a-f]{16}/[0-9a-f]{6}/2\.25\.\d{1,39}\.dcm")

Row = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """What is the same for all files of a shard.

    Attributes:
        source: Folder of DICOM files.
        staged: Folder that receives the anonymised files.
        settings: What is kept and what replaces it.
        first: The one file of each SOP Instance UID that may be exported.
        uid_in_sheet: Returns the SOP Instance UID that the sheet of readings uses for one of the source.
        rated: SOP Instance UIDs with readings, as the sheet uses them.
        withdrawn: Patients who withdrew (`imaging.header.patient_key`).
    """

    source: Path
    staged: Path
    settings: Settings
    first: dict[str, Header]
    uid_in_sheet: Callable[[str], str]
    rated: frozenset[str]
    withdrawn: frozenset[Key]


@dataclass
class Outcome:
    """What became of the files of a shard.

    Attributes:
        rejected: Opaque index, path and reason of each file that is not exported.
        rated: Row of `records.export.INSTANCES` of each exported image with readings, by the sheet's SOP Instance UID.
        patients: Old and new patient ID of each exported file.
        exported: Number of exported files.
        unread: Number of files by the column that is empty though they say something there.
    """

    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    rated: dict[str, Row] = field(default_factory=dict)
    patients: set[tuple[str, str]] = field(default_factory=set)
    exported: int = 0
    unread: Counter[str] = field(default_factory=Counter)


class _Written(NamedTuple):
    """A staged file: its index and header, its row, and how many of the patient's identifiers were known by then."""

    order: int
    header: Header
    row: Row
    known: int


def export_files(found: Sequence[Header], job: Job, sink: pq.ParquetWriter) -> Outcome:
    """Export files into the staging folder and write their rows of `records.export.INSTANCES`.

    Folders come in the order of their keyed hashes, so that neither rows nor indices tell the order of their names.
    A rated image comes first in its folder: of an image sent twice it is the one that stays.
    """
    outcome, seen, rows = Outcome(), set[bytes](), list[Row]()
    ordered = sorted(found, key=lambda one: (job.settings.pseudonyms.folder(folder_of(one.path)), one.path))
    for _, group in groupby(enumerate(ordered), key=lambda one: folder_of(one[1].path)):
        rows += _export_folder(list(group), job, seen, outcome)
        while len(rows) >= _ROWS:
            sink.write_table(pa.Table.from_pylist(rows[:_ROWS], schema=INSTANCES))
            rows = rows[_ROWS:]
    sink.write_table(pa.Table.from_pylist(rows, schema=INSTANCES))
    outcome.rejected.sort()
    return outcome


def key_of(header: Header) -> Key:
    """Return what tells the patient of a file apart."""
    return patient_key(header.patient, header.issuer, header.study)


def _export_folder(group: Sequence[tuple[int, Header]], job: Job, seen: set[bytes], outcome: Outcome) -> list[Row]:
    """Export one source folder; return the rows of what stays."""
    gathered: Gathered = {}
    written: list[_Written] = []
    for index, header in sorted(group, key=lambda one: (job.uid_in_sheet(one[1].instance) not in job.rated, one[0])):
        try:
            row = _export_file(header, job, gathered, seen, outcome)
            written.append(_Written(index, header, row, len(gathered[row["patient"]])))
        except RejectedError as reason:
            outcome.rejected.append((index, header.path, str(reason)))
    for one in list(written):
        path, now = job.staged / one.row["path"], gathered[one.row["patient"]]
        if one.known < len(now) and _reveals(path, now):
            path.unlink()
            written.remove(one)
            outcome.rejected.append((one.order, one.header.path, "read-back: one of the patient's own values"))
    for one in written:
        _note(one, job, outcome)
    return [one.row for one in sorted(written, key=lambda one: one.order)]


def _note(one: _Written, job: Job, outcome: Outcome) -> None:
    """Note an exported file's patient and, if it is rated, its row."""
    patient, issuer = one.header.patient, one.header.issuer
    outcome.patients.add((f"{patient}^^^{issuer}" if issuer else patient, one.row["patient"]))
    outcome.exported += 1
    if (uid := job.uid_in_sheet(one.header.instance)) in job.rated:
        outcome.rated[uid] = one.row


def _export_file(header: Header, job: Job, gathered: Gathered, seen: set[bytes], outcome: Outcome) -> Row:
    """Write one anonymised file and return its row of `records.export.INSTANCES`.

    Raises:
        RejectedError: if the file is not exported.
    """
    if header.instance and key_of(header) in job.withdrawn:
        raise RejectedError("patient withdrew")
    if header.instance and job.first[header.instance] != header:
        raise RejectedError("duplicate of another SOP instance")
    one = deidentify_file(_content(job.source / header.path), job.settings, gathered)
    if header.instance and one.record["patient"] != job.settings.pseudonyms.patient(key_of(header)):
        raise RejectedError("changed since it was indexed: run again")
    if one.duplicate in seen and job.uid_in_sheet(header.instance) not in job.rated:
        raise RejectedError("same image as another one of the patient")
    if one.duplicate:
        seen.add(one.duplicate)
    outcome.unread.update(one.unread)
    return _write(one, job.staged)


def _content(path: Path) -> bytes:
    if not path.is_file():  # a pipe would never end
        raise RejectedError("cannot be opened")
    try:
        return path.read_bytes()
    except OSError:
        raise RejectedError("cannot be opened") from None


def _write(one: Exported, staged: Path) -> Row:
    path = f"{one.record['patient']}/{study_digest(one.record['study_uid'])}/{one.record['sop_instance_uid']}.dcm"
    if not _PATH.fullmatch(path):
        raise RejectedError("read-back: a path that is not made of pseudonyms")
    with records.replacing(staged / path) as partial:
        partial.write_bytes(one.content)
    return one.record | {"path": path}


def _reveals(path: Path, identifiers: set[str]) -> bool:
    """Return whether a written header holds what became known as the patient's identifier after it was written."""
    return readback.holds(readback.reread(path.read_bytes()), PatientIdentifiers(frozenset(identifiers)))
