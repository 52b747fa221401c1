"""Make a phantom cohort: a tree of DICOM files as a hospital exports it, a sheet of readings, and the hidden truth."""

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import joblib

from discgrade import records
from discgrade.imaging.phantom.examination import examine
from discgrade.imaging.phantom.population import draw_patient
from discgrade.imaging.phantom.sheet import COLUMNS, TRUTH, Discs, Row, rating_rows, truth_rows


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
    _clear(destination, {"primary": primary, "supplemental": supplemental, "seed": seed})
    patients = [draw_patient(seed, "primary", index) for index in range(primary)]
    patients += [draw_patient(seed, "supplemental", index) for index in range(supplemental)]
    jobs = (joblib.delayed(examine)(patient, destination) for patient in patients)
    seen = joblib.Parallel(n_jobs=workers)(jobs)
    first = Discs("primary", patients[:primary], sum(seen[:primary], []))
    second = Discs("supplemental", patients[primary:], sum(seen[primary:], []))
    _write_sheet(rating_rows(first, reread, second_rater) + rating_rows(second, 0, 0), ratings)
    records.write(truth_rows(first) + truth_rows(second), TRUTH, truth)


def _clear(destination: Path, made_of: dict[str, int]) -> None:
    """Empty the destination; a note beside it says that what it holds is a phantom."""
    note = destination.with_name(destination.name + ".phantom.json")
    if destination.exists() and any(destination.iterdir()):
        if not note.exists():
            raise FileExistsError(
                f"{destination}: should be missing, empty or an earlier phantom. Received: a folder with other files. "
                "Move them away or choose another folder"
            )
        shutil.rmtree(destination)
    destination.mkdir(parents=True, exist_ok=True)
    with records.replacing(note) as partial:
        partial.write_text(json.dumps(made_of) + "\n", encoding="utf-8")


def _write_sheet(rows: Sequence[Row], path: Path) -> None:
    with records.replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
