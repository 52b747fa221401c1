"""Small studies and a sheet of their regions, to grade with the tiny bundle."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scans import header, save

from discgrade.keyed import uid

ROWS, COLUMNS = 96, 80
LEVELS = ("L3/L4", "L4/L5", "L5/S1")
REGION_COLUMNS = ("patient_id", "sop_instance_uid", "level", "x", "y", "width", "height")


def study(folder: Path, patient: str, slices: int = 3, **changes: Any) -> list[dict[str, Any]]:
    """Write a sagittal T2 series of noise, and return rows of a sheet: three discs on its middle slice."""
    random = np.random.default_rng(int(uid(patient).split(".")[-1]) % 2**32)
    said = {
        "PatientID": patient,
        "PatientName": f"{patient}^Erika",
        "StudyInstanceUID": uid("study", patient),
        "SeriesInstanceUID": uid("series", patient, str(changes.get("SeriesNumber", 3))),
        "Manufacturer": "SIEMENS",
        "MagneticFieldStrength": "1.5",
        "Rows": ROWS,
        "Columns": COLUMNS,
    } | changes
    images = [header(number, **said) for number in range(1, slices + 1)]
    for image in images:
        name = f"{image.SeriesNumber}-{image.InstanceNumber}.dcm"
        save(folder / patient / name, image, random.integers(0, 4096, (ROWS, COLUMNS)))
    middle = images[slices // 2].SOPInstanceUID
    return [
        dict(zip(REGION_COLUMNS, (patient, middle, level, 20, 10 + 25 * number, 40, 22), strict=True))
        for number, level in enumerate(LEVELS)
    ]


def write_sheet(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as a sheet of regions."""
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


@pytest.fixture
def grade(tmp_path: Path, tiny_bundle: Path) -> Callable[..., int]:
    """The command on tmp_path / scans, with a sheet of rows, into tmp_path / out; without pages and DICOM."""
    from discgrade.cli import main

    def run(rows: Sequence[Mapping[str, Any]], *words: str, bundle: Path = tiny_bundle) -> int:
        sheet = write_sheet(tmp_path / "regions.csv", rows)
        given = [str(tmp_path / "scans"), "--bundle", str(bundle), "--out", str(tmp_path / "out")]
        return main(["grade", *given, "--regions", str(sheet), "--no-pages", "--no-sr", *words])

    return run
