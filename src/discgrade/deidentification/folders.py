"""Exporting the files of a shard, source folder by source folder."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from discgrade import records
from discgrade.deidentification.files.cleaning import Exported, Gathered, Settings, deidentify_file, identifiers_of
from discgrade.deidentification.files.contents import RejectedError, read_content
from discgrade.deidentification.readings import study_digest
from discgrade.deidentification.source import by_instance, folder_of, rivals
from discgrade.imaging.header import LEFT_OUT, Header
from discgrade.imaging.opening import LARGEST
from discgrade.records.cohort.export import INSTANCES

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
        found: Headers of the whole source: a patient's files may lie in several shards.
        uid_in_sheet: Returns the SOP Instance UID that the sheet of readings uses for one of the source.
        rated: SOP Instance UIDs with readings, as the sheet uses them.
        withdrawn: Patients who withdrew (`imaging.header.patient_key`).
    """

    source: Path
    staged: Path
    settings: Settings
    found: Sequence[Header]
    uid_in_sheet: Callable[[str], str]
    rated: frozenset[str]
    withdrawn: frozenset[Key]

    @cached_property
    def of_patient(self) -> dict[Key, list[Header]]:
        """Files of each patient, of one who withdrew as well."""
        files: dict[Key, list[Header]] = {}
        for one in self.found:
            if one.instance:
                files.setdefault(one.key, []).append(one)
        return files

    @cached_property
    def first(self) -> dict[str, Header]:
        """First file of each SOP Instance UID."""
        return by_instance(self.found)

    @cached_property
    def rivals(self) -> dict[str, list[Header]]:
        """Files of each SOP Instance UID that several files of different content share."""
        return rivals(self.found)


@dataclass
class Outcome:
    """What became of the files of a shard.

    Attributes:
        rejected: Opaque index, path and reason of each file that is not exported.
        rated: Row of `export.INSTANCES` of each exported image with readings, by the sheet's SOP Instance UID.
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
    """A staged file: its index and header, and its row."""

    order: int
    header: Header
    row: Row


@dataclass
class _Progress:
    """What exporting a shard knows so far.

    Attributes:
        outcome: What became of the files.
        gathered: Identifiers of the patients at hand.
        seen: Digests of exported images: two files that share one are one image sent twice.
        chosen: Of files of different content that share a SOP Instance UID the one that is exported; None if they are
            different images.
    """

    outcome: Outcome = field(default_factory=Outcome)
    gathered: Gathered = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)
    chosen: dict[str, Header | None] = field(default_factory=dict)


def export_files(found: Sequence[Header], job: Job, sink: pq.ParquetWriter) -> Outcome:
    """Export files into the staging folder and write their rows of `export.INSTANCES`.

    Folders come in the order of their keyed hashes, so that neither rows nor indices tell the order of their names.
    A rated image comes first in its folder: of an image sent twice it is the one that stays.
    """
    progress, rows = _Progress(), list[Row]()
    ordered = sorted(found, key=lambda one: (job.settings.pseudonyms.folder(folder_of(one.path)), one.path))
    for folder, group in groupby(enumerate(ordered), key=lambda one: folder_of(one[1].path)):
        rows += _export_folder(folder, list(group), job, progress)
        while len(rows) >= _ROWS:
            sink.write_table(pa.Table.from_pylist(rows[:_ROWS], schema=INSTANCES))
            rows = rows[_ROWS:]
    sink.write_table(pa.Table.from_pylist(rows, schema=INSTANCES))
    progress.outcome.rejected.sort()
    return progress.outcome


def _export_folder(folder: str, group: Sequence[tuple[int, Header]], job: Job, progress: _Progress) -> list[Row]:
    """Export one source folder; return the rows of what stays."""
    patients = {header.key for _, header in group if header.instance}
    for key in patients:
        _gather(key, job, progress.gathered)
    written: list[_Written] = []
    for index, header in sorted(group, key=lambda one: (job.uid_in_sheet(one[1].instance) not in job.rated, one[0])):
        try:
            written.append(_Written(index, header, _export_file(header, job, progress)))
        except RejectedError as reason:
            progress.outcome.rejected.append((index, header.path, str(reason)))
    for key in patients:
        if all(folder_of(one.path) == folder for one in job.of_patient[key]):
            del progress.gathered[job.settings.pseudonyms.patient(key)]
    for one in written:
        _note(one, job, progress.outcome)
    return [one.row for one in sorted(written, key=lambda one: one.order)]


def _gather(key: Key, job: Job, gathered: Gathered) -> None:
    """Gather what identifies a patient in all of the patient's files, before any of them is cleaned of it."""
    patient = job.settings.pseudonyms.patient(key)
    if patient not in gathered:
        gathered[patient] = set[str]().union(
            *(identifiers_of(job.source / one.path) for one in job.of_patient[key] if one.size <= LARGEST)
        )


