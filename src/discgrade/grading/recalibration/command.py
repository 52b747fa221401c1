"""`discgrade recalibrate`: fit a bundle to another site's readings, without training anything."""

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import discgrade
from discgrade.grading.running.command import add_reading
from discgrade.private import RefusedError

if TYPE_CHECKING:
    from discgrade.grading.bundle.facts import BundleFacts
    from discgrade.grading.recalibration.fitting import Recalibrated

_DESCRIPTION = """Fit a bundle to your own readings.

Grade your scans first (`discgrade grade SCANS --bundle BUNDLE --out GRADED`). READINGS (.csv, .xlsx or .parquet) has a
row for each disc that somebody read: sop_instance_uid and level as in GRADED, and grade; frame where an image has
several; other columns are ignored. Cuts, probabilities and sets of grades are fitted again, the networks stay as they
are. Printed is by how much that helps patients who were left out of the fit. NEW receives the new bundle, which names
the old one, and NEW.zip the same in one file."""

_WORDS = {
    "kappa": "Cohen's kappa (linear)",
    "bias": "bias (grades)",
    "ece": "calibration error",
    "rps": "ranked probability score",
    "coverage": "coverage of the sets",
    "size": "grades in a set",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = _DESCRIPTION
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="what a study learned: a folder or a zip file")
    parser.add_argument("readings", type=Path, metavar="READINGS", help="grades that somebody read")
    add_reading(parser, "READINGS")
    parser.add_argument("--graded", type=Path, required=True, help="what `discgrade grade` wrote with BUNDLE")
    parser.add_argument("--out", type=Path, required=True, metavar="NEW", help="folder of the new bundle")


def run(given: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        return _run(given)
    except ValueError as error:
        print(f"recalibrate: {error}", file=sys.stderr)
        return 1


def _run(given: argparse.Namespace) -> int:
    from discgrade.grading.bundle.opening import open_bundle  # noqa: PLC0415 - `--help` needs none of it
    from discgrade.grading.inputs.reading import Reading  # noqa: PLC0415
    from discgrade.grading.recalibration.fitting import recalibrate  # noqa: PLC0415
    from discgrade.grading.recalibration.readings import join_readings, read_readings  # noqa: PLC0415

    archive = given.out.with_name(f"{given.out.name}.zip")
    for path in (given.out, archive):
        if path.exists():
            raise RefusedError(
                f"{path} is there already. Choose a new folder for the bundle, which is zipped next to it"
            )
    bundle, taken = open_bundle(given.bundle), Reading(given.rater, given.reading)
    read = join_readings(given.graded, read_readings(given.readings, taken), bundle.digest)
    made = recalibrate(bundle.facts, read)
    facts = replace(made.facts, parent=bundle.digest, discgrade=discgrade.__version__)
    _write(facts, bundle.contents, given.out, archive)
    print(f"Fitted on {len(read.grades)} discs of {len(set(read.patients))} patients.")
    if read.unread or read.ungraded:
        print(f"Left out: {read.unread} discs graded and not read, {read.ungraded} read and not graded.")
    for sentence in report(made):
        print(sentence)
    return 0


def _write(facts: "BundleFacts", contents: Mapping[str, bytes], folder: Path, archive: Path) -> None:
    """Write a bundle as a folder, whole or not at all, and as a zip file."""
    from discgrade.grading.bundle.writing import write_bundle, zip_bundle  # noqa: PLC0415

    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a process that was killed
    try:
        write_bundle(facts, contents, partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    zip_bundle(folder, archive)


def report(made: "Recalibrated") -> Iterator[str]:
    """Yield what recalibration changed, as lines for people."""
    yield f"{'on patients left out of the fit':32}{'before':>10}{'after':>10}"
    for name, words in _WORDS.items():
        before, after = getattr(made.before, name), getattr(made.after, name)
        yield f"{words:32}{_number(before):>10}{_number(after):>10}"
    facts = made.facts
    yield f"The new bundle decodes by {facts.decoding}; its map of probabilities: {facts.calibration.method}."  # type: ignore[union-attr]
    yield from _rare(made)
    yield from _departure(made)


def _number(value: float) -> str:
    return "none" if isnan(value) else f"{value:.3f}"


def _rare(made: "Recalibrated") -> Iterator[str]:
    """Yield the grades that are in every set, and with them all between: of these too few were read."""
    assert made.facts.calibration is not None
    rare = [str(grade) for grade, known in enumerate(made.facts.calibration.thresholds, 1) if known is None]
    if rare:
        yield (
            f"Too few of your patients have grade {' or '.join(rare)} for a promise, so that these grades are in every "
            "set, with all between them and the others: read more such discs for smaller sets."
        )


def _departure(made: "Recalibrated") -> Iterator[str]:
    from discgrade.grading.recalibration.fitting import APART  # noqa: PLC0415

    if made.apart >= APART:
        site, training = (", ".join(f"{100 * share:.0f}" for share in shares) for shares in made.shares)
        yield (
            f"WARNING: your readings hold other grades than the training did: of grades 1 to 5 {site} % here, "
            f"{training} % there. Your patients may differ, or your raters may grade on another scale: read some of "
            "the discs together before you trust either."
        )
