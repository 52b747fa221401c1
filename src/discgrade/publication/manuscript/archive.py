"""Archives whose bytes depend on their content alone: no date, one order. Documents and workbooks are archives, too."""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_EPOCH = (1980, 1, 1, 0, 0, 0)
_COMPRESSED = frozenset({".docx", ".xlsx", ".png"})
"""Kinds of files that are compressed already."""
_PROPERTIES = "docProps/core.xml"
_DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def archive_of(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of named members, in the order given."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = ZipInfo(name, _EPOCH)
            member.compress_type = ZIP_STORED if PurePosixPath(name).suffix in _COMPRESSED else ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def undated(package: bytes) -> bytes:
    """Return a document or workbook in Office Open XML without the dates on which it was made and saved."""
    with ZipFile(BytesIO(package)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[_PROPERTIES] = _DATE.sub(b"2000-01-01T00:00:00Z", members[_PROPERTIES])
    return archive_of(members)
