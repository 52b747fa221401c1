"""List the regions of interest that look wrong, and where in the sheet each of them stands."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from discgrade import private as privacy
from discgrade.cohort.lengths import IMAGE, lengths_of, measures
from discgrade.cohort.outliers import disc_flags
from discgrade.cohort.plausibility import size_flags
from discgrade.cohort.shards import Shard
from discgrade.readings.reference import reference_discs
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import FLAGGED, ROIS
from discgrade.settings.groups.cohort import Reference

ROWS = "readings"
"""Folder of the private folder that tells, shard by shard, which row of the sheet became which reading."""
LIST = "flagged.csv"
_LISTED = ("disc", "level", "x", "y", "width", "height", "flag")
_SEEN = ["echo_time", "repetition_time", "series_description"]
_CUT = ["disc", "outside", "obliquity", "scale"]

log = logging.getLogger(__name__)


def flag_regions(
    *, shards: Sequence[Shard], rois: Sequence[Path], reference: Reference, private: Path | None, destination: Path
) -> None:
    """Write which regions of interest look wrong and why; a person decides about them.

    Args:
        shards: The shards' tables.
        rois: Each shard's regions of interest, `regions.ROIS`, in the order of the shards.
        reference: Which reading is the reference: its region is judged.
        private: Folder that receives flagged.csv, with the rows of the sheet, if it holds them; None: nothing is
            listed.
        destination: Parquet file to write, `regions.FLAGGED`, in the order of the discs' names.
    """
    parts = [_judged(shard, path, reference) for shard, path in zip(shards, rois, strict=True)]
    lengths = pd.concat([part for _, part in parts], ignore_index=True)
    flags = disc_flags(measures(lengths).assign(**{name: lengths[name] for name in (*_CUT[1:], *_SEEN)}))
    sizes = size_flags(lengths)
    both = [("; ".join(filter(None, pair))) for pair in zip(sizes, flags, strict=True)]
    discs = pa.concat_tables([discs for discs, _ in parts]).append_column("flag", pa.array(both, pa.string()))
    flagged = discs.filter(pc.not_equal(discs["flag"], "")).sort_by("disc")
    write(flagged, FLAGGED, destination)
    log.info("%d of %d regions are flagged", len(flagged), len(discs))
    if private is not None:
        _list(flagged, reference, private)


def _judged(shard: Shard, rois: Path, reference: Reference) -> tuple[pa.Table, pd.DataFrame]:
    """Return the places of a shard's discs, and what their regions are judged by."""
    ratings, instances = read(shard.ratings, RATINGS), read(shard.instances, INSTANCES)
    discs = reference_discs(ratings, instances, reference=reference, shard=shard.name)
    table = discs.to_pandas()
    cut = read(rois, ROIS, _CUT).to_pandas().set_index("disc")
    images = instances.select([*IMAGE, *_SEEN]).to_pandas()
    image = images.drop_duplicates("sop_instance_uid").set_index("sop_instance_uid")
    seen = {name: table["sop_instance_uid"].map(image[name]) for name in _SEEN}
    lengths = lengths_of(table, images).assign(**seen)
    place = [name for name in FLAGGED.names if name in DISCS.names]
    return discs.select(place), pd.concat([lengths, cut.loc[table["disc"]].set_axis(table.index)], axis=1)


class _Read(NamedTuple):
    """What the private folder tells of one reading."""

    rater: str
    reading: int
    row: str
    patient: str
    name: str


def _list(flagged: pa.Table, reference: Reference, private: Path) -> None:
    """Write the flagged regions with their rows of the sheet to a private table, where the sheet was read."""
    if not (private / ROWS).is_dir():
        return
    read_as: dict[str, list[_Read]] = {}
    for path in sorted((private / ROWS).glob("*.csv")):
        for disc, rater, reading, *told in privacy.read_rows(path):
            read_as.setdefault(disc, []).append(_Read(rater, int(reading), *told))
    found: list[tuple[int, tuple[object, ...]]] = []
    for one in flagged.to_pylist():
        read_by = _reference_reading(read_as.get(one["disc"], []), reference) or _Read("", 0, "", "", "")
        cells = (read_by.row, read_by.patient, read_by.name, *(one[name] for name in _LISTED))
        found.append((int(read_by.row or 0), cells))
    columns = ("row", "patient_id", "rater", *_LISTED)
    privacy.write_rows(private / LIST, columns, [cells for _, cells in sorted(found, key=lambda one: one[0])])


def _reference_reading(readings: Sequence[_Read], reference: Reference) -> _Read | None:
    """Return the reading whose region is that of the disc; None if it is not known."""
    if reference.statistic == "median":
        first = [one for one in readings if one.reading == 1]
        return min(first, key=lambda one: (len(one.rater), one.rater), default=None)
    wanted = (reference.rater, reference.reading)
    return next((one for one in readings if (one.rater, one.reading) == wanted), None)
