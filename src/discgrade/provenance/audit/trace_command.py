"""`discgrade trace results/<study>/tables/table2.csv --row default --column kappa_linear`."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import pyarrow.csv

from discgrade.provenance.audit.trace import Trace, trace
from discgrade.provenance.audit.trace_discs import discs_behind
from discgrade.provenance.audit.trace_text import as_html, as_text
from discgrade.records import replacing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a file of the study, or of a copy of it; a CSV for a cell")
    parser.add_argument("--row", help="a value of the row's first column, or name=value,name=value")
    parser.add_argument("--column", help="name of the column, for example kappa_linear")
    parser.add_argument("--discs", action="store_true", help="print the scored discs behind the cell, as CSV")
    parser.add_argument("--json", action="store_true", help="print the trace as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the trace as one HTML page")


def run(arguments: argparse.Namespace) -> int:
    """Trace one number and print it; exit code 1 if its chain is broken."""
    found = trace(arguments.file, arguments.row, arguments.column)
    if arguments.html:
        with replacing(arguments.html) as partial:
            partial.write_text(as_html(found.tree), encoding="utf-8")
    if arguments.discs:
        pyarrow.csv.write_csv(discs_behind(found), sys.stdout.buffer)
    else:
        print(json.dumps(_plain(found), indent=1, ensure_ascii=False) if arguments.json else as_text(found.tree))
    return 1 if found.faults else 0


def _plain(found: Trace) -> dict[str, object]:
    """Return a trace as JSON values, with its cell's keys, and the names and digests of all records behind it."""
    return {
        "trace": dataclasses.asdict(found.tree),
        "keys": [dataclasses.asdict(key) for key in found.cell.keys] if found.cell else [],
        "score": found.score,
        "records": {name: found.chain.records[name]["digest"] for name in found.names},
        "faults": [str(fault) for fault in found.faults],
    }
