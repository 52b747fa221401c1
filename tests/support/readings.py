"""Sheets of readings for invented images."""

import csv
from collections.abc import Sequence
from pathlib import Path

COLUMNS = (
    "patient_id", "sop_instance_uid", "level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort",
)  # fmt: skip


def reading(**changes: object) -> dict[str, object]:
    """Return one reading of the image that `mr_files.mr_image` makes."""
    row = ["004711-K", "1.2.3.4.5.1.1.8", "L4/L5", "2.5", "3", "6", "4.5", "3.3", "Dr. Lakatos", "1", "primary"]
    return dict(zip(COLUMNS, row, strict=True)) | changes


def write_sheet(path: Path, rows: Sequence[dict[str, object]], delimiter: str = ",") -> Path:
    """Write a sheet as CSV and return its path."""
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path
