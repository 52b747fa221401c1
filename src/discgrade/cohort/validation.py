"""What makes a cohort contradict itself: one line a fault, each naming the thing, the rule and what was found."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from discgrade.grades import FRACTIONAL, is_grade
from discgrade.settings.model import Reference

_SHOWN = 20


def find_faults(readings: pd.DataFrame, images: pd.DataFrame, reference: Reference) -> list[str]:
    """Return every fault of a cohort, at most 20 of a kind and then their number.

    Args:
        readings: Columns of `records.readings.RATINGS` and `shard`.
        images: Columns patient, sop_instance_uid, frames, rows, columns, pixel_digest of `records.export.INSTANCES`.
        reference: Which reading is the reference.
    """
    image = images.drop(columns="patient").drop_duplicates("sop_instance_uid")
    seen = readings.merge(image, on="sop_instance_uid", how="left")
    shortened = [line for check in _CHECKS for line in _shorten(list(check(seen)))]
    return shortened + _shorten(list(_shared_images(images))) + list(_reference(readings, reference))


def _two_cohorts(readings: pd.DataFrame) -> Iterator[str]:
    for patient, cohorts in _several(readings, ["patient"], "cohort"):
        yield f"patient {patient} is in the cohorts {_join(cohorts)}; a patient belongs to one"


def _two_grades(readings: pd.DataFrame) -> Iterator[str]:
    for (disc, rater, reading), grades in _several(readings, ["disc", "rater", "reading"], "grade"):
        yield (
            f"disc {disc} has the grades {_join(grades)} in reading {reading} by {rater}; one reading gives one grade. "
            "Correct it, or number the readings"
        )


def _two_shards(readings: pd.DataFrame) -> Iterator[str]:
    for disc, shards in _several(readings, ["disc"], "shard"):
        yield f"disc {disc} has images in the shards {_join(shards)}; keep the files of a study in one folder"


def _missing_images(seen: pd.DataFrame) -> Iterator[str]:
    for row in seen[seen["rows"].isna()].itertuples():
        yield f"disc {row.disc}: image {row.sop_instance_uid} of a reading by {row.rater} was not exported"


def _missing_frames(seen: pd.DataFrame) -> Iterator[str]:
    for row in seen[(seen["frame"] < 1) | (seen["frame"] > seen["frames"])].itertuples():
        yield f"disc {row.disc}: frame should be from 1 to {row.frames:.0f}. Received: {row.frame}"


def _empty_rois(seen: pd.DataFrame) -> Iterator[str]:
    for row in seen[~((seen["width"] > 0) & (seen["height"] > 0))].itertuples():
        yield f"disc {row.disc}: the ROI's width and height should be > 0. Received: {row.width} x {row.height} px"


def _rois_outside(seen: pd.DataFrame) -> Iterator[str]:
    across = (seen["x"] >= seen["columns"]) | (seen["x"] + seen["width"] <= 0)
    above = (seen["y"] >= seen["rows"]) | (seen["y"] + seen["height"] <= 0)
    for row in seen[across | above].itertuples():
        yield (
            f"disc {row.disc}: the ROI should overlap its slice of {row.columns:.0f} x {row.rows:.0f} px. "
            f"Received: x {row.x}, y {row.y}, {row.width} x {row.height} px by {row.rater}"
        )


def _unknown_grades(readings: pd.DataFrame) -> Iterator[str]:
    for row in readings[~is_grade(readings["grade"])].itertuples():
        grades = _join(FRACTIONAL.tolist())
        yield f"disc {row.disc}: grade should be one of {grades}. Received: {row.grade} by {row.rater}"


_CHECKS: tuple[Callable[[pd.DataFrame], Iterator[str]], ...] = (
    _two_cohorts,
    _two_grades,
    _two_shards,
    _missing_images,
    _missing_frames,
    _empty_rois,
    _rois_outside,
    _unknown_grades,
)


def _shared_images(images: pd.DataFrame) -> Iterator[str]:
    """Yield the groups of patients that hold the same decoded pixels: they would leak from training to test."""
    images = images[images["pixel_digest"] != ""]
    groups: dict[tuple[str, ...], list[str]] = {}
    for digest, patients in _several(images, ["pixel_digest"], "patient"):
        groups.setdefault(tuple(patients), []).append(digest)
    for people, digests in sorted(groups.items()):
        example = images.loc[images["pixel_digest"] == digests[0], "sop_instance_uid"].sort_values().tolist()
        yield (
            f"patients {_join(people)} share the pixels of {len(digests)} images, for example {_join(example)}; "
            "give one person one patient_id, or remove the copy"
        )


def _reference(readings: pd.DataFrame, reference: Reference) -> Iterator[str]:
    """Yield why there is no reading to take the reference grades from."""
    if readings.empty:
        yield "there are no readings; ratings should name at least one disc on an exported image"
    elif reference.statistic == "median":
        if not (readings["reading"] == 1).any():
            yield "cohort.reference.statistic: the median takes first readings. There are none with reading 1"
    elif reference.rater not in (raters := sorted(set(readings["rater"]), key=lambda name: (len(name), name))):
        yield f"cohort.reference.rater should be one of {_join(raters)}. Received: {reference.rater}"
    else:
        given = sorted(set(readings.loc[readings["rater"] == reference.rater, "reading"]))
        if reference.reading not in given:
            yield (
                f"cohort.reference.reading should be one of {_join(given)}, the readings of {reference.rater}. "
                f"Received: {reference.reading}"
            )


def _several(table: pd.DataFrame, keys: list[str], column: str) -> Iterator[tuple[Any, list[Any]]]:
    """Yield the keys that have several values of a column, with those values."""
    distinct = table[[*keys, column]].drop_duplicates()
    repeated = distinct[distinct.duplicated(keys, keep=False)]
    for key, group in repeated.groupby(keys if len(keys) > 1 else keys[0]):
        yield key, sorted(group[column])


def _shorten(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"and {more} more of this kind"] if more > 0 else [])


def _join(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
