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

from discgrade import private as privacy
from discgrade import records
from discgrade.grades import LEVELS
from discgrade.host import die_with_parent
from discgrade.phantom import readings, sheet
from discgrade.phantom.examination import examine
from discgrade.phantom.population import draw_patient
from discgrade.phantom.scanner import AS_DRAWN, Posture
from discgrade.phantom.sheet import TRUTH, Discs, Reading, read_cohort
from discgrade.settings.groups.cohort import Phantom


def make_cohort(
    *,
    private: Path,
    destination: Path,
    ratings: Path,
    truth: Path,
    phantom: Phantom,
    workers: int,
    posture: Posture = AS_DRAWN,
) -> None:
    """Make the DICOM studies of invented patients and the readings of two raters.

    A patient depends on the seed, the cohort and the patient's number alone, so a larger cohort holds the smaller one;
    only grades at the borders of the quotas may differ. The result is the same whatever the number of workers.

    Args:
        private: Folder that is made readable by its owner only, as that of real people would be.
        destination: Folder of the DICOM tree, one folder a patient; replaced if it holds an earlier phantom.
        ratings: Sheet of readings (.csv) with the original identifiers.
        truth: Table of each disc's hidden degeneration (.parquet).
        phantom: Patients of the primary and of the supplemental cohort (very healthy and very degenerated ones), each
            with five lumbar discs; discs of the primary cohort that rater 1 reads a second time, and those that rater 2
            reads as well; and the seed of everything.
        workers: Processes that write studies side by side.
        posture: How the patients lie.

    Raises:
        FileExistsError: if `destination` holds files that are not an earlier phantom's.
        ValueError: if there are fewer graded discs than are to be read again.
    """
    _check("reread", phantom.reread, phantom.primary)
    _check("second_rater", phantom.second_rater, phantom.primary)
    privacy.make(private)
    patients = [draw_patient(phantom.seed, "primary", index) for index in range(phantom.primary)]
    patients += [draw_patient(phantom.seed, "supplemental", index) for index in range(phantom.supplemental)]
    with replacing_tree(destination, phantom.seed) as tree:
        jobs = (joblib.delayed(examine)(patient, tree, posture) for patient in patients)
        seen = joblib.Parallel(n_jobs=workers, initializer=die_with_parent)(jobs)
    first = Discs("primary", patients[: phantom.primary], [*chain(*seen[: phantom.primary])])
    second = Discs("supplemental", patients[phantom.primary :], [*chain(*seen[phantom.primary :])])
    rows = read_cohort(first, reread=phantom.reread, second_rater=phantom.second_rater)
    rows += read_cohort(second, reread=0, second_rater=0)
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
def replacing_tree(destination: Path, seed: int) -> Iterator[Path]:
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
