"""`discgrade phantom`: a folder of invented patients' scans and a sheet of readings, to try the other commands on."""

import argparse
from collections.abc import Callable
from os import cpu_count
from pathlib import Path

from discgrade.grades import LEVELS
from discgrade.phantom.cohort import make_cohort
from discgrade.phantom.scanner import Posture
from discgrade.settings.groups.cohort import Phantom

SUPPLEMENTAL = 361 / 1599
"""Share of the supplemental cohort's patients in the paper."""
REREAD, SECOND_RATER = 5, 6
"""One of so many of the primary cohort's discs is read again, one by rater 2 as well, as in the default study."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "destination", type=Path, metavar="DESTINATION",
        help="folder that receives dicom/ (the scans), ratings.csv (the sheet) and truth.parquet (what is hidden)",
    )  # fmt: skip
    parser.add_argument("--patients", type=_positive, default=20, help="number of patients (default: 20)")
    parser.add_argument("--seed", type=_number(0), default=1, help="another seed, other patients (default: 1)")
    lie = parser.add_argument_group("how the patients lie (default: left to chance)")
    lie.add_argument("--slices", type=_positive, metavar="N", help="slices of each stack")
    lie.add_argument("--offset", type=float, metavar="MM", help="distance by which stacks miss the spine's middle")
    lie.add_argument("--bend", type=float, default=0.0, metavar="MM", help="sideways bend 100 mm from L3: a scoliosis")
    parser.add_argument(
        "--format", choices=("dicom", "spider"), default="dicom",
        help="dicom: as above; spider: volumes, masks and gradings in the layout of the public SPIDER cohort",
    )  # fmt: skip
    parser.add_argument("--jobs", type=_positive, default=cpu_count() or 1, help="number of processes")


def run(given: argparse.Namespace) -> int:
    """Make the cohort and say where it is."""
    phantom, posture = proportions(given.patients, given.seed), Posture(given.slices, given.offset, given.bend)
    if given.format == "spider":
        from discgrade.phantom.spider import make_spider  # noqa: PLC0415 - SimpleITK, which no other format needs

        make_spider(given.destination, phantom, given.jobs, posture)
        print(f"{given.patients} invented patients in SPIDER's layout: {given.destination}")
        return 0
    scans, sheet = given.destination / "dicom", given.destination / "ratings.csv"
    make_cohort(
        private=given.destination,
        destination=scans,
        ratings=sheet,
        truth=given.destination / "truth.parquet",
        phantom=phantom,
        workers=given.jobs,
        posture=posture,
    )
    print(f"{given.patients} invented patients: scans in {scans}, readings in {sheet}")
    return 0


def proportions(patients: int, seed: int) -> Phantom:
    """Return a cohort of so many patients with the paper's proportion of primary and supplemental ones."""
    supplemental = round(patients * SUPPLEMENTAL)
    primary = patients - supplemental
    discs = primary * len(LEVELS)
    return Phantom(primary, supplemental, reread=discs // REREAD, second_rater=discs // SECOND_RATER, seed=seed)


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"should be at least {least}. Received: {text}")
        return value

    return number


_positive = _number(1)
