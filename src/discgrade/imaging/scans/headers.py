"""The headers of DICOM files and volumes, read once; where a folder is given, kept while size and time stay."""

import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import astuple, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from discgrade.host import die_with_parent
from discgrade.imaging import frames as imaging
from discgrade.imaging import opening
from discgrade.imaging.dicom import written
from discgrade.imaging.frames import Frame, Weighting
from discgrade.imaging.header import LEFT_OUT, Stamp
from discgrade.imaging.scanners import tesla
from discgrade.imaging.scans import descriptions, people
from discgrade.imaging.scans.people import UNKNOWN, Person
from discgrade.imaging.volumes.datasets import header_of
from discgrade.imaging.volumes.files import is_volume
from discgrade.imaging.volumes.names import is_image
from discgrade.imaging.walking import walk

INDEX = "scans.sqlite"

_FORMAT = 6
_OWN_TAGS = ("Manufacturer", "MagneticFieldStrength", "PatientIdentityRemoved")
_TAGS = [Tag(name) for name in dict.fromkeys((*imaging.TAGS, *descriptions.TAGS, *people.TAGS, *_OWN_TAGS))]
_IMAGES = ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
_CHUNK = 200
_MOST_PROCESSES = 8


@dataclass(frozen=True)
class File:
    """What the header of a file says.

    Attributes:
        path: Relative to the folder of scans.
        broken: Whether it begins as DICOM and cannot be read.
        patient_id: Patient ID.
        issuer: Issuer of Patient ID.
        study_uid: Study Instance UID.
        description: Series description that may be shown.
        study_date: Study Date, YYYYMMDD; empty if the file does not say.
        manufacturer: Manufacturer as written.
        field_strength: Of the magnet in tesla; None if the file does not say.
        identity_removed: Whether the file says that the patient's identity was removed from it (0012,0062).
        person: Who it is about, as far as it says; nothing where the identity was removed.
        frames: Its slices; none if it is no grey image.
    """

    path: str
    broken: bool = False
    patient_id: str = ""
    issuer: str = ""
    study_uid: str = ""
    description: str = ""
    study_date: str = ""
    manufacturer: str = ""
    field_strength: float | None = None
    identity_removed: bool = False
    person: Person = UNKNOWN
    frames: tuple[Frame, ...] = ()


def read_folder(source: Path, private: Path, tell: Callable[[str], None], follow_links: bool = False) -> list[File]:
    """Return the header of every DICOM file below a folder, by path, of no volume; only new and changed files are read.

    Args:
        source: Folder of scans.
        private: Folder that keeps the headers, in a file of mode 0600 that may be deleted at any time.
        tell: Takes a sentence on progress.
        follow_links: Whether links that lead out of the folder are followed.
    """
    found = sorted(walk(source, follow_links))
    # What is read of a folder that is kept goes on to a study, which takes DICOM from such a folder and no volumes.
    stamps = [stamp for stamp in found if stamp.size != LEFT_OUT and not is_volume(stamp.path)]
    with closing(_index(private / INDEX)) as index:
        # A name is kept as bytes: not every one is text.
        kept = index.execute("SELECT * FROM files")
        known = {Stamp(os.fsdecode(path), *stamp): text for path, *stamp, text in kept}
        new = [stamp for stamp in stamps if stamp not in known]
        for number, (stamp, text) in enumerate(read(source, new), 1):
            known[stamp] = text
            if number % 1000 == 0:
                tell(f"{number} of {len(new)} headers read")
        if new or len(known) > len(stamps):
            _keep(index, [(os.fsencode(stamp.path), *stamp[1:], known[stamp]) for stamp in stamps])
    return [file for stamp in stamps if (file := unpacked(stamp[0], known[stamp])) is not None]


