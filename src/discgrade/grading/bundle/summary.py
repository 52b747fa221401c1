"""Whom and what the networks of a bundle were trained on, counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from discgrade import records
from discgrade.grades import LEVELS
from discgrade.grading.bundle.facts import Ages, Regions, Span, Training
from discgrade.imaging.roi import Roi, contrast
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.splits import SPLITS

UNKNOWN = "unknown"
_AT_ONCE = 64
# What headers tell: of discs, and of regions.
_TOLD = ("manufacturer", "field_strength", "sex", "age")
_MEASURED = ("spacing", "obliquity")

Row = dict[str, Any]


def trained_on(
    *, discs: Path, splits: Path, ratings: Path, rois: Sequence[Path], parts: Iterable[str], median: bool, headers: bool
) -> Training:
    """Count patients, discs, scanners and regions that networks were trained on, the validation part included.

    Args:
        discs: Table of discs.
        splits: Table of splits.
        ratings: Table of readings.
        rois: Shards of regions of interest.
        parts: The networks' splits.
        median: Whether the reference grade is the median of several raters.
        headers: Whether the scans' headers tell the truth; if not, what they say is unknown.
    """
    table = records.read(splits, SPLITS, ["split", "patient", "part"]).to_pylist()
    parts, trained = set(parts), {"train", "validation"}
    people = {row["patient"] for row in table if row["split"] in parts and row["part"] in trained}
    unknown = {} if headers else dict.fromkeys(_TOLD)
    rows = [row | unknown for row in records.read(discs, DISCS).to_pylist() if row["patient"] in people]
    patients = list({row["patient"]: row for row in rows}.values())
    raters = set(records.read(ratings, RATINGS, ["rater"])["rater"].to_pylist()) if median else {""}
    return Training(
        patients=len(patients),
        discs=len(rows),
        grades=_counts((row["grade"] for row in rows), "{:g}".format),
        levels=_counts((row["level"] for row in rows), str, LEVELS),
        manufacturers=_counts(row["manufacturer"] for row in rows),
        field_strengths=_counts((row["field_strength"] for row in rows), "{:g}".format),
        ages=_ages(patients),
        sexes=_counts(row["sex"] for row in patients),
        readers=len(raters),
        regions=_regions(rois, {row["disc"] for row in rows}, headers),
    )


def _counts(values: Iterable[Any], word: Callable[[Any], str] = str, order: Sequence[str] = ()) -> dict[str, int]:
    """Count values by their word, in a given order and then that of the values; unknown ones last."""
    counted = Counter(values)
    unknown = counted.pop(None, 0)
    known = sorted(counted, key=lambda value: (order.index(value) if value in order else len(order), value))
    return {word(value): counted[value] for value in known} | ({UNKNOWN: unknown} if unknown else {})


def _ages(patients: Sequence[Row]) -> Ages | None:
    known = [row["age"] for row in patients if row["age"] is not None]
    return Ages(min(known), float(np.median(known)), max(known)) if known else None


def _regions(shards: Sequence[Path], discs: set[str], headers: bool) -> Regions:
    unknown = {} if headers else dict.fromkeys(_MEASURED)
    found = [
        _region(Roi.from_row(row | unknown))
        for shard in shards
        for batch in records.batches(shard, ROIS, _AT_ONCE)
        for row in batch.to_pylist()
        if row["disc"] in discs
    ]
    if not found:
        raise ValueError("No disc that the networks were trained on has a region")
    columns = {name: [row[name] for row in found if row[name] is not None] for name in found[0]}
    usual = {name: _span(columns[name], 1) for name in ("width", "height", "aspect", "contrast")}
    return Regions(**usual, spacing=_span(columns["spacing"], 0), obliquity=_span(columns["obliquity"], 0))  # type: ignore[arg-type]


def _region(roi: Roi) -> Row:
    """Measure a region as it is shown, upright."""
    rows, columns = roi.pixels.shape
    return {
        "width": roi.spacing and columns * roi.spacing,
        "height": roi.spacing and rows * roi.spacing,
        "aspect": columns / rows,
        "spacing": roi.spacing,
        "contrast": contrast(roi),
        "obliquity": roi.obliquity,
    }


def _span(values: Sequence[float], percentile: float) -> Span | None:
    """Return a percentile of values and its counterpart; None of none."""
    if not values:
        return None
    low, high = np.percentile(values, [percentile, 100 - percentile])
    return Span(round(float(low), 4), round(float(high), 4))
