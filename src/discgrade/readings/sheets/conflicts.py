"""Rows of a sheet that contradict each other: a reading with two grades or on two slices, a patient in two cohorts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from discgrade.imaging.header import Header, normalised
from discgrade.readings.sheets.faults import Fault
from discgrade.readings.sheets.sheet import PLACE, Row

_MOST_COHORTS = 9
_UNSAID = {"frame": "1"}


def find_conflicts(rows: Sequence[Row], images: Mapping[str, Header], raters: Mapping[str, str]) -> Iterator[Fault]:
    """Find readings that have two grades, two slices or two regions, and patients in two cohorts.

    Args:
        rows: The sheet.
        images: Headers by the SOP Instance UID that the sheet uses.
        raters: Number of each rater by the name in the sheet.
    """
    readings: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    patients: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        image = images.get(row.get("sop_instance_uid"))
        if image is None:
            continue
        rater = raters.get(row.get("rater"), row.get("rater"))
        readings[(*image.key, image.study, row.get("level"), rater, row.get("reading"))].append(row)
        patients[image.key].append(row)
        if normalised(image.patient) and normalised(image.patient) in normalised(row.get("cohort")):
            rule = "should not hold the patient's ID"
            yield Fault(row.number, "cohort", rule, row.as_given("cohort"), "faulty cohort")
    for same in readings.values():
        yield from _of_reading(same)
    for same in patients.values():
        rule = "should be the one cohort of the patient"
        yield from _different(same, ("cohort",), "cohort", rule, "patient in two cohorts")
    cohorts = {row.get("cohort") for same in patients.values() for row in same}
    if len(cohorts) > _MOST_COHORTS:
        yield Fault(1, "cohort", f"should have at most {_MOST_COHORTS} different names", "", "")


def _of_reading(rows: Sequence[Row]) -> Iterator[Fault]:
    """Find what the rows of one reading of one disc do not agree in."""
    grade = "should be this rater's one grade of the disc in this reading"
    yield from _different(rows, ("grade",), "grade", grade, "two grades in one reading")
    slices = "should be this rater's one slice of the disc in this reading. Number the readings, or keep one"
    image = ("sop_instance_uid", "frame")
    differ = list(_different(rows, image, "sop_instance_uid", slices, "one reading on two slices"))
    yield from differ
    if not differ:
        region = "should be this rater's one region of the disc in this reading. Number the readings, or keep one"
        yield from _different(rows, PLACE, "x", region, "two regions in one reading")


def _different(rows: Sequence[Row], columns: Sequence[str], column: str, rule: str, reason: str) -> Iterator[Fault]:
    """Yield a fault for each row that differs from the first one in some columns; all of them fall together."""

    def values(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name) or _UNSAID.get(name, "") for name in columns)

    differ = [row for row in rows if values(row) != values(rows[0])]
    if not differ:
        return
    together = tuple(row.number for row in rows)
    for row in differ:
        yield Fault(row.number, column, rule, row.as_given(column), reason, together)
