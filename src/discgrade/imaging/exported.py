"""Slices of an export, which are read only as they were exported."""

import hashlib
from pathlib import Path

from discgrade.imaging.dicom import Slice, read_slice


def exported_slice(path: Path, digest: str, frame: int) -> Slice:
    """Read a slice of an exported file that is as it was exported.

    Args:
        path: The file.
        digest: Its SHA-256 by the table of instances.
        frame: Frame of a multi-frame image, from 1.

    Raises:
        ValueError: if it is another file than the one that was exported.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        raise ValueError(
            f"{path} is not as it was exported: its SHA-256 is {found[:12]}, and {digest[:12]} by the table of "
            "instances. Restore it, or remove that table and run snakemake again"
        )
    return read_slice(path, frame)
