"""`discgrade deidentify`: the whole job alone, for a machine that has neither Snakemake nor TensorFlow."""

import argparse
import logging
import os
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any

from discgrade import private as privacy
from discgrade import records
from discgrade.counting import counted
from discgrade.deidentification.apart import with_apart
from discgrade.deidentification.committing import ShardTables
from discgrade.deidentification.digests import plan_shards
from discgrade.deidentification.shard import deidentify_shard
from discgrade.deidentification.source import Source
from discgrade.host import die_with_parent
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.model import Deidentify, Ratings

_DESCRIPTION = """Export DICOM images and raters' readings without what identifies people.

DESTINATION receives export/ (the images, below one folder a patient) and the tables instances/, rejected/, ratings/ and
excluded/, one file a shard: all that `cohort.source: export` needs elsewhere. PRIVATE receives the key, the linkage map
from old to new identifiers of patients and raters, and the list of rejected files: keep it, and keep it from others."""
_TABLES = ("instances", "rejected", "ratings", "excluded")


def run(given: argparse.Namespace) -> int:
    """Run the command and return its exit status: 0, or 1 with one paragraph that tells what to do."""
    try:
        return _run(given)
    except privacy.RefusedError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(_place(error, given), file=sys.stderr)
    except Exception as error:
        # The message of an unforeseen error might quote a name or a path: where it happened says enough.
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}", file=sys.stderr)
    return 1


def _place(error: OSError, given: argparse.Namespace) -> str:
    """Say what the file system refused, and in which of the folders; the name of a file might be a patient's."""
    folders = {"DESTINATION": given.destination, "PRIVATE": given.private, "SOURCE": given.source}
    path = Path(os.fsdecode(error.filename)).absolute() if error.filename else None
    where = next((name for name, place in folders.items() if path and path.is_relative_to(place.absolute())), "")
    reason = error.strerror or type(error).__name__
    return f"{reason}{f' in {where}' if where else ''}. Make room or give the right to write there, and run again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description, parser.formatter_class = _DESCRIPTION, argparse.RawDescriptionHelpFormatter
    parser.add_argument("source", type=Path, metavar="SOURCE", help="folder of DICOM files")
    parser.add_argument("destination", type=Path, metavar="DESTINATION", help="folder that may be passed on")
    parser.add_argument("--private", type=Path, required=True, help="folder that may not")
    parser.add_argument("--ratings", type=Path, help="sheet of readings: .csv, .parquet or .xlsx")
    parser.add_argument(
        "--identifiers", choices=("original", "pseudonym"), default="original", help="those of the sheet"
    )
    parser.add_argument("--exclude-faulty", action="store_true", help="leave out rows of the sheet that have faults")
    parser.add_argument(
        "--pseudonym", choices=("keyed", "random"), default="keyed", help="derived from a key, or drawn"
    )
    parser.add_argument("--no-sex-and-age", action="store_true", help="drop sex and age too")
    parser.add_argument("--weight-and-size", action="store_true", help="keep the patients' weight and size")
    parser.add_argument("--words", nargs="*", default=[], help="more words that descriptions may keep")
    parser.add_argument("--follow-links", action="store_true", help="read what links out of SOURCE lead to, too")
    parser.add_argument("--shards", type=int, default=4, help="number of tables of a kind (default: 4)")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1, help="number of processes")


def _run(given: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    privacy.check_places(given.source, given.private, given.destination / "export", given.ratings)
    digits = max(2, len(str(given.shards - 1)))
    ordinary = [f"{number:0{digits}d}" for number in range(given.shards)]
    shards = with_apart(ordinary)
    planned = plan_shards(
        Source(given.source, given.ratings),
        shards,
        private=given.private,
        export=given.destination / "export",
        deidentify=_deidentify(given),
        ratings=_ratings(given),
    )
    used = [*ordinary, *planned.apart]
    for note in _export(given, shards, used):
        print(note, file=sys.stderr)
    _remove_others(given.destination, used)
    _summarise(given.destination, used)
    return 0


def _deidentify(given: argparse.Namespace) -> Deidentify:
    return Deidentify(
        keep_sex_and_age=not given.no_sex_and_age,
        keep_weight_and_size=given.weight_and_size,
        pseudonym=given.pseudonym,
        follow_links=given.follow_links,
        words=tuple(given.words),
    )


def _ratings(given: argparse.Namespace) -> Ratings:
    return Ratings(identifiers=given.identifiers, exclude_faulty=given.exclude_faulty)


def _export(given: argparse.Namespace, shards: Sequence[str], used: Sequence[str]) -> list[str]:
    """Export the shards that are used; return each note on the sheet once."""
    work = partial(_shard, given=given, shards=shards)
    processes = min(given.jobs, given.shards)
    if processes <= 1:
        notes = list(map(work, used))
    else:
        with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin) as pool:
            notes = list(pool.map(work, used))
    return list(dict.fromkeys(chain.from_iterable(notes)))


def _begin() -> None:
    """Start a process that ends with its parent and leaves notes, the same of each shard, to it."""
    die_with_parent()
    logging.getLogger("discgrade").setLevel(logging.ERROR)


def _shard(shard: str, given: argparse.Namespace, shards: Sequence[str]) -> list[str]:
    return deidentify_shard(
        source=Source(given.source, given.ratings),
        shard=shard,
        shards=shards,
        export=given.destination / "export",
        tables=ShardTables(*(given.destination / kind / f"{shard}.parquet" for kind in _TABLES)),
        private=given.private,
        deidentify=_deidentify(given),
        ratings=_ratings(given),
    )


def _remove_others(destination: Path, shards: Sequence[str]) -> None:
    """Remove the tables of an earlier run with more shards."""
    for kind in _TABLES:
        for path in (destination / kind).glob("*.parquet"):
            if path.stem not in shards:
                path.unlink()


def _summarise(destination: Path, shards: Sequence[str]) -> None:
    def rows(kind: str, schema: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        found: list[dict[str, Any]] = records.read_all(
            [destination / kind / f"{one}.parquet" for one in shards], schema
        ).to_pylist()
        return found

    instances = rows("instances", INSTANCES)
    reasons = Counter(row["reason"] for row in rows("rejected", REJECTED))
    patients = len({row["patient"] for row in instances})
    print(f"{counted(len(instances), 'image')} of {counted(patients, 'patient')} exported")
    print(counted(len(rows("ratings", RATINGS)), "reading"))
    for reason, count in Counter(row["reason"] for row in rows("excluded", EXCLUDED)).most_common():
        print(f"{counted(count, 'reading')} left out: {reason}")
    for reason, count in reasons.most_common():
        print(f"{counted(count, 'file')} rejected: {reason}")
