"""Who reads which study when: seeded shares and orders, re-readings when their time has come, mixed among other work.

Everything follows from the settings, the studies, what is finished and the time that is handed in: nothing is drawn
while people work. Shares are whole studies, so that a study that is read again looks like any other.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from discgrade.keyed import digest, uniforms
from discgrade.rating.ledger.work import Work, blind
from discgrade.settings.groups.rating import Rating

Role = Literal["main", "second", "adjudicator"]
Finished = Mapping[Work, datetime]


@dataclass(frozen=True)
class Rater:
    """Somebody who reads.

    Attributes:
        name: As the sheet will call the rater.
        role: main reads all studies, and a share again; second reads another share; adjudicator none blind.
    """

    name: str
    role: Role = "main"


@dataclass(frozen=True)
class Share:
    """What a rater reads blind, each in the rater's own order.

    Attributes:
        first: Studies that are read once.
        again: Studies of these that are read a second time.
    """

    first: tuple[str, ...]
    again: tuple[str, ...] = ()

    @cached_property
    def all(self) -> tuple[Work, ...]:
        """Every reading, due or not: first ones, then second ones."""
        return (*(blind(study, 1) for study in self.first), *(blind(study, 2) for study in self.again))

    @cached_property
    def works(self) -> frozenset[Work]:
        """The same without order."""
        return frozenset(self.all)


def share(settings: Rating, studies: Collection[str], rater: Rater) -> Share:
    """Return what a rater reads blind.

    Args:
        settings: Shares and seed.
        studies: Words that stand for the studies.
        rater: Who reads.
    """
    again = _part(settings, studies, settings.reread, "again")
    if rater.role == "main":
        return Share(_own_order(settings, studies, rater, 1), _own_order(settings, again, rater, 2))
    if rater.role == "second":
        part = _part(settings, studies, settings.second_rater, "second", last=set(again))
        return Share(_own_order(settings, part, rater, 1))
    return Share(())


def _part(
    settings: Rating, studies: Collection[str], part: float, purpose: str, last: Collection[str] = ()
) -> list[str]:
    """Return a seeded part of the studies, one at least; those of `last` are taken when no others are left."""
    ordered = sorted(studies, key=lambda study: (study in last, digest("rating", settings.seed, purpose, study)))
    return ordered[: max(1, round(part * len(ordered)))] if part else []


def _own_order(settings: Rating, studies: Collection[str], rater: Rater, reading: int) -> tuple[str, ...]:
    key = ("rating", settings.seed, "order", rater.name, reading)
    return tuple(sorted(studies, key=lambda study: digest(*key, study)))


def remaining(settings: Rating, mine: Share, rater: Rater, finished: Finished, now: datetime) -> list[Work]:
    """Return what a rater has still to read blind and may read now, in order.

    Args:
        settings: Days and seed.
        mine: What the rater reads.
        rater: Who reads.
        finished: When each finished reading of the rater was last changed.
        now: Time, with its zone.
    """
    left = [work for work in mine.all if work not in finished]
    first = [work for work in left if work.reading == 1]
    due = [work for work in left if work.reading == 2 and is_due(settings, work.study, finished, now)]
    return list(_mixed(settings, rater, first, due, sum(work.blind for work in finished)))


def _mixed(settings: Rating, rater: Rater, first: Sequence[Work], due: Sequence[Work], done: int) -> Iterator[Work]:
    """Mix re-readings evenly among first readings: the next is drawn from both in proportion to what is left."""
    queues = [list(reversed(first)), list(reversed(due))]
    while queues[0] and queues[1]:
        draw = _draw(settings.seed, rater.name, done)
        yield queues[draw * (len(queues[0]) + len(queues[1])) >= len(queues[0])].pop()
        done += 1
    yield from reversed(queues[0] or queues[1])


@lru_cache(1 << 16)
def _draw(seed: int, rater: str, done: int) -> float:
    return float(uniforms("rating", seed, "mix", rater, done)[0])


def is_due(settings: Rating, study: str, finished: Finished, now: datetime) -> bool:
    """Return whether the first reading of a study lies far enough back to read it again."""
    read = finished.get(blind(study, 1))
    return read is not None and now - read >= timedelta(days=settings.days)


def is_closed(settings: Rating, work: Work, finished: Finished, seen: Collection[str], now: datetime) -> bool:
    """Return whether a reading may no longer be changed or looked at.

    A finished blind one closes when its re-reading could be due, whether there is one or not, so that nobody learns
    which studies are read again; and as soon as the rater has seen other grades of the study.

    Args:
        settings: Days.
        work: A reading of the rater.
        finished: When each finished reading of the rater was last changed.
        seen: Studies of which the rater has seen other grades.
        now: Time, with its zone.
    """
    if not work.blind:
        return False
    if work.study in seen:
        return True
    return work in finished and now - finished[work] >= timedelta(days=settings.days)


def unread(mine: Share, finished: Finished) -> set[str]:
    """Return the studies of which a rater has a blind reading left, due or not: no other grade of them may be shown."""
    return {work.study for work in mine.all if work not in finished}
