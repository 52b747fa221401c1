"""The source folder: its files, assigned to shards, and a private index of their headers.

Planning a study reads this index; while nothing is new, it needs the standard library only.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification import keys, withdrawal
from discgrade.imaging.header import Header, Stamp
from discgrade.readings import sheet
from discgrade.readings.raters import rater_numbers, read_days
from discgrade.settings.model import Study

INDEX = "index.csv"


@dataclass(frozen=True)
class Source:
    """What is de-identified.

    Attributes:
        dicom: Folder of DICOM files.
        ratings: Sheet of readings (.csv, .parquet or .xlsx), or None.
        key_seed: Seed that a phantom study's key is made of; None where real people need a secret key.
    """

    dicom: Path
    ratings: Path | None
    key_seed: int | None = None


def source_of(study: Study, private: Path) -> Source:
    """Return the scans and readings of a study; those of a phantom lie in its private folder.

    Raises:
        ValueError: if the study takes over an export that was made elsewhere.
    """
    cohort = study.cohort
    if cohort.source == "phantom":
        return Source(private / "source" / "dicom", private / "source" / "ratings.csv", cohort.phantom.seed)
    if cohort.dicom is None or cohort.ratings is None:
        raise ValueError("cohort.dicom and cohort.ratings should name the scans and the sheet of readings")
    return Source(Path(cohort.dicom), Path(cohort.ratings))


def folder_of(path: str) -> str:
    """Return the source folder of a file: the first part of its path."""
    return path.split(os.sep, 1)[0]


def shard_of(path: str, shards: Sequence[str]) -> str:
    """Return the shard of a file, which a hash of its source folder's name decides."""
    return shards[_number(folder_of(path)) % len(shards)]


@lru_cache(maxsize=4096)
def _number(folder: str) -> int:
    return int.from_bytes(hashlib.sha256(_bytes(folder)).digest()[:8], "big")


def headers(source: Path, private: Path) -> list[Header]:
    """Return the header of every file below a folder, by path; only files that are new to the index are read.

    Raises:
        RefusedError: if the folder is missing or empty; the message does not name it.
    """
    files = sorted(_walk(source)) if source.is_dir() else []
    if not files:
        raise privacy.RefusedError("The folder of scans is missing or empty. It should hold DICOM files")
    privacy.make(private)
    with privacy.locked(private, "index"):
        held = _load(private / INDEX)
        known = {one.stamp: one for one in held}
        if new := [stamp for stamp in files if stamp not in known]:
            from discgrade.deidentification.indexing import read_headers  # noqa: PLC0415 (pydicom: only if needed)

            known |= zip(new, read_headers(source, new), strict=True)
        found = [known[stamp] for stamp in files]
        if found != held:
            privacy.write_rows(private / INDEX, Header._fields, found)
    return found


def by_instance(found: Sequence[Header]) -> dict[str, Header]:
    """Return the headers of images by SOP Instance UID; of two files that share one, the first."""
    return {one.instance: one for one in reversed(found) if one.instance}


def _walk(source: Path) -> Iterator[Stamp]:
    """Yield path, size and time stamp of every file; a folder that a link leads to is entered once."""
    root, entered = os.fspath(source), {source.resolve()}
    for folder, folders, names in os.walk(root, onerror=_unreadable, followlinks=True):
        folders[:] = [name for name in folders if _is_new(Path(folder, name), entered)]
        for name in names:
            path = f"{folder}{os.sep}{name}"
            try:
                status = os.stat(path)  # noqa: PTH116 (a Path object for each file takes longer than the call)
            except OSError:
                status = os.lstat(path)
            yield path[len(root) :].lstrip(os.sep), status.st_size, status.st_mtime_ns


def _is_new(folder: Path, entered: set[Path]) -> bool:
    """Tell whether a folder lies where its path says, or is linked from elsewhere and not entered yet."""
    if not folder.is_symlink():
        return True
    target = folder.resolve()
    if any(target.is_relative_to(one) or one.is_relative_to(target) for one in entered):
        return False
    entered.add(target)
    return True


def _unreadable(_: OSError) -> None:
    raise privacy.RefusedError(
        "A folder of the scans cannot be opened. Whoever runs this should be allowed to read all of them"
    ) from None


def _load(path: Path) -> list[Header]:
    """Return the index; empty if there is none, or if another version wrote it (the message would quote it)."""
    with suppress(ValueError):
        return [
            Header(
                file, int(size), int(modified), instance, study, patient, issuer, int(rows), int(columns), int(count)
            )
            for file, size, modified, instance, study, patient, issuer, rows, columns, count in privacy.read_rows(path)
        ]
    return []


def shard_digests(*, source: Path, ratings: Path | None, shards: Sequence[str], private: Path) -> dict[str, str]:
    """Return a digest of what the output of each shard depends on: its files, their readings and withdrawals.

    A reading counts in the shard of its image, with its rater's pseudonym and the day since that rater's first reading,
    so that a new patient changes one digest only. What cannot be told to belong to a shard counts in all. The digests
    are keyed with a private secret, since they are written where others may read them.

    Args:
        source: Folder of DICOM files.
        ratings: Sheet of readings, or None.
        shards: Names of the shards.
        private: Folder of the index.
    """
    found = headers(source, private)
    first = by_instance(found)
    here: dict[str, list[Header]] = {shard: [] for shard in shards}
    for one in found:
        here[shard_of(one.path, shards)].append(one)
    parts = {
        shard: [f"file\0{one.path}\0{one.size}\0{first.get(one.instance, one) is one}" for one in files]
        for shard, files in here.items()
    }
    rows = sheet.load(ratings) if ratings else []
    raters, days = rater_numbers(rows), read_days(rows)
    for row, day in zip(rows, days, strict=True):
        image = first.get(row.get("sop_instance_uid"))
        fields = dict(row.fields) | {"rater": raters[row.get("rater")], "read_at": str(day)}
        text = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name in sheet.COLUMNS)
        for shard in [shard_of(image.path, shards)] if image else shards:
            parts[shard].append(f"reading\0{text}")
    patients = {shard: {one.patient for one in files} for shard, files in here.items()}
    for shard, listed in withdrawal.by_shard(withdrawal.listed(private), patients).items():
        parts[shard] += [f"withdrawn\0{one}" for one in listed]
    salt = keys.secret(private / "digest.key")
    return {shard: hmac.new(salt, _bytes("\n".join(lines)), "sha256").hexdigest() for shard, lines in parts.items()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
