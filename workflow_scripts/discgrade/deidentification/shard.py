"""De-identifying one shard: its folders' files, their readings and the tables that describe both."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.deidentification import pseudonyms as naming
from discgrade.deidentification import sheet
from discgrade.deidentification.files import Exported, Rejected, deidentify_file
from discgrade.deidentification.pseudonyms import Pseudonyms
from discgrade.deidentification.source import Header, by_uid, headers, shard_of


def deidentify_shard(
    *,
    source: Path,
    ratings: Path,
    shard: str,
    shards: Sequence[str],
    export: Path,
    instances: Path,
    rejected: Path,
    ratings_out: Path,
    private: Path,
    options: Mapping[str, Any],
) -> None:
    """Export one shard of a source folder without anything that identifies people.

    Args:
        source: Folder of DICOM files; its top-level entries are dealt to the shards by a hash of their names.
        ratings: Sheet of readings (csv, parquet or xlsx).
        shard: Name of this shard.
        shards: Names of all shards.
        export: Folder that receives the anonymised files, below one folder a patient.
        instances: Table `records.INSTANCES` that is written.
        rejected: Table `records.REJECTED` that is written.
        ratings_out: Table `records.RATINGS` that is written.
        private: Folder of key, index and maps.
        options: Section `deidentify` of the config; `key_seed` makes the key of a phantom study.

    Raises:
        SheetError: if the sheet breaks a rule; no image is read then.
        ValueError: if the key may not be used.
    """
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    seed = options.get("key_seed")
    names = Pseudonyms(naming.private_key(private) if seed is None else naming.seeded_key(seed))
    found = headers(source, private)
    images = by_uid(found)
    rows = sheet.load(ratings)
    sheet.check(rows, images, private)
    staging = export / f".{shard}.staging"
    shutil.rmtree(staging, ignore_errors=True)
    exported, refused = _process(
        [one for one in found if shard_of(one.path, shards) == shard], source, staging, names, options
    )
    _commit(staging, export, shard, shards, private, {row["path"] for row in exported.values()})
    records.write(sorted(exported.values(), key=lambda row: row["path"]), records.INSTANCES, instances)
    records.write(refused, records.REJECTED, rejected)
    records.write(sheet.anonymised(rows, exported, _disc), records.RATINGS, ratings_out)


def _disc(patient: str, study_uid: str, level: str) -> str:
    return f"{patient}-{hashlib.sha256(study_uid.encode()).hexdigest()[:6]}-{level.replace('/', '')}"


def _process(
    found: Sequence[Header], source: Path, staging: Path, names: Pseudonyms, options: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Export each file into a staging folder; return rows of INSTANCES by old UID, and rows of REJECTED."""
    exported: dict[str, dict[str, Any]] = {}
    refused: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for index, header in enumerate(found):
        try:
            one = deidentify_file((source / header.path).read_bytes(), names, options)
            if one.old_uid in exported:
                raise Rejected("duplicate of another SOP instance")
            if not one.constant and (one.record["patient"], one.record["pixel_digest"]) in seen:
                raise Rejected("same pixels as another image of the patient")
        except Rejected as reason:
            refused.append({"index": index, "reason": str(reason)})
            continue
        seen.add((one.record["patient"], one.record["pixel_digest"]))
        exported[one.old_uid] = _write(one, staging)
    return exported, refused


def _write(one: Exported, staging: Path) -> dict[str, Any]:
    study = hashlib.sha256(one.record["study_uid"].encode()).hexdigest()[:6]
    path = f"{one.record['patient']}/{study}/{one.record['sop_instance_uid']}.dcm"
    with records.replacing(staging / path) as partial:
        partial.write_bytes(one.content)
    return one.record | {"path": path}


@contextmanager
def locked(private: Path) -> Iterator[None]:
    """Let one process at a time change what the shards share."""
    with (private / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _commit(staging: Path, export: Path, shard: str, shards: Sequence[str], private: Path, paths: set[str]) -> None:
    """Replace this shard's files of an earlier run by the staged ones; a manifest says whose a file is."""
    folder = private / "exported"
    folder.mkdir(mode=0o700, exist_ok=True)
    with locked(private):
        manifests = {path.stem: set(path.read_text().split()) for path in folder.glob("*.txt")}
        others: set[str] = set().union(
            *(listed for name, listed in manifests.items() if name != shard and name in shards)
        )
        stale = set().union(*(listed for name, listed in manifests.items() if name == shard or name not in shards))
        _manifest(folder / f"{shard}.txt", paths | stale)
        for path in stale - paths - others:
            (export / path).unlink(missing_ok=True)
        for path in sorted(paths):
            (export / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).replace(export / path)
        _manifest(folder / f"{shard}.txt", paths)
        for name in set(manifests) - set(shards):
            (folder / f"{name}.txt").unlink()
        for path in stale - paths - others:
            for parent in list(Path(path).parents)[:-1]:
                if (export / parent).is_dir() and not any((export / parent).iterdir()):
                    (export / parent).rmdir()
    shutil.rmtree(staging, ignore_errors=True)


def _manifest(path: Path, paths: set[str]) -> None:
    with records.replacing(path) as partial:
        partial.write_text("".join(f"{one}\n" for one in sorted(paths)))
