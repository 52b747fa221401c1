"""What the readings of a study let one expect, told when it is planned: what would fail hours later is refused then."""

from collections.abc import Iterable, Mapping, Sequence, Set
from math import ceil
from statistics import median
from typing import NamedTuple

from discgrade.settings.groups.cohort import Reference
from discgrade.settings.run import EXTERNAL

FAR_BACK = 0.645
"""Share of the slice's width beyond which the median centre lies far back. On the Lumbar Spine MRI dataset it is 0.59;
of 20 patients drawn at random no 2,000 medians passed this share, and 99.7 % did where centres were taken for
corners (of 5 patients: 2 and 92 %)."""


class Reading(NamedTuple):
    """One reading that can be used.

    Attributes:
        patient: Who was read, under any name of their own.
        cohort: Name of the cohort.
        rater: Number of the rater.
        reading: Whether it is the rater's first, second ... reading of the disc.
        grade: Grade that was given.
        across: Where the region's centre lies on the slice, from 0 on the left to 1; None if unknown.
        origin: Who gave it: human, pseudo or reviewed.
    """

    patient: str
    cohort: str
    rater: str
    reading: int
    grade: float
    across: float | None = None
    origin: str = "human"


class Expected(NamedTuple):
    """What comes of readings.

    Attributes:
        patients: Number of patients outside the external cohort that may have a reference grade: at most so many.
        whole: Whether there are readings that reference grades come from, and all of these are whole.
        doubt: What is doubtful of the regions as a whole, in words; empty if nothing is.
        fault: Why no reading decides a reference grade, in words; empty if one does.
        cohorts: Number of patients of each cohort who may have a reference grade.
        read: Cohorts of which humans gave such readings.
    """

    patients: int
    whole: bool
    doubt: str = ""
    fault: str = ""
    cohorts: Mapping[str, int] = {}
    read: Set[str] = frozenset()


def expect(readings: Iterable[Reading], reference: Reference) -> Expected:
    """Tell what comes of readings, if this is the reference."""
    grades, patients, places = set[float](), set[str](), list[float]()
    given, cohorts, read = dict[str, set[int]](), dict[str, set[str]](), set[str]()
    for one in readings:
        given.setdefault(one.rater, set()).add(one.reading)
        if _decides(one, reference):
            grades.add(one.grade)
            places += [] if one.across is None else [one.across]
            cohorts.setdefault(one.cohort, set()).add(one.patient)
            if one.origin == "human":
                read.add(one.cohort)
            if one.cohort != EXTERNAL:
                patients.add(one.patient)
    whole = bool(grades) and all(grade.is_integer() for grade in grades)
    sizes = {name: len(members) for name, members in cohorts.items()}
    fault = "" if grades else undecided(given, reference)
    return Expected(len(patients), whole, _doubt(places), fault, sizes, frozenset(read))


def label_fault(found: Expected, cohort: str) -> str:
    """Say why no model can label a cohort; empty if one can."""
    own = {name: size for name, size in found.cohorts.items() if name != EXTERNAL}
    if not own.get(cohort):
        known = ", ".join(f"{name} ({size} patients)" for name, size in sorted(own.items()))
        return f"pseudo_labels.cohort: no reading that decides a grade is of {cohort}. Cohorts of the sheet: {known}"
    if len(own) == 1:
        return f"pseudo_labels.cohort: all patients are of {cohort}, so that none is left to train its teacher on"
    if cohort not in found.read:
        return (
            f"pseudo_labels: no reading of {cohort} is a human's (origin: human), so no pseudo-label can be compared "
            "with one and reviewed. Give readings, or name another cohort"
        )
    return ""


def label_note(found: Expected, deviation: float) -> str:
    """Say what a deviation means where all grades are whole; empty where they are not."""
    if not found.whole or deviation == ceil(deviation):
        return ""
    return (
        f"pseudo_labels.deviation: all reference grades are whole, and so are a teacher's on the integral scale: "
        f"{deviation:g} reviews discs that are {ceil(deviation)} grades or more apart"
    )


def undecided(given: Mapping[str, Set[int]], reference: Reference) -> str:
    """Say why no reading decides a reference grade; empty if one may.

    Args:
        given: Numbers of the readings that each rater gave.
        reference: Which reading is the reference.
    """
    if not given:
        return "there are no readings; ratings should name at least one disc on an exported image"
    if reference.statistic == "median":
        if any(1 in numbers for numbers in given.values()):
            return ""
        return "cohort.reference.statistic: the median takes first readings. There are none with reading 1"
    if reference.rater not in given:
        raters = ", ".join(sorted(given, key=lambda name: (len(name), name)))
        return f"cohort.reference.rater should be one of {raters}. Received: {reference.rater}"
    if reference.reading in given[reference.rater]:
        return ""
    numbers = ", ".join(map(str, sorted(given[reference.rater])))
    return (
        f"cohort.reference.reading should be one of {numbers}, the readings of {reference.rater}. "
        f"Received: {reference.reading}"
    )


def _doubt(places: Sequence[float]) -> str:
    """Say that regions lie far back; stored feet up or from back to front, slices may give no reason for it."""
    if not places or median(places) <= FAR_BACK:
        return ""
    return (
        f"Most regions lie far back on their slices (the median centre at {median(places):.0%} of the width). Are x "
        "and y the region's centre? They should be its upper left corner. Look at figures/rois.pdf before anything else"
    )


def _decides(one: Reading, reference: Reference) -> bool:
    if reference.statistic == "median":
        return one.reading == 1
    return (one.rater, one.reading) == (reference.rater, reference.reading)
