"""Rows of invented tables: what a test does not name is the same in all of them."""

from typing import Any

from discgrade.grades import integral
from discgrade.records.cohort.discs import DISCS


def disc_row(patient: int, name: str, level: str, grade: float, **changes: Any) -> dict[str, Any]:
    """Return the row of a disc of `discs.DISCS`, one of a patient's single study and slice.

    Its name is the patient's, a hyphen, and what tells it from the patient's other discs.
    """
    names = {"disc": name, "patient": name.rpartition("-")[0], "level": level}
    place = {"study_uid": f"2.25.{patient}", "sop_instance_uid": f"2.25.{patient}.1", "frame": 1}
    box = {"x": 100.0, "y": 80.0, "width": 60.0, "height": 40.0}
    known = {"grade": grade, "integral": float(integral(grade)), "cohort": "primary", "origin": "human", "shard": "00"}
    return dict.fromkeys(DISCS.names) | names | place | box | known | changes


def sample_row(disc: str, copy: int, pixels: bytes, **changes: Any) -> dict[str, Any]:
    """Return the row of a sample of `samples.sample_schema` that is as read, whatever its copy."""
    drawn = {"flip": False, "angle": 0.0, "zoom": 1.0, "right": 0.0, "down": 0.0, "gamma": 1.0}
    return {"disc": disc, "copy": copy, "pixels": pixels} | drawn | {"offset": 0.0, "scale": 1.0} | changes
