"""`discgrade verify results/<study>`: exit code 0 if all is as recorded, 1 with every culprit named."""

import argparse
import time
from pathlib import Path

from discgrade.provenance.audit.verify import verify
from discgrade.provenance.digests import SCRIPTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("results", type=Path, help="folder of the study, or a copy of it")
    parser.add_argument(
        "--results-only", action="store_true", help="do not ask whether outputs are older than this checkout's code"
    )


def run(arguments: argparse.Namespace) -> int:
    """Verify a study and print what was found."""
    started = time.perf_counter()
    verdict = verify(arguments.results, scripts=None if arguments.results_only else SCRIPTS)
    seconds = time.perf_counter() - started
    for line in (*verdict.faults, *(f"note: {note}" for note in verdict.notes)):
        print(line)
    print(
        f"{'clean' if not verdict.faults else f'{len(verdict.faults)} faults'}: {verdict.records} records, "
        f"{verdict.files} files, {verdict.size / 1e6:,.1f} MB in {seconds:.1f} s; head {verdict.head}"
    )
    return 1 if verdict.faults else 0
