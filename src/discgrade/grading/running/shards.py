"""Thousands of studies in parts, as rules/grading/Snakefile has them: an index, a folder for each shard, the whole.

`python -m discgrade.grading.running.shards index|grade|join ...`; the result is that of `discgrade grade`.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from discgrade.counting import counted
from discgrade.grading.inputs.reading import Reading
from discgrade.grading.inputs.regions import read_regions
from discgrade.grading.inputs.scans import Index
from discgrade.grading.outputs.folder import replacing_folder
from discgrade.grading.outputs.pages.places import FOLDERS
from discgrade.grading.outputs.stream import STUDIES, join
from discgrade.grading.running import studies, whole
from discgrade.grading.running.command import add_reading
from discgrade.grading.running.work import Order, opened
from discgrade.grading.running.workers import Workers, be_quiet
from discgrade.grading.stability.jitter import join_moves
from discgrade.host import collect_rarely
from discgrade.private import make_folder
from discgrade.records import replacing


def main(words: list[str] | None = None) -> int:
    """Do one step and return its exit code."""
    steps: Mapping[str, Callable[[argparse.Namespace], None]] = {"index": _index, "grade": _grade, "join": _join}
    given = _parser().parse_args(words)
    collect_rarely()
    be_quiet()
    given.umask = umask = os.umask(0o077)
    try:
        steps[given.step](given)
    except ValueError as error:
        print(f"grade: {error}", file=sys.stderr)
        return 1
    finally:
        os.umask(umask)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    index, grade, joined = (steps.add_parser(name) for name in ("index", "grade", "join"))
    for step in (index, grade):
        step.add_argument("--scans", type=Path, required=True)
        step.add_argument("--processes", type=int, default=1)
    for step in (index, grade, joined):
        step.add_argument("--out", type=Path, required=True)
    for step in (grade, joined):
        step.add_argument("--bundle", type=Path, required=True)
    index.add_argument("--follow-links", action="store_true")
    grade.add_argument("--index", type=Path, required=True)
    grade.add_argument("--regions", type=Path, help="without: found by the bundle's locator")
    add_reading(grade, "regions")
    grade.add_argument("--shard", type=_shard, required=True, help="number from 0, a slash, how many")
    grade.add_argument("--series", default="")
    grade.add_argument("--wanted", nargs="*", default=[])
    grade.add_argument("--jitter", action="store_true")
    grade.add_argument("--saliency", action="store_true")
    joined.add_argument("shards", nargs="+", type=Path)
    return parser


def _shard(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    return int(number), int(count)


def _index(given: argparse.Namespace) -> None:
    """Read the headers of all scans."""
    make_folder(given.out.parent)
    stamps = studies.files_of(given.scans, given.follow_links)
    with replacing(given.out) as partial, Workers(given.processes) as workers:
        index = Index(partial)
        studies.fill(index, given.scans, stamps, workers)
        whole.check_filled(index)
        whole.check_identity(index.identified, given.out.parent)
        index.close()


def _grade(given: argparse.Namespace) -> None:
    """Grade the patients of one shard."""
    index = Index(given.index, write=False)
    regions = None if given.regions is None else read_regions(given.regions, Reading(given.rater, given.reading))
    bundle = opened(given.bundle)
    with replacing_folder(given.out) as folder, Workers(given.processes) as workers:
        wanted = tuple(given.wanted)
        order = Order(given.scans, given.bundle, folder, given.series, wanted, given.jitter, given.saliency)
        whole.grade_into(order, index, regions, workers, given.shard)
        whole.mark(folder, bundle)


def _join(given: argparse.Namespace) -> None:
    """Put the shards together."""
    bundle = opened(given.bundle)
    with replacing_folder(given.out) as folder:
        join(given.shards, folder)
        stability = join_moves(given.shards, folder)
        for shard in given.shards:
            for study in sorted((shard / FOLDERS).glob("*")):
                shutil.copytree(study, folder / FOLDERS / study.name)
        tally = whole.finish(folder, bundle, given.umask, Workers(1))
        whole.check_identity(tally.identified, given.out)
    graded = f"{counted(tally.discs, 'disc')} of {counted(tally.graded, 'study')} graded"
    print(f"{graded}, {tally.skipped} skipped: {given.out / STUDIES}")
    for sentence in stability.said():
        print(sentence)


if __name__ == "__main__":
    sys.exit(main())
