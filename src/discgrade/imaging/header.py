"""What a first look at a file tells: whether it is an image, of whom, and how large."""

import unicodedata
from typing import NamedTuple

Stamp = tuple[str, int, int]
"""Path relative to the source folder, size in bytes and time stamp in ns of a file."""


class Header(NamedTuple):
    """What the index holds of one file; `instance` is empty for a file that is no DICOM image.

    Attributes:
        path: Relative to the source folder.
        size: In bytes.
        modified: Time stamp in ns; it only tells whether the entry still holds.
        instance: SOP Instance UID.
        study: Study Instance UID.
        patient: Patient ID.
        issuer: Issuer of Patient ID.
        rows: Height in px.
        columns: Width in px.
        frames: Number of frames.
    """

    path: str
    size: int
    modified: int
    instance: str = ""
    study: str = ""
    patient: str = ""
    issuer: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 1

    @property
    def stamp(self) -> Stamp:
        """Return what tells whether the entry still holds."""
        return self[:3]


def patient_key(patient_id: str, issuer: str, study_uid: str) -> tuple[str, ...]:
    """Return what tells a patient apart: issuer and normalised ID, or the study where there is no ID."""
    normal = normalised(patient_id)
    return ("id", normalised(issuer), normal) if normal else ("study", study_uid)


def normalised(identifier: str) -> str:
    """Return an identifier without what typing varies: spaces, case, compatibility forms and leading zeros."""
    folded = "".join(unicodedata.normalize("NFKC", identifier).casefold().split())
    return folded.lstrip("0") or folded[:1]
