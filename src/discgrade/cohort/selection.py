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
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Scale
from discgrade.settings.run import EXTERNAL

log = logging.getLogger(__name__)


def select_trained(
    *, shards: Sequence[Shard], flagged: Path | None, reference: Reference, accept_regions: bool, destination: Path
) -> None:
    """Write the discs that may be trained on: all but those of the cohort `external`.

    They depend on nothing external where its patients have shards of their own, so that no such patient makes a
    training run again.

    Args:
        shards: The tables of the shards that are not set apart.
        flagged: Discs to leave out since their regions look wrong among those of these shards; None: none.
        reference: Which reading is the reference.
        accept_regions: Take regions even where those of a whole cohort look wrong.
        destination: One row a disc, `discs.DISCS`, sorted by disc.

    Raises:
        ValueError: as `select_discs` does.
    """
    _refuse(shards, reference, accept_regions)
    counts, out = count(shards), _flagged(flagged)
    parts = (_reference_discs(shard, reference, counts.scales[0]) for shard in shards)
    kept = (part.filter(pc.invert(pc.or_(_is_external(part), _is_in(part, out)))) for part in parts)
    write_sorted(kept, DISCS, ["disc"], destination, _cuts(shards, counts.readings))


def select_discs(
    *,
    shards: Sequence[Shard],
    trained: Path,
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
        trained: The discs that may be trained on, as `select_trained` wrote them.
        flagged: External discs to leave out since their regions look wrong, `regions.FLAGGED`; None: none.
        reference: Which reading is the reference.
        accept_regions: Take regions even where those of a whole cohort look wrong.
        ratings_out: Every reading, sorted by disc, rater and reading.
        discs_out: One row a disc, `discs.DISCS`, sorted by disc.
        flow_out: JSON, `flow.Flow`.

    Raises:
        ValueError: if the cohort contradicts itself, its regions cannot be those of discs, or no disc has a reference
            grade; every fault in one message.
    """
    _refuse(shards, reference, accept_regions)
    counts = count(shards)
    cuts = _cuts(shards, counts.readings)
    write_sorted(map(_readings, shards), RATINGS, SORTED_BY, ratings_out, cuts)
    kept, left_out = Members(), Members()
    discs = _discs(shards, trained, (reference, counts.scales[0]), _flagged(flagged), (kept, left_out))
    write_sorted(discs, DISCS, ["disc"], discs_out, cuts)
    flow = make_flow(counts, kept, left_out, reference)
    for stage in flow.stages:
        log.info(
            "%s: %d received, %d kept, excluded: %s", stage.unit, stage.received, stage.kept, stage.excluded or "none"
        )
    write_flow(flow, flow_out)


def _refuse(shards: Sequence[Shard], reference: Reference, accept_regions: bool) -> None:
    faults = find_faults(shards, reference) or _judge_regions(shards, reference, accept_regions)
    if faults:
        raise ValueError("The cohort cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))


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


def _flagged(path: Path | None) -> pa.Array:
    return pa.array([] if path is None else read(path, FLAGGED, ["disc"])["disc"].to_pylist(), pa.string())


def _is_external(discs: pa.Table) -> pa.ChunkedArray:
    return pc.equal(discs["cohort"], EXTERNAL)


def _is_in(discs: pa.Table, names: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(discs["disc"], value_set=names)


def _cuts(shards: Sequence[Shard], readings: int) -> list[str]:
    return cuts_of([name for shard in shards for name in _some_discs(shard)], readings)


def _some_discs(shard: Shard) -> list[str]:
    names: list[str] = sorted(set(shard.readings(["disc"])["disc"]))
    return names[::SAMPLED] or names


def _readings(shard: Shard) -> pa.Table:
    """Return a shard's readings with the column that sorts R2 before R10."""
    readings = read(shard.ratings, RATINGS)
    return readings.append_column(RATER_LENGTH, pc.cast(pc.utf8_length(readings["rater"]), pa.int64()))


def _discs(
    shards: Sequence[Shard],
    trained: Path,
    reading: tuple[Reference, Scale],
    flagged: pa.Array,
    members: tuple[Members, Members],
) -> Iterator[pa.Table]:
    """Yield each shard's discs, but for those to leave out; note the members that are kept, and the others."""
    for shard in shards:
        discs = _reference_discs(shard, *reading)
        known = read(trained, DISCS, filters=pc.field("shard") == shard.name)
        names = known["disc"].combine_chunks()
        external = pc.and_(_is_external(discs), pc.invert(_is_in(discs, flagged)))
        kept = pa.concat_tables([known, discs.filter(external)])
        left_out = discs.filter(pc.invert(pc.or_(external, _is_in(discs, names))))
        for part, noted in zip((kept, left_out), members, strict=True):
            noted.add(part.select(["patient", "cohort"]).to_pandas())
        yield kept
