"""Invented boxes of a locator, on slices of 0.5 mm: each lies 2 mm too low, but for those that a test moves."""

from pathlib import Path
from typing import Any

from small_cohorts import instance
from table_rows import disc_row

from discgrade import records
from discgrade.imaging.locating.facts import Expected, LocatorFacts, write_facts
from discgrade.learning.localisation.gathering import BoxFiles, gather_boxes
from discgrade.records.cohort.boxes import LOCATED, REGRADED
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.reliability.localisation.measuring import measure_localisation
from discgrade.reliability.localisation.metrics import locator_run
from discgrade.settings.model import Intervals

LEVELS = ("L5/S1", "L4/L5", "L3/L4")
TOP = {"L5/S1": 160.0, "L4/L5": 100.0, "L3/L4": 40.0}
SIZE, SPACING = 40.0, 0.5
RUN = locator_run(128, 1)


def gathered(folder: Path, patients: int, moved: dict[tuple[int, str], float | None] | None = None) -> BoxFiles:
    """Write what a locator found for patients, joined to what was drawn.

    Args:
        folder: Folder to write to.
        patients: How many.
        moved: By how many mm a box lies lower than it was drawn, by patient and level; None: it was not found.
    """
    places = [(number, level) for number in range(patients) for level in LEVELS]
    moved = dict.fromkeys(places, 2.0) | (moved or {})
    discs = [_disc(number, level) for number, level in places]
    images = [instance(f"P{number:02d}") | {"sop_instance_uid": f"2.25.{number}.1"} for number in range(patients)]
    spacing = {"row_spacing": SPACING, "column_spacing": SPACING, "rows": 384, "columns": 384}
    records.write(
        [disc | {"manufacturer": "AB"[n % 2]} for n, disc in enumerate(discs)], DISCS, folder / "discs.parquet"
    )
    records.write([_located(*place, moved[place]) for place in places], LOCATED, folder / "located.parquet")
    records.write([image | spacing for image in images], INSTANCES, folder / "instances.parquet")
    low, top = (Expected((20.0, 2.0), (20.0, 2.0), *way) for way in (((0.0, 2.0), (30.0, 2.0)), (None, None)))
    write_facts(LocatorFacts(128, 2.2, 32, LEVELS, (low, low, top), 0.0), folder / "facts.json")
    files = BoxFiles(folder / "boxes.parquet", folder / "locator.json")
    gather_boxes(
        located=[folder / "located.parquet"],
        facts=folder / "facts.json",
        discs=folder / "discs.parquet",
        instances=[folder / "instances.parquet"],
        files=files,
    )
    return files


def _disc(number: int, level: str) -> dict[str, object]:
    box: dict[str, Any] = {"x": 100.0, "y": TOP[level], "width": SIZE, "height": SIZE}
    grade = float(1 + (number + LEVELS.index(level)) % 5)
    box["manufacturer"] = "AB"[number % 2]
    return disc_row(number, f"P{number:02d}-{level}", level, grade, **box)


def _located(number: int, level: str, down: float | None) -> dict[str, object]:
    row = {"split": "fold-01", "patient": f"P{number:02d}", "sop_instance_uid": f"2.25.{number}.1", "frame": 1}
    row |= {"level": level, "probability": 0.0, "score": 0.9, "flags": ""}
    if down is None:
        return row | dict.fromkeys(("found_x", "found_y", "found_width", "found_height"))
    box = {"found_x": 100.0, "found_y": TOP[level] + down / SPACING, "found_width": SIZE, "found_height": SIZE}
    return row | box | {"probability": 0.95}


def measured(
    folder: Path, patients: int, moved: dict[tuple[int, str], float | None] | None = None, *, headers: bool = True
) -> Path:
    """Write what these boxes are worth; each found region is graded as the drawn one, but the first disc's."""
    files = gathered(folder, patients, moved)
    discs = records.read(folder / "discs.parquet", DISCS, ["disc", "grade"]).to_pylist()
    rows = [{"disc": row["disc"], "split": "fold-01", "drawn": row["grade"], "found": row["grade"]} for row in discs]
    rows[0]["found"] = 6 - rows[0]["drawn"]
    records.write(rows, REGRADED, folder / "regraded.parquet")
    destination = folder / "localisation.parquet"
    measure_localisation(
        boxes=files.boxes,
        discs=folder / "discs.parquet",
        regraded=folder / "regraded.parquet",
        scale="integral",
        headers=headers,
        run=RUN,
        settings=Intervals(0.95, 500, 1),
        destination=destination,
    )
    return destination