def _index(path: Path) -> sqlite3.Connection:
    """Open the kept headers; a file that cannot be read as such is made anew."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    try:
        index = sqlite3.connect(path)
        if index.execute("PRAGMA user_version").fetchone()[0] not in (0, _FORMAT):
            raise sqlite3.DatabaseError("of another version")
        index.execute(f"CREATE TABLE IF NOT EXISTS files ({', '.join(Stamp._fields)}, header)")
    except sqlite3.DatabaseError:
        path.unlink()
        return _index(path)
    return index


def _keep(index: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    with index:
        index.execute("DELETE FROM files")
        index.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)
        index.execute(f"PRAGMA user_version = {_FORMAT}")


def read(source: Path, stamps: Sequence[Stamp], processes: int | None = None) -> Iterator[tuple[Stamp, str]]:
    """Read headers, on several cores when there are many, as text that `unpacked` understands; in the given order.

    Args:
        source: Folder of scans.
        stamps: Files below it.
        processes: The most processes at work; None: one for each core.
    """
    chunks = [stamps[start : start + _CHUNK] for start in range(0, len(stamps), _CHUNK)]
    processes = min(processes or len(os.sched_getaffinity(0)), _MOST_PROCESSES, len(chunks))
    several = partial(read_some, os.fspath(source))
    if processes <= 1:
        found = map(several, chunks)
        yield from ((stamp, text) for some in found for stamp, text in some)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=die_with_parent) as pool:
        yield from ((stamp, text) for some in pool.map(several, chunks) for stamp, text in some)


def read_some(source: str, stamps: Sequence[Stamp]) -> list[tuple[Stamp, str]]:
    """Read headers in this process, as `read` does."""
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [(stamp, json.dumps(_packed(Path(source), stamp[0]))) for stamp in stamps]


def _packed(folder: Path, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a file's header as JSON: None for what is no image, false for a broken one, else its fields."""
    path = folder / name
    if not path.is_file():
        return None
    try:
        if is_image(name):
            return _fields(header_of(folder, name), name)
        with path.open("rb") as file:
            return _fields(opening.read(file, stop_before_pixels=True, specific_tags=_TAGS), name)
    except opening.NotDicomError:
        return None
    except Exception:
        return False


def _fields(dataset: Dataset, name: str) -> Any:  # noqa: ANN401
    slices = imaging.frames(dataset, name)
    kind, study = (str(dataset.get(keyword) or "") for keyword in ("SOPClassUID", "StudyInstanceUID"))
    if not slices:
        return None if _is_something_else(dataset, kind) else False
    identifiers = [written(dataset.get(keyword) or "").strip() for keyword in ("PatientID", "IssuerOfPatientID")]
    scanned = [_text(dataset, "StudyDate"), _text(dataset, "Manufacturer"), _field_strength(dataset)]
    removed = _text(dataset, "PatientIdentityRemoved") == "YES"
    who = UNKNOWN if removed else people.person(dataset)
    rows = [_row(one) for one in slices]
    return [*identifiers, study.strip(), descriptions.description(dataset), *scanned, removed, astuple(who), rows]


def _text(dataset: Dataset, keyword: str) -> str:
    """Return an element's value; empty if it is missing or cannot be read."""
    try:
        return str(dataset.get(keyword) or "").strip(" \0")
    except Exception:
        return ""


def _field_strength(dataset: Dataset) -> float | None:
    try:
        return tesla(float(_text(dataset, "MagneticFieldStrength")))
    except ValueError:
        return None


def _is_something_else(dataset: Dataset, kind: str) -> bool:
    """Return whether a file is a coloured image or no image at all, not one that ends before it says what it is."""
    meta = getattr(dataset, "file_meta", None)
    said = kind or (str(meta.get("MediaStorageSOPClassUID") or "") if meta is not None else "")
    return bool(dataset.get("Rows")) or (said != "" and said not in _IMAGES)


def unpacked(path: str, text: str) -> File | None:
    """Return what a header says, of the text that `read` made of it; None for what is no DICOM image."""
    header = json.loads(text)
    if header is None:
        return None
    if header is False:
        return File(path, broken=True)
    *values, who, rows = header
    known: list[Any] = [*values, Person(*_tuples(who)), tuple(_frame(row) for row in rows)]
    return File(path, False, *known)


def _row(frame: Frame) -> list[Any]:
    """Return the fields of a slice, in their order."""
    values = list(vars(frame).values())
    values[_WEIGHTING] = list(vars(frame.weighting).values())
    return values


def _frame(row: list[Any]) -> Frame:
    """Make a slice of its fields, in their order."""
    values = _tuples(row)
    values[_WEIGHTING] = Weighting(*_tuples(row[_WEIGHTING]))
    return Frame(*values)


def _tuples(row: list[Any]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in row]


_WEIGHTING = list(Frame.__dataclass_fields__).index("weighting")
