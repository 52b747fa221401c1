"""The reference grade of a disc: the one that a model learns and is scored against."""

import pandas as pd
import pyarrow as pa

from discgrade.grades import grades_of, integral, nearest
from discgrade.records import conform
from discgrade.records.cohort.discs import DISCS
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Scale

RATER_LENGTH = "rater_length"
SORTED_BY = ["disc", RATER_LENGTH, "rater", "reading", "sop_instance_uid", "frame", "x", "y", "width", "height"]
"""Columns that put readings in order, with the length of the rater's number: R2 comes before R10."""
_PERSON = ["sop_instance_uid", "manufacturer", "field_strength", "sex", "age"]


def reference_discs(
    ratings: pa.Table, instances: pa.Table, *, reference: Reference, shard: str, scale: Scale = "fractional"
) -> pa.Table:
    """Return the discs of one shard that have a reference grade; a pure function of that shard.

    Args:
        ratings: The shard's readings, `readings.RATINGS`.
        instances: The shard's exported images, `export.INSTANCES`.
        reference: The grade of one rater's reading, or the median of all raters' first readings, rounded to the scale.
        shard: Name of the shard.
        scale: Finest scale of the whole cohort, which the median is rounded to.

    Returns:
        One row a disc, `discs.DISCS`, in the order of their names. Slice and ROI are those of the reference
        reading, with the median those of the first rater.

    Raises:
        ValueError: if a reading's image is not among the instances.
    """
    readings = reference_readings(ratings.to_pandas(), reference)
    first = readings.drop_duplicates("disc").drop(columns=["rater", "reading", "read_day"]).set_index("disc")
    first["grade"] = nearest(readings.groupby("disc")["grade"].median().loc[first.index], grades_of(scale))
    first["integral"] = integral(first["grade"])
    people = instances.select(_PERSON).to_pandas()
    discs = first.reset_index().merge(people, on="sop_instance_uid", how="left", indicator=True)
    missing = discs.loc[discs["_merge"] != "both", "sop_instance_uid"].tolist()
    if missing:
        raise ValueError(f"Every reading's image should be among the instances of shard {shard}. Missing: {missing}")
    table = pa.Table.from_pandas(discs.drop(columns="_merge").assign(shard=shard), preserve_index=False)
    return conform(table, DISCS, f"discs of shard {shard}")


def reference_readings(ratings: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return the readings that decide the reference grades, sorted by disc, then from the first rater to the last."""
    if reference.statistic == "median":
        chosen = ratings["reading"] == 1
    else:
        chosen = (ratings["rater"] == reference.rater) & (ratings["reading"] == reference.reading)
    return in_order(ratings[chosen]).drop_duplicates(["disc", "rater", "reading"])


def in_order(ratings: pd.DataFrame) -> pd.DataFrame:
    """Sort readings by disc, rater (R2 before R10), reading and slice, so that no result depends on their order."""
    keys = ratings.assign(**{RATER_LENGTH: ratings["rater"].str.len()})
    return keys.sort_values(SORTED_BY, kind="stable", ignore_index=True).drop(columns=RATER_LENGTH)
