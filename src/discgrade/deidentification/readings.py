"""The readings of exported images with new identifiers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from discgrade import keyed
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.grades import LEVELS
from discgrade.imaging.header import Header, patient_key
from discgrade.readings.raters import Rater, numbers_of, read_days
from discgrade.readings.sheets.numbers import number, whole
from discgrade.readings.sheets.sheet import Row


class Told(NamedTuple):
    """A reading under new identifiers, and the row of the sheet that it was."""

    reading: dict[str, Any]
    row: int


def deidentified(
    rows: Sequence[Row], raters: Sequence[Rater], instances: Mapping[str, Mapping[str, Any]]
) -> list[Told]:
    """Return the readings of exported images as rows of `readings.RATINGS`, sorted by disc, rater and reading.

    Args:
        rows: The sheet, checked.
        raters: The map of raters.
        instances: Rows of `export.INSTANCES` by the SOP Instance UID that the sheet uses.
    """
    numbers, found = numbers_of(raters), []
    for row, read_day in zip(rows, read_days(rows, raters), strict=True):
        instance = instances.get(row.get("sop_instance_uid"))
        if instance is not None:
            reading = _reading(row, instance) | {"rater": numbers[row.get("rater")], "read_day": read_day}
            found.append(Told(reading, row.number))
    return sorted(found, key=lambda one: tuple(one.reading[name] for name in ("disc", "rater", "reading")))


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
        "region": "found" if row.get("region_origin") == "found" else None,
    }


def disc_name(patient: str, study_uid: str, level: str) -> str:
    """Return the name of a disc: patient, digest of the study, level."""
    return f"{patient}-{study_digest(study_uid)}-{level.replace('/', '')}"


def study_digest(study_uid: str) -> str:
    """Return six hexadecimal digits that tell a patient's studies apart."""
    return keyed.digest(study_uid).hex()[:6]


def left_out(
    rows: Iterable[tuple[Row, str]],
    images: Mapping[str, Header],
    pseudonyms: Pseudonyms,
    is_gone: Callable[[Row], bool],
    shard: str,
) -> list[dict[str, str]]:
    """Return readings that are left out as rows of `export.EXCLUDED`, sorted.

    Args:
        rows: Rows of the sheet with the reason.
        images: Headers by the SOP Instance UID that the sheet uses.
        pseudonyms: The study's pseudonyms.
        is_gone: Tells whether a row is of a patient who withdrew: it is counted under a mark that tells nothing.
        shard: Name of the shard, a part of such marks.
    """
    marks: dict[tuple[str, ...], str] = {}
    found = []
    for row, reason in rows:
        image = images.get(row.get("sop_instance_uid"))
        key = image.key if image else patient_key(row.get("patient_id"), "", f"row {row.number}")
        study = image.study if image else ""
        if is_gone(row):
            patient = marks.setdefault(key, f"withdrew-{shard}-{len(marks) + 1}")
            disc = marks.setdefault((*key, study, row.get("level")), f"{patient}-{len(marks) + 1}")
        else:
            patient = pseudonyms.patient(key)
            known = image is not None and row.get("level") in LEVELS
            disc = (
                disc_name(patient, pseudonyms.uid(study), row.get("level")) if known else f"{patient}-row{row.number}"
            )
        found.append({"reason": reason, "disc": disc, "patient": patient})
    return sorted(found, key=lambda one: tuple(one.values()))