def _note(one: _Written, job: Job, outcome: Outcome) -> None:
    """Note an exported file's patient and, if it is rated, its row."""
    patient, issuer = one.header.patient, one.header.issuer
    outcome.patients.add((f"{patient}^^^{issuer}" if issuer else patient, one.row["patient"]))
    outcome.exported += 1
    if (uid := job.uid_in_sheet(one.header.instance)) in job.rated:
        outcome.rated[uid] = one.row


def _export_file(header: Header, job: Job, progress: _Progress) -> Row:
    """Write one anonymised file and return its row of `export.INSTANCES`.

    Raises:
        RejectedError: if the file is not exported.
    """
    if header.size == LEFT_OUT:
        raise RejectedError("link out of the folder of scans")
    if header.instance and header.key in job.withdrawn:
        raise RejectedError("patient withdrew")
    if header.instance and _chosen(header.instance, job, progress) != header:
        same = progress.chosen.get(header.instance, header) is not None
        raise RejectedError("duplicate of another SOP instance" if same else "two images under one SOP Instance UID")
    one = _deidentified(header, job, progress)
    if one.duplicate in progress.seen and job.uid_in_sheet(header.instance) not in job.rated:
        raise RejectedError("same image as another one of the patient")
    if one.duplicate:
        progress.seen.add(one.duplicate)
    progress.outcome.unread.update(one.unread)
    return _write(one, job.staged)


def _chosen(instance: str, job: Job, progress: _Progress) -> Header | None:
    """Return which file of an image is exported: the first, unless it cannot be; None if they are different images."""
    if instance not in job.rivals:
        return job.first[instance]
    if instance not in progress.chosen:
        images: dict[bytes, Header] = {}
        rivals = [one for one in job.rivals[instance] if one.key not in job.withdrawn]
        for one in reversed(rivals):
            _gather(one.key, job, progress.gathered)
            with suppress(RejectedError):
                images[_deidentified(one, job, progress).image] = one
        progress.chosen[instance] = next(iter(images.values()), rivals[0]) if len(images) < 2 else None
    return progress.chosen[instance]


def _deidentified(header: Header, job: Job, progress: _Progress) -> Exported:
    """De-identify a file that should be as it was indexed.

    Raises:
        RejectedError: if it is not exported.
    """
    content = read_content(job.source / header.path)
    if hashlib.sha256(content).hexdigest() != header.content:
        raise RejectedError("changed since it was indexed: run again")
    return deidentify_file(content, job.settings, progress.gathered)


def _write(one: Exported, staged: Path) -> Row:
    path = f"{one.record['patient']}/{study_digest(one.record['study_uid'])}/{one.record['sop_instance_uid']}.dcm"
    if not _PATH.fullmatch(path):
        raise RejectedError("read-back: a path that is not made of pseudonyms")
    with records.replacing(staged / path) as partial:
        partial.write_bytes(one.content)
    return one.record | {"path": path}
