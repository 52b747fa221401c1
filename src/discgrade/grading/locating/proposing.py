"""Slices and boxes proposed for the rows of a sheet of readings that give a grade and no region."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from discgrade import private as privacy
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.inputs.cutting import Cut, Desk
from discgrade.grading.inputs.finding import find
from discgrade.grading.inputs.scans import Index, Scanned
from discgrade.grading.inputs.series import readable
from discgrade.grading.judging.grader import Grader
from discgrade.grading.running.studies import files_of, fill
from discgrade.grading.running.workers import Workers
from discgrade.imaging.header import normalised
from discgrade.imaging.stacks import stacks
from discgrade.private import RefusedError
from discgrade.readings.sheets import faults as problems
from discgrade.readings.sheets import numbers
from discgrade.readings.sheets.headings import COLUMNS, REQUIRED
from discgrade.readings.sheets.sheet import AS_IT_IS, PLACE, Row, read_sheet
from discgrade.settings.model import Ratings
from discgrade.settings.run import EXTERNAL

REGION = "region_origin"
_NEEDED = tuple(name for name in REQUIRED if name not in (*PLACE, "sop_instance_uid"))
REPORT = "proposed.csv"
"""What became of each row without a box, in the private folder."""


@dataclass
class Proposed:
    """What is filled in of a sheet.

    Attributes:
        fields: What each row gets, by the row's `id`: of a wide sheet several have one number.
        reasons: Why a row gets nothing, likewise.
    """

    fields: dict[int, dict[str, str]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def names_external(sheet: Path, private: Path, settings: Ratings) -> bool:
    """Tell whether a sheet to complete names the cohort `external`."""
    return any(row.get("cohort") == EXTERNAL for row in read_sheet(sheet, private, settings, _NEEDED)[0])


def propose_regions(
    *,
    sheet: Path,
    scans: Path,
    bundle: Path,
    private: Path,
    destination: Path,
    settings: Ratings = AS_IT_IS,
    follow_links: bool = False,
) -> dict[str, int]:
    """Complete a sheet: each row that gives no box gets the slice and box that a bundle's locator finds.

    A row that names an image gets a box on that image; one that names none a slice and a box in the one study of its
    patient. A row keeps its number. Where nothing is found it is marked, so that a study leaves it out and counts it.

    Args:
        sheet: The sheet of readings; boxes and images may be empty, or not there at all.
        scans: Folder of scans.
        bundle: Bundle with a locator.
        private: Private folder, which receives `proposed.csv`.
        destination: The completed sheet (.csv).
        settings: How the sheet's columns, levels and grades are called, and what it leaves out.
        follow_links: Whether links that lead out of the folder of scans are followed.

    Returns:
        How many rows got a box ("found"), and how many did not, by reason.

    Raises:
        RefusedError: if the bundle holds no locator, or the sheet cannot be read.
        SheetError: if a row or a number of the sheet can be read in two ways.
    """
    grader = Grader(open_bundle(bundle))
    if grader.locator is None:
        raise RefusedError("ratings.propose should be a bundle whose study trained a locator. This one holds none")
    rows, faults = read_sheet(sheet, private, settings, _NEEDED)
    if faults:
        problems.write_problems(sorted(faults), private)
        raise problems.SheetError(problems.message(sorted(faults), {row.as_given("patient_id") for row in rows} - {""}))
    wanted = [row for row in rows if not any(row.get(name) for name in PLACE)]
    privacy.make_folder(destination.parent)
    with TemporaryDirectory(dir=destination.parent, prefix=".scans.") as folder:
        index = Index(Path(folder, "scans.sqlite"))
        with Workers(1) as workers:
            fill(index, scans, files_of(scans, follow_links), workers)
        found = _proposed(index, wanted, scans, grader)
        index.close()
    _write(rows, found, destination)
    results = {id(row): found.reasons.get(id(row), "found") for row in wanted}
    told = [(row.number, row.as_given("patient_id"), row.get("level"), results[id(row)]) for row in wanted]
    privacy.write_rows(private / REPORT, ("row", "patient_id", "level", "result"), told)
    return dict(Counter(results.values()))


def _proposed(index: Index, wanted: Sequence[Row], scans: Path, grader: Grader) -> Proposed:
    """Look for the discs of rows, one patient at a time."""
    of_patient: dict[str, list[Row]] = {}
    for row in wanted:
        of_patient.setdefault(normalised(row.get("patient_id")), []).append(row)
    found = Proposed()
    for studies in index.patients():
        rows = of_patient.get(normalised(studies[0].patient_id), ())
        for study, some in _by_study(studies, rows, found):
            _look(study, some, scans, grader, found)
    for row in wanted:
        if id(row) not in found.fields:
            found.reasons.setdefault(id(row), "no scan of this patient, or not the image that it names")
    return found


def _by_study(studies: Sequence[Scanned], rows: Sequence[Row], found: Proposed) -> Iterator[tuple[Scanned, list[Row]]]:
    """Yield each study with the rows that are of it; a row that may be of several studies is of none."""
    for study in studies:
        named = [row for row in rows if row.get("sop_instance_uid") in study.instances]
        alone = [row for row in rows if not row.get("sop_instance_uid")] if len(studies) == 1 else []
        if named or alone:
            yield study, [*named, *alone]
    if len(studies) > 1:
        for row in rows:
            if not row.get("sop_instance_uid"):
                found.reasons[id(row)] = "the patient has several studies: name the image"


def _look(study: Scanned, rows: Sequence[Row], scans: Path, grader: Grader, found: Proposed) -> None:
    """Find the discs of a study, and fill in its rows."""
    files = study.files()
    frames = [one for file in files for one in file.frames if one.instance not in study.shared]
    some = tuple(stacks(frames))
    read = readable(some)
    if read.problem:
        found.reasons |= dict.fromkeys(map(id, rows), read.problem)
        return
    desk = Desk(study, files, some, read, scans, grader)
    for image in sorted({_image(row) for row in rows}, key=str):
        made = find(desk, image)
        cuts = {cut.place.level: cut for cut in made.cuts}
        why = "; ".join(reason for _, reason in made.reasons)
        for row in (row for row in rows if _image(row) == image):
            cut = cuts.get(row.get("level"))
            if cut is None:
                found.reasons[id(row)] = why or f"{row.get('level')} was not found"
            else:
                found.fields[id(row)] = _fields(cut)


def _image(row: Row) -> tuple[str, int] | None:
    """Return the slice that a row names; None if it names none."""
    instance = row.get("sop_instance_uid")
    return (instance, numbers.whole(row.get("frame"), 1) or 1) if instance else None


def _fields(cut: Cut) -> dict[str, str]:
    place = cut.place
    box = {name: f"{getattr(place.box, name):.2f}" for name in PLACE}
    return box | {"sop_instance_uid": place.sop_instance_uid, "frame": str(place.frame), REGION: "found"}


def _write(rows: Sequence[Row], found: Proposed, destination: Path) -> None:
    """Write the sheet in our spelling; empty lines keep each row's number."""
    with privacy.writing(destination) as text:
        sheet = csv.writer(text, lineterminator="\n")
        sheet.writerow(COLUMNS)
        line = 1
        for row in sorted(rows, key=lambda one: one.number):
            text.write("\n" * (row.number - line - 1))
            line = max(row.number, line + 1)
            filled = _filled(row, found)
            sheet.writerow(privacy.harmless([filled.get(name, row.get(name)) for name in COLUMNS]))


def _filled(row: Row, found: Proposed) -> dict[str, str]:
    if id(row) in found.reasons:
        return {REGION: "not found"}
    return found.fields.get(id(row), {})
