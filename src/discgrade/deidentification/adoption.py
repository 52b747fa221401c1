"""Taking over the tables of an export that was made elsewhere."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from discgrade.deidentification.apart import apart_shards, ordinary_shards
from discgrade.private import RefusedError
from discgrade.readings.expected import Reading
from discgrade.records import read, replacing
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.run import EXTERNAL

TABLES = ("instances", "rejected", "ratings", "excluded")
"""Folders of an export, each with a table a shard."""

_READ = ["patient", "cohort", "rater", "reading", "grade", "origin"]


def adopt_shard(copies: Mapping[Path, Path]) -> None:
    """Copy tables of a shard, each whole or not at all.

    Args:
        copies: Where each table goes, by where it lies.
    """
    for source, destination in copies.items():
        with replacing(destination) as partial:
            shutil.copyfile(source, partial)


def check_export(export: Path, shards: Sequence[str]) -> None:
    """Check that an export is whole, before a study is planned that takes it over.

    Args:
        export: The folder that `discgrade deidentify` wrote.
        shards: Names of the study's shards.

    Raises:
        RefusedError: if it lacks a folder or a table, or has another number of shards.
    """
    found = {kind: {path.stem for path in (export / kind).glob("*.parquet")} for kind in TABLES}
    ordinary = set(ordinary_shards(found["instances"]))
    if not found["instances"] or not (export / "export").is_dir():
        raise RefusedError(
            f"cohort.export should be the folder that `discgrade deidentify` wrote: export/ and {', '.join(TABLES)}. "
            f"Received: {export}, where {'export/' if found['instances'] else 'instances/'} is missing"
        )
    if missing := [kind for kind in TABLES if not found[kind]]:
        raise RefusedError(
            f"{export} has no {', '.join(missing)}: an earlier version made it, which did not tell all that a study "
            "counts, or it was not copied whole. Make it anew with `discgrade deidentify`, or copy all of it"
        )
    if ordinary != set(shards):
        raise RefusedError(f"cohort.shards should be {len(ordinary)}, as many as {export} has. Received: {len(shards)}")
    if lost := [f"{kind}/{one}.parquet" for kind in TABLES for one in sorted(found["instances"] - found[kind])]:
        raise RefusedError(f"{export} is not whole. Copy all of it. Missing: {', '.join(lost)}")


def apart_in(export: Path) -> list[str]:
    """Return the shards of an export that are set apart for patients of the cohort `external`."""
    return apart_shards(sorted(path.stem for path in (export / "instances").glob("*.parquet")))


def external_in(export: Path) -> list[str]:
    """Return the shards of an export with readings of the cohort `external`."""
    tables = sorted((export / "ratings").glob("*.parquet"))
    return [path.stem for path in tables if EXTERNAL in read(path, RATINGS, ["cohort"])["cohort"].unique().to_pylist()]


def readings_of(export: Path, shards: Sequence[str]) -> Iterator[Reading]:
    """Yield the readings of an export."""
    for shard in shards:
        table = read(export / "ratings" / f"{shard}.parquet", RATINGS, _READ).select(_READ)
        rows = zip(*table.to_pydict().values(), strict=True)
        for patient, cohort, rater, reading, grade, origin in rows:
            yield Reading(patient, cohort, rater, reading, grade, origin=origin)
