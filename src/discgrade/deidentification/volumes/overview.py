"""What a sheet of series says of people and scanners: numbers and known words alone."""

import csv
import math
from dataclasses import replace
from pathlib import Path

from discgrade.deidentification.elements.characteristics import sex
from discgrade.imaging.scanners import tesla, usual_name
from discgrade.imaging.volumes.datasets import Scan
from discgrade.imaging.volumes.files import stem
from discgrade.private import RefusedError
from discgrade.readings.sheets.formats import folded

_FILE = ("newfilename", "filename", "file", "series", "image")
_COLUMNS = {
    "sex": ("sex", "patientsex"),
    "age": ("age", "patientage"),
    "manufacturer": ("manufacturer",),
    "field_strength": ("magneticfieldstrength", "fieldstrength"),
    "echo_time": ("echotime",),
    "repetition_time": ("repetitiontime",),
}
_OLDEST = 90


def read_overview(path: Path | None) -> dict[str, Scan]:
    """Return what is known of each series, by the name of its volume without suffix.

    Raises:
        RefusedError: if the sheet cannot be read, or names no files.
    """
    if path is None:
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise RefusedError("cohort.overview should be a sheet of series (.csv), and cannot be read as one") from None
    names = {folded(name): name for name in (rows[0] if rows else {}) if name}
    key = next((names[one] for one in _FILE if one in names), None)
    if key is None:
        raise RefusedError(f"cohort.overview should have a column that names files: one of {', '.join(_FILE)}")
    found = {ours: next((names[one] for one in theirs if one in names), "") for ours, theirs in _COLUMNS.items()}
    return {
        stem(row[key].strip()): _scan({ours: str(row.get(one) or "") for ours, one in found.items()}) for row in rows
    }


def _scan(said: dict[str, str]) -> Scan:
    age, strength = _number(said["age"]), _number(said["field_strength"])
    return Scan(
        sex=sex(said["sex"].strip()) or None,
        age=None if age is None else min(int(age), _OLDEST),
        manufacturer=usual_name(said["manufacturer"]),
        field_strength=None if strength is None else tesla(strength),
        echo_time=_number(said["echo_time"]),
        repetition_time=_number(said["repetition_time"]),
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def anonymous(scan: Scan, series: str, keep_sex_and_age: bool) -> Scan:
    """Return what an export may say of a series."""
    person = {} if keep_sex_and_age else {"sex": None, "age": None}
    return replace(scan, series=series, **person)
