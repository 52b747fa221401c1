"""Make a phantom cohort: a tree of DICOM files as a hospital exports it, a sheet of readings, and the hidden truth."""

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from itertools import chain
from pathlib import Path

import joblib

from discgrade import records
from discgrade.grades import LEVELS
from discgrade.host import die_with_parent
from discgrade.phantom import readings, sheet
from discgrade.phantom.examination import examine
from discgrade.phantom.population import draw_patient
from discgrade.phantom.sheet import TRUTH, Discs, Reading, read_cohort


def make_cohort(
    *,
    destination: Path,
    ratings: Path,
    truth: Path,
    primary: int,
    supplemental: int,
    reread: int,
    second_rater: int,
    seed: int,
    workers: int,
) -> None:
    """Make the DICOM studies of invented patients and the readings of two raters.

    A patient depends on the seed, the cohort and the patient's number alone, so a larger cohort holds the smaller one;
    only grades at the borders of the quotas may differ. The result is the same whatever the number of workers.

    Args:
        destination: Folder of the DICOM tree, one folder a patient; replaced if it holds an earlier phantom.
        ratings: Sheet of readings (.csv) with the original identifiers.
        truth: Table of each disc's hidden degeneration (.parquet).
        primary: Patients of the primary cohort; each has five lumbar discs.
        supplemental: Patients of the supplemental cohort: very healthy and very degenerated ones.
        reread: Discs of the primary cohort that rater 1 reads a second time.
        second_rater: Discs of the primary cohort that rater 2 reads as well.
        seed: Seed of everything.
        workers: Processes that write studies side by side.

    Raises:
        FileExistsError: if `destination` holds files that are not an earlier phantom's.
        ValueError: if there are fewer graded discs than are to be read again.
    """
    _check("reread", reread, primary)
    _check("second_rater", second_rater, primary)
    patients = [draw_patient(seed, "primary", index) for index in range(primary)]
    patients += [draw_patient(seed, "supplemental", index) for index in range(supplemental)]
    with _replacing_tree(destination, seed) as tree:
        jobs = (joblib.delayed(examine)(patient, tree) for patient in patients)
        seen = joblib.Parallel(n_jobs=workers, initializer=die_with_parent)(jobs)
    first = Discs("primary", patients[:primary], [*chain(*seen[:primary])])
    second = Discs("supplemental", patients[primary:], [*chain(*seen[primary:])])
    rows = read_cohort(first, reread=reread, second_rater=second_rater) + read_cohort(second, reread=0, second_rater=0)
    _write_sheet(rows, ratings)
    records.write(sheet.truth(first) + sheet.truth(second), TRUTH, truth)


def _check(name: str, discs: int, primary: int) -> None:
    graded = readings.graded(len(LEVELS) * primary, "primary")
    if discs > graded:
        raise ValueError(
            f"Invalid `{name}`. It should be at most {graded}, the graded discs of {primary} primary patients. "
            f"Received: {discs}. Ask for fewer discs or more patients"
        )


@contextmanager
def _replacing_tree(destination: Path, seed: int) -> Iterator[Path]:
    """Yield an empty folder that becomes `destination`; a note beside it says that what it holds is a phantom."""
    note = destination.with_name(f"{destination.name}.phantom.json")
    if destination.exists() and any(destination.iterdir()) and not note.exists():
        raise FileExistsError(
            f"{destination}: should be missing, empty or an earlier phantom. Received: a folder with other files. "
            "Move them away or choose another folder"
        )
    partial = destination.with_name(f".{destination.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    shutil.rmtree(destination, ignore_errors=True)
    with records.replacing(note) as text:
        text.write_text(json.dumps({"phantom": True, "seed": seed}) + "\n", encoding="utf-8")
    partial.rename(destination)


def _write_sheet(rows: Sequence[Reading], path: Path) -> None:
    with records.replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, [field.name for field in fields(Reading)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
