"""The source folder: its files, dealt to shards by folder, and a private index of their headers.

Planning a study reads this index; once it is warm, nothing but the standard library is needed.
"""

import csv
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from discgrade.records import replacing

INDEX = "index.csv"


class Header(NamedTuple):
    """What the index holds of one file; `sop_instance_uid` is empty for a file that is no DICOM image.

    Attributes:
        path: Relative to the source folder.
        size: In bytes.
        modified: Time stamp in ns: only tells whether the entry is still valid.
    """

    path: str
    size: int
    modified: int
    sop_instance_uid: str = ""
    study_uid: str = ""
    patient_id: str = ""
    issuer: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 1


def shard_of(path: str, shards: Sequence[str]) -> str:
    """Return the shard of a file: the hash of the first part of its path, its source folder, decides."""
    folder = Path(path).parts[0]
    return shards[
        int.from_bytes(hashlib.sha256(folder.encode("utf-8", "surrogateescape")).digest()[:8], "big") % len(shards)
    ]


def headers(source: Path, private: Path) -> list[Header]:
    """Return the header of every file below a folder, in the order of their paths; only new files are read.

    Raises:
        FileNotFoundError: if the folder is missing or holds no file; the message does not name it.
    """
    cached = {(one.path, one.size, one.modified): one for one in _load(private / INDEX)}
    found = [cached.get(key) or _read(source, *key) for key in sorted(_walk(source))]
    if not found:
        raise FileNotFoundError("The source folder is missing or empty. It should hold DICOM files")
    if len(found) != len(cached) or any((one.path, one.size, one.modified) not in cached for one in found):
        _save(found, private / INDEX)
    return found


def _walk(source: Path) -> Iterator[tuple[str, int, int]]:
    root = os.fspath(source)
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 (pathlib is five times slower here)
            status = os.stat(path)  # noqa: PTH116
            yield os.path.relpath(path, root), status.st_size, status.st_mtime_ns


def _read(source: Path, path: str, size: int, modified: int) -> Header:
    from discgrade.deidentification.files import header_fields  # noqa: PLC0415 (pydicom is not needed for a warm index)

    return Header(path, size, modified, *header_fields(source / path))


def _load(path: Path) -> list[Header]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as text:
        rows = list(csv.reader(text))[1:]
    numbers = {1, 2, 7, 8, 9}
    return [Header(*(int(v) if i in numbers else v for i, v in enumerate(row))) for row in rows]  # type: ignore[arg-type]


def _save(found: Sequence[Header], path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path) as partial, partial.open("x", newline="", encoding="utf-8", errors="surrogateescape") as text:
        partial.chmod(0o600)
        writer = csv.writer(text)
        writer.writerow(Header._fields)
        writer.writerows(found)


def shard_digests(*, source: Path, ratings: Path, shards: Sequence[str], private: Path) -> dict[str, str]:
    """Return a digest of what each shard depends on: its files' names and sizes, and the readings of its images.

    Args:
        source: Folder of DICOM files.
        ratings: Sheet of readings (csv, parquet or xlsx).
        shards: Names of the shards.
        private: Folder of the index, which only this study's owner may read.
    """
    from discgrade.deidentification.sheet import load  # noqa: PLC0415

    found = headers(source, private)
    by_uid = {one.sop_instance_uid: shard_of(one.path, shards) for one in found if one.sop_instance_uid}
    digests = {shard: hashlib.sha256() for shard in shards}
    for one in found:
        digests[shard_of(one.path, shards)].update(f"{one.path}\0{one.size}\n".encode("utf-8", "surrogateescape"))
    for row in load(ratings):
        owner = by_uid.get(row.get("sop_instance_uid", ""))
        line = "\0".join(f"{k}={v}" for k, v in sorted(row.items())) + "\n"
        for shard in [owner] if owner else shards:
            digests[shard].update(line.encode())
    withdrawn = private / "withdrawn.csv"
    content = withdrawn.read_bytes() if withdrawn.exists() else b""
    for digest in digests.values():
        digest.update(content)
    return {shard: digest.hexdigest() for shard, digest in digests.items()}


def by_uid(found: Sequence[Header]) -> Mapping[str, Header]:
    """Return the headers of the images by SOP Instance UID, the first file where two share one."""
    result: dict[str, Header] = {}
    for one in found:
        if one.sop_instance_uid:
            result.setdefault(one.sop_instance_uid, one)
    return result
