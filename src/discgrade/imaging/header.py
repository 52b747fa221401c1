"""What a first look at a file tells: whether it is an image, of whom, how it lies, and how large it is."""

import hashlib
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LEFT_OUT = -1
"""Size of a link that leads out of the source folder and is not followed."""

_LONGEST = 256


class Stamp(NamedTuple):
    """What tells whether a file may have changed.

    Attributes:
        path: Relative to the source folder.
        size: In bytes; `LEFT_OUT` of a link that is not followed.
        modified: Time stamp of the content in ns.
        changed: Time stamp of content, name and rights in ns: nobody sets it back.
        inode: Number of the file in its file system.
    """

    path: str
    size: int
    modified: int = 0
    changed: int = 0
    inode: int = 0


class Header(NamedTuple):
    """What the index holds of one file; `instance` is empty for a file that is no DICOM image.

    Attributes:
        path: As in `Stamp`, like the next four.
        size: As in `Stamp`.
        modified: As in `Stamp`.
        changed: As in `Stamp`.
        inode: As in `Stamp`.
        content: SHA-256 of the whole file; empty for what is not DICOM, cannot be opened or is too large.
        instance: SOP Instance UID.
        study: Study Instance UID.
        patient: Patient ID.
        issuer: Issuer of Patient ID.
        name: Patient's name.
        birth: Date of birth, YYYYMMDD; empty if it is none.
        sex: F, M or O; empty if unknown.
        plane: The plane that the image, or its first frame, is nearest to: sagittal, coronal, axial; empty if unknown.
        rows: Height in px.
        columns: Width in px.
        frames: Number of frames.
        series: Series Instance UID.
        number: Instance Number; 0 if the file does not say.
    """

    path: str
    size: int
    modified: int = 0
    changed: int = 0
    inode: int = 0
    content: str = ""
    instance: str = ""
    study: str = ""
    patient: str = ""
    issuer: str = ""
    name: str = ""
    birth: str = ""
    sex: str = ""
    plane: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 1
    series: str = ""
    number: int = 0

    @property
    def stamp(self) -> Stamp:
        """Return what tells whether the entry still holds."""
        return Stamp(*self[:5])

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells the patient apart (`patient_key`)."""
        return patient_key(self.patient, self.issuer, self.study)


def patient_key(patient_id: str, issuer: str, study_uid: str) -> tuple[str, ...]:
    """Return what tells a patient apart: issuer and normalised ID, or the study where there is no ID."""
    normal = normalised(patient_id)
    return ("id", normalised(issuer), normal) if normal else ("study", capped(study_uid))


@lru_cache(maxsize=4096)
def normalised(identifier: str) -> str:
    """Return an identifier without what typing varies: spaces, case, compatibility forms and leading zeros."""
    folded = "".join(unicodedata.normalize("NFKC", capped(identifier)).casefold().split())
    return folded.lstrip("0") or folded[:1]


def capped(text: str) -> str:
    """Return a text of a header, one too long for any index as its beginning and its digest."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:64]}~{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"
