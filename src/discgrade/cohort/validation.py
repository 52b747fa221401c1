"""What makes a cohort contradict itself: one line a fault, each naming the thing, the rule and what was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from discgrade.cohort.shards import Shard, hashed, repeated
from discgrade.counting import counted
from discgrade.grades import FRACTIONAL, is_grade
from discgrade.readings.expected import undecided
from discgrade.settings.groups.cohort import Reference

_SHOWN = 20


def find_faults(shards: Sequence[Shard], reference: Reference) -> list[str]:
    """Return every fault of a cohort, at most 20 of a kind and then their number.

    Args:
        shards: Its shards; one at a time is read, and none is kept.
        reference: Which reading is the reference.
    """
    across: list[list[str]] = [list(check(found)) for check, found in _across(shards)]
    within: list[list[str]] = [[] for _ in _CHECKS]
    given: dict[str, set[int]] = {}
    for shard in shards:
        readings = shard.readings()
        image = shard.images().drop(columns="patient").drop_duplicates("sop_instance_uid")
        seen = readings.merge(image, on="sop_instance_uid", how="left")
        for found, check in zip(within, _CHECKS, strict=True):
            found.extend(check(seen))
        for rater, numbers in readings.groupby("rater")["reading"]:
            given.setdefault(str(rater), set()).update(numbers)
    kinds = [*across, *within, list(_shared_images(shards))]
    return [line for lines in kinds for line in _shorten(lines)] + list(filter(None, [undecided(given, reference)]))


def _across(shards: Sequence[Shard]) -> Iterator[tuple[Callable[[pd.DataFrame], Iterator[str]], pd.DataFrame]]:
    """Yield checks and the readings that they are for: of patients, and of discs, in one shard or in several."""
    columns = ["patient", "cohort"]
    yield (
        _two_cohorts,
        _suspected(shards, "patient", columns, within=lambda rows: _several(rows, ["patient"], "cohort")),
    )
    columns = ["disc", "rater", "reading", "grade", "sop_instance_uid", "frame"]
    discs = _suspected(
        shards, "disc", columns, within=lambda rows: _several(rows, ["disc", "rater", "reading"], "grade")
    )
    yield _two_grades, discs
    yield _two_shards, discs


def _suspected(
    shards: Sequence[Shard],
    key: str,
    columns: list[str],
    within: Callable[[pd.DataFrame], Iterator[tuple[Any, list[Any]]]],
) -> pd.DataFrame:
    """Return the readings whose patient or disc is in several shards, or is contradicted in its own."""
    keys = [np.unique(hashed(shard.readings([key])[key])) for shard in shards]
    several = repeated(keys)
    found = []
    for shard in shards:
        rows = shard.readings(columns)
        names = {name[0] if isinstance(name, tuple) else name for name, _ in within(rows)}
        found.append(rows[np.isin(hashed(rows[key]), several) | rows[key].isin(names)])
    return pd.concat(found, ignore_index=True)


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


def _two_slices(seen: pd.DataFrame) -> Iterator[str]:
    keys = ["disc", "rater", "reading"]
    slices = seen.assign(slice=seen["sop_instance_uid"] + ", frame " + seen["frame"].astype("str"))
    for (disc, rater, reading), places in _several(slices, keys, "slice"):
        yield (
            f"disc {disc} is read on {len(places)} slices in reading {reading} by {rater}; one reading is of one. "
            "Keep one, or number the readings"
        )


def _two_regions(seen: pd.DataFrame) -> Iterator[str]:
    keys = ["disc", "rater", "reading", "sop_instance_uid", "frame"]
    region = seen[["x", "y", "width", "height"]].itertuples(index=False, name=None)
    places = seen.assign(region=pd.Series(list(region), seen.index, dtype="object"))
    for (disc, rater, reading, *_), regions in _several(places, keys, "region"):
        yield (
            f"disc {disc} has {len(regions)} regions in reading {reading} by {rater}; one reading has one. "
            "Keep one, or number the readings"
        )


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
    _two_slices,
    _two_regions,
    _missing_images,
    _missing_frames,
    _empty_rois,
    _rois_outside,
    _unknown_grades,
)


def _shared_images(shards: Sequence[Shard]) -> Iterator[str]:
    """Yield the groups of patients that hold the same decoded pixels: they would leak from training to test.

    Images without anatomy have no digest, and those that nobody read teach nothing.
    """
    pairs = ["pixel_digest", "patient"]
    keys = []
    for shard in shards:
        images = shard.images(pairs).drop_duplicates()
        keys.append(hashed(images.loc[images["pixel_digest"] != "", "pixel_digest"]))
    found, counts = np.unique(np.concatenate([*keys, np.zeros(0, np.uint64)]), return_counts=True)
    several = found[counts > 1]
    if not several.size:
        return
    rows = [shard.images([*pairs, "sop_instance_uid"]) for shard in shards]
    images = pd.concat([one[np.isin(hashed(one["pixel_digest"]), several)] for one in rows], ignore_index=True)
    seen = [shard.readings(["sop_instance_uid"])["sop_instance_uid"] for shard in shards]
    read = images["sop_instance_uid"].isin(pd.concat(seen))
    images = images[images["pixel_digest"].isin(images.loc[read, "pixel_digest"])]
    groups: dict[tuple[str, ...], list[str]] = {}
    for digest, patients in _several(images, ["pixel_digest"], "patient"):
        groups.setdefault(tuple(patients), []).append(digest)
    for people, digests in sorted(groups.items()):
        example = images.loc[images["pixel_digest"] == digests[0], "sop_instance_uid"].sort_values().tolist()
        yield (
            f"patients {_join(people)} share the pixels of {counted(len(digests), 'image')}, "
            f"for example {_join(example)}; give one person one patient_id, or remove the copy"
        )


def _several(table: pd.DataFrame, keys: list[str], column: str) -> Iterator[tuple[Any, list[Any]]]:
    """Yield the keys that have several values of a column, with those values."""
    distinct = table[[*keys, column]].drop_duplicates()
    repeats = distinct[distinct.duplicated(keys, keep=False)]
    for key, group in repeats.groupby(keys if len(keys) > 1 else keys[0]):
        yield key, sorted(group[column])


def _shorten(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"and {more} more of this kind"] if more > 0 else [])


def _join(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
