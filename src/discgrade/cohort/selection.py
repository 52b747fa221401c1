"""Join the shards into one cohort, refuse what contradicts itself, and tell who is kept and who is not, and why."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from discgrade.cohort.flow import Members, count, make_flow
from discgrade.cohort.joining import SAMPLED, cuts_of, write_sorted
from discgrade.cohort.lengths import IMAGE, lengths_of
from discgrade.cohort.plausibility import implausible, sheet_flags
from discgrade.cohort.shards import Shard
from discgrade.cohort.validation import find_faults
from discgrade.readings.reference import RATER_LENGTH, SORTED_BY, reference_discs
from discgrade.records import read
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.flow import write_flow
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import FLAGGED
from discgrade.settings.model import Reference, Scale

log = logging.getLogger(__name__)


def select_discs(
    *,
    shards: Sequence[Shard],
    flagged: Path | None,
    reference: Reference,
    accept_regions: bool,
    ratings_out: Path,
    discs_out: Path,
    flow_out: Path,
) -> None:
    """Write the cohort's readings, its discs with reference grades, and the flow of exclusions.

    One shard at a time is in memory.

    Args:
        shards: The shards' tables.
        flagged: Discs to leave out since their regions look wrong, `regions.FLAGGED`; None: none.
        reference: Which reading is the reference.
        accept_regions: Take regions even where those of a whole cohort look wrong.
        ratings_out: Every reading, sorted by disc, rater and reading.
        discs_out: One row a disc, `discs.DISCS`, sorted by disc.
        flow_out: JSON, `flow.Flow`.

    Raises:
        ValueError: if the cohort contradicts itself, its regions cannot be those of discs, or no disc has a reference
            grade; every fault in one message.
    """
    faults = find_faults(shards, reference)
    counts = count(shards)
    faults = faults or _judge_regions(shards, reference, accept_regions)
    if faults:
        raise ValueError("The cohort cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))
    out = frozenset[str]() if flagged is None else frozenset(read(flagged, FLAGGED, ["disc"])["disc"].to_pylist())
    cuts = cuts_of([name for shard in shards for name in _some_discs(shard)], counts.readings)
    write_sorted(map(_readings, shards), RATINGS, SORTED_BY, ratings_out, cuts)
    kept, left_out = Members(), Members()
    discs = _discs(shards, counts.scales[0], reference, out, (kept, left_out))
    write_sorted(discs, DISCS, ["disc"], discs_out, cuts)
    flow = make_flow(counts, kept, left_out, reference)
    for stage in flow.stages:
        log.info(
            "%s: %d received, %d kept, excluded: %s", stage.unit, stage.received, stage.kept, stage.excluded or "none"
        )
    write_flow(flow, flow_out)


def _judge_regions(shards: Sequence[Shard], reference: Reference, accept: bool) -> list[str]:
    """Return what the regions have wrong, unless they are accepted as they are; log what is doubtful."""
    lengths = pd.concat([_lengths(shard, reference) for shard in shards], ignore_index=True)
    for doubt in sheet_flags(lengths):
        log.warning("%s", doubt)
    return [] if accept else implausible(lengths)


def _lengths(shard: Shard, reference: Reference) -> pd.DataFrame:
    """Return what tells whether the regions of a shard's discs are plausible."""
    return lengths_of(_reference_discs(shard, reference).to_pandas(), shard.images(IMAGE))


def _reference_discs(shard: Shard, reference: Reference, scale: Scale = "fractional") -> pa.Table:
    ratings, instances = read(shard.ratings, RATINGS), read(shard.instances, INSTANCES)
    return reference_discs(ratings, instances, reference=reference, shard=shard.name, scale=scale)


def _some_discs(shard: Shard) -> list[str]:
    names: list[str] = sorted(set(shard.readings(["disc"])["disc"]))
    return names[::SAMPLED] or names


def _readings(shard: Shard) -> pa.Table:
    """Return a shard's readings with the column that sorts R2 before R10."""
    readings = read(shard.ratings, RATINGS)
    return readings.append_column(RATER_LENGTH, pc.cast(pc.utf8_length(readings["rater"]), pa.int64()))


def _discs(
    shards: Sequence[Shard],
    scale: Scale,
    reference: Reference,
    out: frozenset[str],
    members: tuple[Members, Members],
) -> Iterator[pa.Table]:
    """Yield each shard's discs, but for those to leave out; note the members that are kept, and the others."""
    for shard in shards:
        discs = _reference_discs(shard, reference, scale)
        flagged = pc.is_in(discs["disc"], value_set=pa.array(sorted(out), pa.string()))
        parts = discs.filter(pc.invert(flagged)), discs.filter(flagged)
        for part, noted in zip(parts, members, strict=True):
            noted.add(part.select(["patient", "cohort"]).to_pandas())
        yield parts[0]
