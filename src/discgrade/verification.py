"""`discgrade verify results/<study>`: exit code 0 if all is as recorded, 1 with every culprit named."""

import argparse
import time
from pathlib import Path

from discgrade.counting import counted
from discgrade.deidentification import origin
from discgrade.private import RefusedError
from discgrade.provenance.audit.checks import Fault
from discgrade.provenance.audit.verify import verify
from discgrade.provenance.chain import Record, read_records
from discgrade.provenance.digests import SCRIPTS

_NOT_COMPARED = "Whether scans or readings have changed since was not checked"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("results", type=Path, help="folder of the study, or a copy of it")
    parser.add_argument(
        "--results-only", action="store_true", help="do not ask whether outputs are older than code, scans and readings"
    )
    parser.add_argument(
        "--private", type=Path, help="private folder of the study (default: private/<study> next to its results)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Verify a study and print what was found."""
    started = time.perf_counter()
    results: Path = arguments.results
    verdict = verify(results, scripts=None if arguments.results_only else SCRIPTS)
    faults, notes = list(verdict.faults), list(verdict.notes)
    if not arguments.results_only:
        place = results.resolve()
        older, untold = older_than_source(results, arguments.private or place.parents[1] / "private" / place.name)
        faults, notes = faults + older, notes + untold
    seconds = time.perf_counter() - started
    for line in (*faults, *(f"note: {note}" for note in notes)):
        print(line)
    print(
        f"{counted(len(faults), 'fault') if faults else 'clean'}: {verdict.records} records, "
        f"{verdict.files} files, {verdict.size / 1e6:,.1f} MB in {seconds:.1f} s; head {verdict.head}"
    )
    return 1 if faults else 0


def older_than_source(results: Path, private: Path) -> tuple[list[Fault], list[str]]:
    """Find exports that were made of other scans or readings than lie in the source now.

    Args:
        results: Folder of the study.
        private: Its private folder, which knows where the source is; without it nothing is compared.

    Returns:
        The faults, and a note if nothing could be compared. Neither names a file or a value of the source.
    """
    made = {shard: record for record in read_records(results)[0].values() if (shard := _shard_of(record))}
    if not made:
        return [], []
    try:
        now = origin.digests_now(private)
    except (RefusedError, OSError) as error:
        reason = (
            str(error) if isinstance(error, RefusedError) else f"the private folder cannot be used ({error.strerror})"
        )
        return [], [f"{_NOT_COMPARED}: {reason}"]
    if now is None:
        return [], [f"{_NOT_COMPARED}: the private folder is not here. Name it with --private"]
    older = sorted(shard for shard, record in made.items() if now.get(shard) != record["params"]["content"])
    message = "older than scans or readings: these have changed since. Run snakemake again"
    return [Fault("older output", f"instances/{shard}.parquet", message) for shard in older], []


def _shard_of(record: Record) -> str | None:
    """Return the shard that a job exported of scans of real people; None of any other job."""
    exported = record["rule"] == "deidentify" and record["params"].get("content")
    return record["wildcards"].get("shard") if exported else None
