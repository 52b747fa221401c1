"""ZIP archives whose bytes depend on their content alone. Documents, workbooks and Keras models are archives, too."""

import re
import shutil
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest date that an archive can carry."""
_RIGHTS = 0o644 << 16
_UNIX = 3
_PROPERTIES = "docProps/core.xml"
_SAVED = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def member(name: str, compression: int = ZIP_STORED) -> ZipInfo:
    """Return what an archive says of a member: the earliest date, to be read by everybody and written by its owner.

    Args:
        name: Path within the archive.
        compression: `zipfile.ZIP_STORED`, or `zipfile.ZIP_DEFLATED`.
    """
    info = ZipInfo(name, _EARLIEST)
    info.compress_type, info.external_attr, info.create_system = compression, _RIGHTS, _UNIX
    return info


def copy_undated(document: Path | IO[bytes], destination: Path | IO[bytes]) -> None:
    """Copy a document or workbook in Office Open XML (ISO/IEC 29500) without the dates on which it was made and saved.

    Memory does not grow with its pages or sheets.
    """
    with ZipFile(document) as source, ZipFile(destination, "w") as target:
        for known in source.infolist():
            copy = member(known.filename, known.compress_type)
            copy.file_size = known.file_size
            with source.open(known) as content, target.open(copy, "w") as copied:
                if known.filename == _PROPERTIES:
                    copied.write(_SAVED.sub(b"1980-01-01T00:00:00Z", content.read()))
                else:
                    shutil.copyfileobj(content, copied)
