"""`discgrade plan`: what a study would do, read from Snakemake's dry run, which decides it and runs nothing."""

import argparse
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
BUILT_IN = ("local", "dryrun", "touch")
"""Snakemake's executors that need no plugin."""
REASONS = {
    "Missing output files": "not made yet",
    "Updated input files": "its input changed",
    "Set of input files has changed": "it has other inputs than before",
    "Params have changed": "its settings, its code or the locked versions changed",
    "Code has changed": "its script changed",
    "Software environment definition has changed": "the software environment changed",
    "Forced execution": "asked for",
    "Input files updated by another job": "what it reads is made anew",
}
"""Snakemake's reasons to run a job, and what they mean here; the last one follows from another job's."""

_JOB = re.compile(r"^(?:local)?rule (?P<rule>\w+):\n(?P<lines>(?:    .*\n)+)", re.MULTILINE)
_PLANNED = re.compile("^(Nothing to be done|This was a dry-run)", re.MULTILINE)
"""What Snakemake says at the end of a dry run."""


class Planned(NamedTuple):
    """One job that would run.

    Attributes:
        rule: Its rule.
        reasons: Why, in the words of `REASONS`.
        wildcards: Values of the rule's wildcards.
    """

    rule: str
    reasons: tuple[str, ...]
    wildcards: dict[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments; all others go to Snakemake, names of rules and files among them."""
    parser.usage = "discgrade plan [TARGET ...] [--configfile FILE ...] [SNAKEMAKE OPTION ...]"
    parser.add_argument("--configfile", nargs="+", default=[], metavar="FILE", help="overlays of config.yaml")
    parser.add_argument("--snakefile", "-s", type=Path, metavar="FILE", help="the Snakefile of a checkout")
    parser.add_argument("--workflow-profile", metavar="FOLDER", help="profile in place of profiles/default")
    parser.set_defaults(others=[])


def run(arguments: argparse.Namespace) -> int:
    """Print what would run; exit code 1, with Snakemake's own words, if it refuses."""
    if find_spec("snakemake") is None:
        raise ModuleNotFoundError("No module named 'snakemake'", name="snakemake")
    snakefile = arguments.snakefile or _snakefile()
    options = ["--snakefile", str(snakefile)]
    if arguments.workflow_profile:
        check_profile(arguments.workflow_profile, snakefile.parent)
        options += ["--workflow-profile", arguments.workflow_profile]
    for overlay in arguments.configfile:
        if not Path(overlay).is_file():
            raise ValueError(
                f"--configfile {overlay}: should be an overlay of config.yaml, such as studies/smoke.yaml. "
                "Received: no file of that name. Name targets before --configfile"
            )
    overlays = ["--configfile", *arguments.configfile] if arguments.configfile else []
    # A dry run's list of jobs goes to standard output, all else to standard error.
    command = [sys.executable, "-m", "snakemake", "--dry-run", *options, *arguments.others, *overlays]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(_refusal(f"{done.stderr}\n{done.stdout}"), file=sys.stderr)
        return 1
    planned = jobs(done.stdout)
    if not planned and not _PLANNED.search(done.stdout + done.stderr):
        raise ValueError(
            f"{' '.join(arguments.others)}: should be a target, or an option that leaves a plan one. Received: what "
            "Snakemake did something else for. Give it to `snakemake` itself"
        )
    print("\n".join(summary(planned)))
    return 0


def _snakefile() -> Path:
    """Return the Snakefile of the folder that one is in, else that of the package's own checkout."""
    for folder in (Path(), CHECKOUT):
        if (folder / "Snakefile").is_file():
            return folder / "Snakefile"
    raise ValueError("no Snakefile here. Change to a clone of discgrade, or name its Snakefile with --snakefile")


def check_profile(name: str, checkout: Path) -> None:
    """Check that a profile is there, and that the executor that it names is installed.

    Args:
        name: The profile as Snakemake takes it: a folder, or the name of one below `profiles`.
        checkout: The folder of the Snakefile.

    Raises:
        ValueError: if there is no such profile, or no plugin for its executor.
    """
    import yaml  # noqa: PLC0415 (of the extra that `run` has asked for)

    folders = (Path(name), Path("profiles", name), checkout / "profiles" / name)
    files = [folder / "profile.yaml" for folder in folders if (folder / "profile.yaml").is_file()]
    if not files:
        known = ", ".join(sorted(str(path.parent) for path in checkout.glob("profiles/*/profile.yaml")))
        raise ValueError(f"--workflow-profile {name}: should be a folder with a profile.yaml. Known profiles: {known}")
    executor = str((yaml.safe_load(files[0].read_text(encoding="utf-8")) or {}).get("executor", "local"))
    if executor not in BUILT_IN and find_spec(f"snakemake_executor_plugin_{executor.replace('-', '_')}") is None:
        lock, plugin = "--require-hashes -r envs/cluster.lock", f"snakemake-executor-plugin-{executor}"
        raise ValueError(
            f"{files[0]}: its executor, {executor}, needs a plugin of Snakemake that is not installed. "
            f"Install it with: pip install {lock if executor == 'slurm' else plugin}"
        )


def _refusal(output: str) -> str:
    """Return what Snakemake said, from its error on, without the places in its code and ours."""
    lines = [line for line in output.splitlines() if line.strip()]
    start = next((place for place, line in enumerate(lines) if re.match(r"\w*(Error|Exception)\b", line)), 0)
    said = [line for line in lines[start:] if not re.match(r'\s+File "', line)]
    return "\n".join(said[1:] if said[0].startswith("WorkflowError") else said)


def jobs(output: str) -> list[Planned]:
    """Return the jobs that a dry run of Snakemake lists, but for rules that only collect."""
    return [_job(found["rule"], found["lines"]) for found in _JOB.finditer(output) if "    output: " in found["lines"]]


def _job(rule: str, lines: str) -> Planned:
    fields = dict(line.strip().partition(": ")[::2] for line in lines.splitlines())
    reasons = [words for key, words in REASONS.items() if key in fields.get("reason", "")]
    wildcards = dict(part.partition("=")[::2] for part in fields.get("wildcards", "").split(", ") if part)
    return Planned(rule, tuple(reasons), wildcards)


def summary(planned: Sequence[Planned]) -> list[str]:
    """Return the lines that tell of the jobs: each rule's with the reasons, then the trainings by variant."""
    if not planned:
        return ["Nothing to be done: everything asked for is there and up to date."]
    counts = Counter(job.rule for job in planned)
    trainings = counts["train"]
    title = f"{_count(len(planned), 'job')} of {_count(len(counts), 'rule')}"
    title += f", {_count(trainings, 'training')} among them" if trainings else ", no training among them"
    rules = [(rule, str(count), _why(job for job in planned if job.rule == rule)) for rule, count in counts.items()]
    lines = [title, "", *_columns([("rule", "jobs", "why"), *rules])]
    if trainings:
        lines += ["", *_columns(_runs(job.wildcards for job in planned if job.rule == "train"))]
    return lines


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' if number != 1 else ''}"


def _why(planned: Iterable[Planned]) -> str:
    """Return the reasons of a rule's jobs; that another job comes first only where it is the only reason."""
    found = dict.fromkeys(reason for job in planned for reason in job.reasons)
    follows = REASONS["Input files updated by another job"]
    return "; ".join(reason for reason in found if reason != follows or len(found) == 1)


def _runs(wildcards: Iterable[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    """Yield a header, then a row a variant: how many runs, of which splits, resolutions, shares and seeds."""
    yield "variant", "runs", "splits", "resolutions", "shares", "seeds"
    values: dict[str, list[dict[str, str]]] = defaultdict(list)
    for run in wildcards:
        values[run["variant"]].append(run)
    for variant, runs in values.items():
        parts = {name: {run[name] for run in runs} for name in ("split", "resolution", "share", "seed")}
        splits = ", ".join(_folds(sorted(parts["split"], reverse=True)))
        resolutions = f"{_numbers(parts['resolution'])} px"
        shares = ", ".join("all" if share == "1" else f"1/{share}" for share in sorted(parts["share"], key=int))
        yield variant, str(len(runs)), splits, resolutions, shares, _numbers(parts["seed"])


def _folds(splits: Sequence[str]) -> Iterator[str]:
    """Yield names of splits, with the folds as a count."""
    for fold, names in groupby(splits, lambda name: name.startswith("fold")):
        listed = list(names)
        yield from [_count(len(listed), "fold")] if fold else listed


def _numbers(values: Iterable[str]) -> str:
    return ", ".join(sorted(values, key=int))


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Align rows of texts; numbers to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = [all(cell.isdigit() for cell in column[1:]) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    ]
