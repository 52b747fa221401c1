"""From the readings database to the sheet of readings that the workflow takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from discgrade.rating.ledger.actions import Action
from discgrade.rating.ledger.reading import Disc, Reading, blank, changes_reading, fold, graded_discs, single, undone
from discgrade.rating.ledger.store import Store
from discgrade.rating.ledger.work import Work
from discgrade.readings.sheets.sheet import REQUIRED
from discgrade.settings.groups.rating import Rating

COLUMNS = (*REQUIRED, "origin", "read_at", "frame", "seconds", "scale", "version")
"""Columns of the sheet: those that the workflow takes, and what was measured on the way."""
UNGRADED = ("patient_id", "level", "rater", "reading", "reason", "text", "read_at")
"""Columns of the table of what could not be graded."""


@dataclass(frozen=True)
class Read:
    """What a rater has made of a piece of work.

    Attributes:
        rater: Name of the rater.
        work: The piece of work.
        reading: What it comes to.
        version: Version of the software that took in the last action that changed the reading and stands, with the
            marks of all that do.
    """

    rater: str
    work: Work
    reading: Reading
    version: str


def readings(store: Store, settings: Rating) -> list[Read]:
    """Return every piece of work on which anything was done, by rater, mode and study."""
    found = []
    for (rater, work), some in groupby(store.all(), key=lambda action: (action.rater, action.work)):
        actions = list(some)
        start = blank(settings.levels) if work.blind else single(work.level)
        found.append(Read(rater, work, fold(start, actions), _version(actions)))
    return [read for read in found if read.reading.changed_at]


def _version(actions: Sequence[Action]) -> str:
    """Return the version that a reading is by: a look at it later adds no mark and takes none away."""
    back = undone(actions)
    changes = [action.version for action in actions if changes_reading(action) and action.seq not in back]
    if not changes:
        return actions[-1].version
    marks = dict.fromkeys(mark for version in changes for mark in version.split("+")[1:])
    return "+".join([changes[-1].partition("+")[0], *sorted(marks)])


def rows(store: Store, settings: Rating) -> list[tuple[object, ...]]:
    """Return the rows of the sheet, in the order of `COLUMNS`: every disc that has a grade and a box.

    A grade that was given with others in view has the origin `reviewed`. It is a further reading of its rater, or,
    as the plan says, takes the place of the main rater's first reading (of the first rater who has one).
    """
    people, found = store.studies(), readings(store, settings)
    order = {study: number for number, study in enumerate(sorted(people))}
    graded = [(read, disc) for read in found for disc in graded_discs(read.reading)]
    graded.sort(key=lambda one: (one[0].rater, order[one[0].work.study], one[0].work, one[1].place))
    numbered = list(_instead(graded) if settings.reviewed == "instead" else _further(graded))
    return [_row(read, disc, people[read.work.study][0], settings) for read, disc in numbered]


Graded = tuple[Read, Disc]


def _further(graded: Sequence[Graded]) -> Iterator[Graded]:
    """Number readings that were not blind after those of the same rater that were."""
    last: dict[tuple[str, str, str], int] = {}
    for read, disc in sorted(graded, key=lambda one: not one[0].work.blind):
        key = (read.rater, read.work.study, disc.level)
        number = read.work.reading if read.work.blind else last.get(key, 0) + 1
        last[key] = max(last.get(key, 0), number)
        yield replace(read, work=replace(read.work, reading=number)), disc


def _instead(graded: Sequence[Graded]) -> Iterator[Graded]:
    """Put grades that were not blind in the place of a first reading; the latest of several counts."""
    reviewed = {(read.work.study, disc.level): (read, disc) for read, disc in graded if not read.work.blind}
    for read, disc in graded:
        if not read.work.blind:
            continue
        review = reviewed.pop((read.work.study, disc.level), None) if read.work.reading == 1 else None
        if review is None:
            yield read, disc
        else:
            yield replace(read, work=replace(review[0].work, reading=1), version=review[0].version), review[1]
    for read, disc in reviewed.values():
        yield replace(read, work=replace(read.work, reading=1)), disc


def _row(read: Read, disc: Disc, patient: str, settings: Rating) -> tuple[object, ...]:
    mark = disc.mark
    assert mark is not None and disc.grade is not None
    box = (mark.box.x, mark.box.y, mark.box.width, mark.box.height)
    origin = "human" if read.work.blind else "reviewed"
    place = (patient, mark.instance, disc.level, *(round(value, 2) for value in box))
    given = (round(disc.grade, 1), read.rater, read.work.reading, settings.cohort, origin)
    return (*place, *given, disc.read_at, mark.frame, round(disc.seconds, 1), settings.scale, read.version)


def ungraded(store: Store, settings: Rating) -> list[tuple[object, ...]]:
    """Return what could not be graded, and why, in the order of `UNGRADED`; the level is empty for a whole study."""
    people = store.studies()
    found: list[tuple[object, ...]] = []
    for read in readings(store, settings):
        patient, reading = people[read.work.study][0], read.work.reading
        if (aside := read.reading.aside) is not None:
            found.append((patient, "", read.rater, reading, aside.reason, aside.text, read.reading.changed_at))
        for disc in read.reading.discs:
            if (refusal := disc.refusal) is not None:
                said = (refusal.reason, refusal.text, disc.read_at)
                found.append((patient, disc.level, read.rater, reading, *said))
    return found
