"""Where the files of a run lie, and that they are readable by their owner only."""

import hashlib
import os
import re
from pathlib import Path

from discgrade import private
from discgrade.grading.discs import GradedStudy
from discgrade.records import replacing

FOLDERS = "studies"
"""Folder of the studies' pages and DICOM, one folder a study."""

_UID = re.compile(r"[0-9][0-9.]{0,63}")
_FILE = 0o600


def folder_of(study: GradedStudy) -> str:
    """Return the folder of a study's files, relative to that of the run: its UID, or a digest where there is none."""
    known = _UID.fullmatch(study.study_uid) and ".." not in study.study_uid
    whose = repr((study.patient_id, study.study_uid))  # patients without a UID should not share a folder
    digest = hashlib.sha256(whose.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{FOLDERS}/{study.study_uid if known else digest}"


def write(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all, readable by its owner only, as its folder is."""
    private.make_folder(path.parent)
    with replacing(path) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _FILE)
            file.write(content)
