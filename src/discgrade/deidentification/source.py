"""The source folder: its files, assigned to shards, and a private index of their headers.

Planning a study reads this index; while nothing is new, it needs the standard library only.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.apart import apart_shards, ordinary_shards
from discgrade.deidentification.identity import people
from discgrade.imaging.header import Header
from discgrade.imaging.walking import walk
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
    """Return the scans and readings of a study; those that the workflow makes lie in its private folder.

    Raises:
        ValueError: if the study takes over an export that was made elsewhere.
    """
    cohort, made = study.cohort, private / "source" / "ratings.csv"
    if cohort.source == "phantom":
        return Source(private / "source" / "dicom", made, cohort.phantom.seed)
    if cohort.dicom is None or cohort.ratings is None:
        raise ValueError("cohort.dicom and cohort.ratings should name the scans and the sheet of readings")
    is_made = cohort.source == "rating" or study.ratings.propose is not None
    return Source(Path(cohort.dicom), made if is_made else Path(cohort.ratings))


def unread_digest(study: Study, private: Path) -> str:
    """Return a digest of a study's scans, by names, sizes and times, and of its sheet; keyed with a private secret.

    Raises:
        RefusedError: if there are no scans or no sheet.
    """
    from discgrade.deidentification.identity import keys  # noqa: PLC0415 - hardly any plan asks for it

    dicom, sheet = Path(study.cohort.dicom or ""), Path(study.cohort.ratings or "")
    if not study.cohort.dicom or not dicom.is_dir() or not sheet.is_file():
        raise privacy.RefusedError(
            "cohort.dicom should be the folder of scans and cohort.ratings the sheet of readings"
        )
    stamps = repr(sorted(walk(dicom, study.deidentify.follow_links))).encode("utf-8", "surrogateescape")
    privacy.make(private)
    return hmac.new(keys.secret(private / "digest.key"), stamps + sheet.read_bytes(), "sha256").hexdigest()


def folder_of(path: str) -> str:
    """Return the source folder of a file: the first part of its path."""
    return path.split(os.sep, 1)[0]


def shard_of(path: str, shards: Sequence[str]) -> str:
    """Return the shard of a file, which a hash of its source folder's name decides."""
    return shards[_number(folder_of(path)) % len(shards)]


def placing(shards: Sequence[str], external: Collection[str]) -> Callable[[str], str]:
    """Return what tells the shard of a file: that of its folder, or one set apart if all in it are external.

    Args:
        shards: Names of the shards, those that are set apart among them.
        external: Source folders that hold nobody but patients of the cohort `external`.
    """
    ordinary, apart = ordinary_shards(shards), apart_shards(shards)
    if not apart:
        return lambda path: shard_of(path, ordinary)
    return lambda path: shard_of(path, apart if folder_of(path) in external else ordinary)


@lru_cache(maxsize=4096)
def _number(folder: str) -> int:
    return int.from_bytes(hashlib.sha256(folder.encode("utf-8", "surrogateescape")).digest()[:8], "big")


def headers(source: Path, private: Path, follow_links: bool = False) -> list[Header]:
    """Return the header of every file below a folder, by path; only files that may have changed are read.

    Args:
        source: Folder of DICOM files.
        private: Folder of the index.
        follow_links: Whether links that lead out of the folder are followed; else they are listed and not read.

    Raises:
        RefusedError: if the folder is missing or empty, or several people would be taken for one; the message names
            neither folder nor people.
    """
    files = sorted(walk(source, follow_links)) if source.is_dir() else []
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
        people.check(found, private)
    return found


def by_instance(found: Sequence[Header]) -> dict[str, Header]:
    """Return the headers of images by SOP Instance UID; of two files that share one, the first."""
    return {one.instance: one for one in reversed(found) if one.instance}


def rivals(found: Sequence[Header]) -> dict[str, list[Header]]:
    """Return the files of each SOP Instance UID that several files of different content share."""
    named: dict[str, list[Header]] = {}
    for one in found:
        if one.instance:
            named.setdefault(one.instance, []).append(one)
    return {uid: files for uid, files in named.items() if len({one.content for one in files}) > 1}


def _load(path: Path) -> list[Header]:
    """Return the index; empty if there is none, or if it is spoilt or another version's: it is made anew then."""
    with suppress(ValueError, OSError):
        return list(map(_header, privacy.read_rows(path)))
    return []


def _header(row: list[str]) -> Header:
    if len(row) != len(Header._fields):
        raise ValueError("other columns")
    size, modified, changed, inode, rows, columns, frames, number = map(int, (*row[1:5], *row[-5:-2], row[-1]))
    content, instance, study, patient, issuer, name, birth, sex, plane = row[5:-5]
    texts = (content, instance, study, patient, issuer, name, birth, sex, plane)
    return Header(row[0], size, modified, changed, inode, *texts, rows, columns, frames, row[-2], number)
