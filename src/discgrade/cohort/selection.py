"""Join the shards into one cohort, refuse what contradicts itself, and tell who is kept and who is not, and why."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from discgrade.cohort.flow import count_flow, scales
from discgrade.cohort.validation import find_faults
from discgrade.readings.reference import in_order, reference_discs
from discgrade.records import read, read_all, write
from discgrade.records.discs import DISCS
from discgrade.records.export import INSTANCES, REJECTED
from discgrade.records.flow import write_flow
from discgrade.records.readings import RATINGS
from discgrade.settings.model import Reference

_IMAGE = ["patient", "sop_instance_uid", "frames", "rows", "columns", "pixel_digest"]


def select_discs(
    *,
    ratings: Sequence[Path],
    instances: Sequence[Path],
    rejected: Sequence[Path],
    shards: Sequence[str],
    reference: Reference,
    ratings_out: Path,
    discs_out: Path,
    flow_out: Path,
) -> None:
    """Write the cohort's readings, its discs with reference grades, and the flow of exclusions.

    Args:
        ratings: Each shard's readings, `records.readings.RATINGS`.
        instances: Each shard's exported images, `records.export.INSTANCES`.
        rejected: Each shard's files that were not exported, `records.export.REJECTED`.
        shards: Names of the shards, in the order of the files.
        reference: Which reading is the reference.
        ratings_out: Every reading, sorted by disc, rater and reading.
        discs_out: One row a disc, `records.discs.DISCS`, sorted by disc.
        flow_out: JSON, `records.flow.Flow`.

    Raises:
        ValueError: if the cohort contradicts itself or no disc has a reference grade; every fault in one message.
    """
    readings, images = _joined(ratings, RATINGS, shards), _joined(instances, INSTANCES, shards, _IMAGE)
    if faults := find_faults(readings, images.drop(columns="shard"), reference):
        raise ValueError("The cohort cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))
    readings = in_order(readings).drop(columns="shard")
    scale = scales(readings)[0]
    discs = pa.concat_tables(
        reference_discs(
            read(readings_path, RATINGS), read(images_path, INSTANCES), reference=reference, shard=shard, scale=scale
        )
        for readings_path, images_path, shard in zip(ratings, instances, shards, strict=True)
    ).sort_by("disc")
    reasons = Counter(read_all(rejected, REJECTED)["reason"].to_pylist())
    write(pa.Table.from_pandas(readings, preserve_index=False), RATINGS, ratings_out)
    write(discs, DISCS, discs_out)
    write_flow(count_flow(readings, images, discs.to_pandas(), reasons, reference), flow_out)


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
