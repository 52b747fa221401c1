"""Join the shards into one cohort, refuse what contradicts itself, and count who is kept and who is not, and why."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from discgrade.cohort.validation import find_faults
from discgrade.grades import is_grade
from discgrade.readings.reference import in_order, reference_discs
from discgrade.records import DISCS, INSTANCES, RATINGS, REJECTED, read, read_all, replacing, write
from discgrade.settings.model import Scale

_IMAGE = ["patient", "sop_instance_uid", "frames", "rows", "columns", "pixel_digest"]


def select_discs(
    *,
    ratings: Sequence[Path],
    instances: Sequence[Path],
    rejected: Sequence[Path],
    shards: Sequence[str],
    reference: Mapping[str, Any],
    ratings_out: Path,
    discs_out: Path,
    flow_out: Path,
) -> None:
    """Write the cohort's readings, its discs with reference grades, and the flow of exclusions.

    Args:
        ratings: Each shard's readings, `records.RATINGS`.
        instances: Each shard's exported images, `records.INSTANCES`.
        rejected: Each shard's files that were not exported, `records.REJECTED`.
        shards: Names of the shards, in the order of the files.
        reference: Which reading is the reference, as `reference.reference_discs` takes it.
        ratings_out: Every reading, sorted by disc, rater and reading.
        discs_out: One row a disc, `records.DISCS`, sorted by disc.
        flow_out: JSON, see `flow`.

    Raises:
        ValueError: if the cohort contradicts itself or no disc has a reference grade; every fault in one message.
    """
    readings, images = _joined(ratings, RATINGS, shards), _joined(instances, INSTANCES, shards, _IMAGE)
    if faults := find_faults(readings, images.drop(columns="shard"), reference):
        raise ValueError("The cohort cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))
    readings = in_order(readings).drop(columns="shard")
    scale: Scale = scales(readings)[0]
    discs = pa.concat_tables(
        reference_discs(
            read(readings_path, RATINGS), read(images_path, INSTANCES), reference=reference, shard=shard, scale=scale
        )
        for readings_path, images_path, shard in zip(ratings, instances, shards, strict=True)
    ).sort_by("disc")
    reasons = Counter(read_all(rejected, REJECTED)["reason"].to_pylist())
    write(pa.Table.from_pandas(readings, preserve_index=False), RATINGS, ratings_out)
    write(discs, DISCS, discs_out)
    with replacing(flow_out) as partial:
        counts = flow(readings, images, discs.to_pandas(), reasons, reference)
        partial.write_text(json.dumps(counts, indent=2) + "\n")


def flow(
    readings: pd.DataFrame,
    images: pd.DataFrame,
    discs: pd.DataFrame,
    rejected: Mapping[str, int],
    reference: Mapping[str, Any],
) -> dict[str, Any]:
    """Count what was received, excluded and kept.

    Returns:
        `stages`: files, readings, discs and patients, each with received, excluded by reason, and kept; `reference`:
        the reference reading in words; `scales`: the cohort's scales, the finest first; `raters`: number of each
        rater's readings by their number; `cohorts`: patients and discs of each.
    """
    words = reference_words(reference)
    read_discs, patients = readings["disc"].nunique(), set(images["patient"])
    unread, left_out = patients - set(readings["patient"]), set(readings["patient"]) - set(discs["patient"])
    distinct = len(readings.drop_duplicates(["disc", "rater", "reading"]))
    stages = [
        _stage("files", len(images) + sum(rejected.values()), dict(sorted(rejected.items()))),
        _stage("readings", len(readings), {"the same reading again": len(readings) - distinct}),
        _stage("discs", read_discs, {f"no {words}": read_discs - len(discs)}),
        _stage("patients", len(patients), {"no readings": len(unread), f"no disc with {words}": len(left_out)}),
    ]
    return {
        "stages": stages,
        "reference": words,
        "scales": scales(readings),
        "raters": {
            str(rater): {str(number): len(same) for number, same in group.groupby("reading")}
            for rater, group in readings.groupby("rater")
        },
        "cohorts": {
            str(cohort): {"patients": group["patient"].nunique(), "discs": len(group)}
            for cohort, group in discs.groupby("cohort")
        },
    }


def scales(readings: pd.DataFrame) -> list[Scale]:
    """Return the scales that the readings can be evaluated on, the finest first."""
    return ["integral"] if is_grade(readings["grade"], "integral").all() else ["fractional", "integral"]


def reference_words(reference: Mapping[str, Any]) -> str:
    """Name the reference reading, for example "reading 1 by R1"."""
    if reference["statistic"] == "median":
        return "first reading by any rater"
    return f"reading {reference['reading']} by {reference['rater']}"


def _stage(unit: str, received: int, excluded: Mapping[str, int]) -> dict[str, Any]:
    reasons = {reason: count for reason, count in excluded.items() if count}
    return {"unit": unit, "received": received, "excluded": reasons, "kept": received - sum(reasons.values())}


def _joined(
    paths: Sequence[Path], schema: pa.Schema, shards: Sequence[str], columns: list[str] | None = None
) -> pd.DataFrame:
    """Join the shards' tables and name each row's shard."""
    tables = [read(path, schema, columns) for path in paths]
    named = [
        table.append_column("shard", pa.repeat(shard, len(table))) for table, shard in zip(tables, shards, strict=True)
    ]
    joined: pd.DataFrame = pa.concat_tables(named).to_pandas()
    return joined
