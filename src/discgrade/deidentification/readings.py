"""The readings of exported images with new identifiers."""

from collections.abc import Mapping, Sequence
from typing import Any

from discgrade import keyed
from discgrade.readings.raters import rater_numbers, read_days
from discgrade.readings.sheet import Row, number, whole


def deidentified(rows: Sequence[Row], instances: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the readings of exported images as rows of `records.readings.RATINGS`, sorted by disc, rater and reading.

    Args:
        rows: The whole sheet, checked: raters are numbered and dated by all of it.
        instances: Rows of `records.export.INSTANCES` by the SOP Instance UID that the sheet uses.
    """
    numbers = rater_numbers(rows)
    result = {}
    for row, read_day in zip(rows, read_days(rows), strict=True):
        instance = instances.get(row.get("sop_instance_uid"))
        if instance is not None:
            reading = _reading(row, instance) | {"rater": numbers[row.get("rater")], "read_day": read_day}
            result[tuple(reading.values())] = reading
    return sorted(result.values(), key=lambda one: (one["disc"], one["rater"], one["reading"]))


def _reading(row: Row, instance: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reading says of its disc: all but who read it and when."""
    names = {name: instance[name] for name in ("patient", "study_uid", "sop_instance_uid")}
    level = row.get("level")
    return names | {
        **{name: number(row.get(name)) for name in ("x", "y", "width", "height", "grade")},
        "disc": disc_name(instance["patient"], instance["study_uid"], level),
        "frame": whole(row.get("frame"), 1),
        "level": level,
        "reading": whole(row.get("reading")),
        "cohort": row.get("cohort"),
        "origin": row.get("origin") or "human",
    }


def disc_name(patient: str, study_uid: str, level: str) -> str:
    """Return the name of a disc: patient, digest of the study, level."""
    return f"{patient}-{study_digest(study_uid)}-{level.replace('/', '')}"


def study_digest(study_uid: str) -> str:
    """Return six hexadecimal digits that tell a patient's studies apart."""
    return keyed.digest(study_uid).hex()[:6]
