"""The archive of a manuscript's files, and its documents, in memory: their bytes depend on their content alone."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from discgrade.records.archives import copy_undated, member

_COMPRESSED = frozenset({".docx", ".xlsx", ".png"})
"""Kinds of files that are compressed already."""


def archive_of(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of named members, in the order given."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            compression = ZIP_STORED if PurePosixPath(name).suffix in _COMPRESSED else ZIP_DEFLATED
            archive.writestr(member(name, compression), content)
    return buffer.getvalue()


def undated(package: bytes) -> bytes:
    """Return a document or workbook in Office Open XML without the dates on which it was made and saved."""
    copy = BytesIO()
    copy_undated(BytesIO(package), copy)
    return copy.getvalue()
