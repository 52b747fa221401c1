"""Checks that every byte of a study is what its records say, and that the records form one unbroken chain.

Needs a copy of `results/<study>/` alone; with the checkout at hand it also finds outputs older than their rule's code.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from discgrade import records
from discgrade.provenance.audit import checks
from discgrade.provenance.chain import FOLDER, SHOWN, Chain, is_present, linked, output_of, read_records
from discgrade.provenance.digests import SCRIPTS, file_digest
from discgrade.records.cohort.export import INSTANCES

LAST = ("report.html", "workflow.html", "manuscript.zip", "writing/", f"{FOLDER}/")
"""What stands on the tables and figures: report, chains and crate. Jobs behind none of these are left over."""


@dataclass(frozen=True)
class Verdict:
    """What a verification looked at and found.

    Attributes:
        faults: Every fault, named; empty if all is as recorded.
        notes: What is no fault, or could not be checked, and why.
        records: Number of records read.
        files: Number of files hashed.
        size: Their size in bytes.
        head: Digest over all records behind what a reader sees; the report prints it.
    """

    faults: list[checks.Fault]
    notes: list[str]
    records: int
    files: int
    size: int
    head: str


def verify(results: Path, *, scripts: Path | None = SCRIPTS) -> Verdict:
    """Verify one study.

    Args:
        results: The study's folder, or a copy of it.
        scripts: The folder of the rules' scripts, to find outputs that are older than their code; None: not checked.

    Raises:
        ValueError: if the folder holds no record at all, or none of the present layout.
    """
    readable, unreadable = read_records(results)
    if not readable and not unreadable:
        raise ValueError(f"{results}: no job records. It should be a study's folder with {FOLDER}/<rule>/*.json")
    earlier = {name: record for name, record in readable.items() if not is_present(record)}
    if earlier and len(earlier) == len(readable):
        commits = ", ".join(sorted({str(record.get("commit")) for record in earlier.values()}))
        raise ValueError(
            f"{results}: made in an earlier layout of the results (commit {commits}). Verify it with that version of "
            "discgrade, or run snakemake again: it makes everything anew"
        )
    chain = linked(results, {name: record for name, record in readable.items() if name not in earlier})
    exported, notes = _exported(chain)
    digests = _hash_all(results, sorted({*chain.makers, *exported}))
    needed, leftover = _needed(chain)
    found = [
        *checks.unreadable_records(unreadable),
        *checks.edited_records(chain),
        *checks.changed_outputs(chain, digests),
        *checks.changed_export(exported, digests),
        *([] if notes else checks.unlisted_images(chain, exported)),
        *checks.earlier_layout(chain, earlier),
        *checks.unrecorded_files(chain, earlier),
        *checks.broken_links(chain, needed),
        *checks.changed_configs(chain),
    ]
    if leftover:
        jobs = "1 job is" if len(leftover) == 1 else f"{len(leftover)} jobs are"
        notes.append(
            f"{jobs} behind no table, figure or report: {', '.join(leftover[:5])}{' ...' * (len(leftover) > 5)}"
        )
    if scripts and scripts.is_dir():
        found += checks.older_than_code(chain, needed, scripts)
        found += checks.older_than_lock(chain, needed, scripts, scripts.parent / "envs")
    else:
        notes.append("The outputs' age was not compared with the code's: there are no scripts here")
    size = sum((results / path).stat().st_size for path, digest in digests.items() if digest)
    return Verdict(found, notes, len(readable), len(digests), size, chain.head(chain.shown()))


def _needed(chain: Chain) -> tuple[list[str], list[str]]:
    """Return the names of the jobs behind what a reader sees, crate and report included, and of the jobs left over."""
    last = [name for path, name in chain.makers.items() if path.startswith((*SHOWN, *LAST))]
    needed = dict.fromkeys(chain.ancestry(last or chain.records))
    return list(needed), [name for name in dict.fromkeys(chain.makers.values()) if name not in needed]


def _hash_all(folder: Path, paths: list[str]) -> checks.Digests:
    """Hash files side by side: hashing lets other threads run, so the disc or the memory sets the pace."""

    def digest(path: str) -> str | None:
        return file_digest(folder / path) if (folder / path).is_file() else None

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return dict(zip(paths, pool.map(digest, paths), strict=True))


def _exported(chain: Chain) -> tuple[dict[str, str], list[str]]:
    """Return the digests of the exported images by path, as the unchanged tables of instances say, and notes."""
    digests: dict[str, str] = {}
    notes = []
    for path, name in chain.makers.items():
        if not path.startswith("instances/"):
            continue
        table = chain.folder / path
        if chain.records[name]["rule"] == "adopt_export":
            notes.append(f"The images of {path} were not checked: they were exported elsewhere")
        elif not table.is_file() or file_digest(table) != output_of(chain.records[name], path)["sha256"]:
            notes.append(f"The images of {path} were not checked: that table is not as it was made")
        else:
            rows = records.read(table, INSTANCES, ["path", "digest"]).to_pylist()
            digests |= {f"export/{row['path']}": row["digest"] for row in rows}
    return digests, notes
