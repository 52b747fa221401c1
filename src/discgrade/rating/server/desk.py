"""What the server knows while it runs: the studies, who reads what, and how far everybody is."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby

from discgrade import __version__
from discgrade.imaging.locating.stack import Located
from discgrade.rating import disputes, queue
from discgrade.rating.disputes import Dispute
from discgrade.rating.ledger.actions import Action
from discgrade.rating.ledger.reading import Mark, Reading, blank, fold, graded_discs, single
from discgrade.rating.ledger.store import Store
from discgrade.rating.ledger.work import MODES, Mode, Work, blind, item_name
from discgrade.rating.queue import Rater, Share
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.proposals import Proposals
from discgrade.settings.groups.rating import Rating

Clock = Callable[[], datetime]

_LATEST = 256


class UnknownError(LookupError):
    """There is no such item, or the rater may not see it."""


@dataclass(frozen=True)
class Summary:
    """How far a piece of work is.

    Attributes:
        begun: Whether anything was done.
        finished: When it was last changed, if it is finished.
        grades: Grade of each level.
    """

    begun: bool
    finished: datetime | None
    grades: Mapping[str, float]


@dataclass
class Desk:
    """All of a rating study in memory; whoever reads or changes it holds the lock.

    Attributes:
        store: The readings database, which has the last word.
        settings: Who reads what.
        studies: Studies of the folder by their words.
        raters: Raters by their names.
        clock: Returns the time, with its zone.
        pseudo: Discs of the model's table that are to be reviewed.
        version: Version of the software, as each action keeps it.
        proposals: What a locator proposes; None: boxes are proposed from the typical spine alone.
        lock: Guards everything.
    """

    store: Store
    settings: Rating
    studies: Mapping[str, Study]
    raters: Mapping[str, Rater]
    clock: Clock
    pseudo: Sequence[Dispute] = ()
    version: str = __version__
    proposals: Proposals | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    summaries: dict[str, dict[Work, Summary]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    _names: dict[tuple[str, Work], str] = field(default_factory=dict)
    _works: dict[tuple[str, str], Work] = field(default_factory=dict)
    _latest: dict[tuple[str, Work], Reading] = field(default_factory=dict)
    _blind_changes: int = 0
    _ordered: dict[Mode, tuple[tuple[int, int], list[Dispute]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.secret = self.store.secret
        self.shares = {name: queue.share(self.settings, self.studies, rater) for name, rater in self.raters.items()}
        for (rater, work), actions in groupby(self.store.all(), key=lambda action: (action.rater, action.work)):
            self.note(rater, work, list(actions))
        for name, mine in self.shares.items():
            for work in mine.all:
                self.name(name, work)

    def note(self, rater: str, work: Work, actions: Sequence[Action]) -> Reading:
        """Take in all that a rater did on a piece of work; returns what it comes to."""
        reading = fold(self.start(work), actions)
        self._latest[rater, work] = reading
        if len(self._latest) > _LATEST:
            self._latest.pop(next(iter(self._latest)))
        finished = datetime.fromisoformat(reading.changed_at) if reading.done and reading.changed_at else None
        grades = {disc.level: disc.grade for disc in graded_discs(reading) if disc.grade is not None}
        self._blind_changes += work.blind
        mine = self.summaries.setdefault(rater, {})
        mine[work] = Summary(bool(reading.changed_at), finished, grades)
        if any(action.kind == "shown" for action in actions):
            self.seen.setdefault(rater, set()).add(work.study)
        return reading

    def start(self, work: Work) -> Reading:
        """Return a piece of work on which nothing is done yet."""
        return blank(self.settings.levels) if work.blind else single(work.level)

    def first_mark(self, work: Work) -> Mark | None:
        """Return the box of a disc that the first rater drew who has one, the main one before others."""
        for name in sorted(self.raters, key=lambda name: self.raters[name].role):
            reading = fold(blank(self.settings.levels), self.store.of_work(name, blind(work.study, 1)))
            for disc in reading.discs:
                if disc.level == work.level and disc.mark is not None:
                    return disc.mark
        return None

    def reading(self, rater: str, work: Work) -> Reading:
        """Return what a rater has made of a piece of work."""
        if (rater, work) not in self._latest:
            return fold(self.start(work), self.store.of_work(rater, work))
        return self._latest[rater, work]

    def finished(self, rater: str) -> dict[Work, datetime]:
        """Return when each finished piece of a rater's work was last changed."""
        return {work: one.finished for work, one in self.summaries.get(rater, {}).items() if one.finished is not None}

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self.clock().astimezone(UTC)

    def listed(self, rater: str, mode: Mode) -> tuple[list[Work], list[Work]]:
        """Return what is done and what is left of a mode, each in order; for a rater, now."""
        if mode == "blind":
            return self._blind(rater)
        works = [Work(mode, one.study, 0, one.level) for one in self.disputes(rater, mode)]
        finished = self.finished(rater)
        return [work for work in works if work in finished], [work for work in works if work not in finished]

    def _blind(self, rater: str) -> tuple[list[Work], list[Work]]:
        finished, seen = self.finished(rater), self.seen.get(rater, set())
        mine = self.shares[rater]
        done = sorted((work for work in finished if work in mine.works), key=lambda work: (finished[work], work))
        left = queue.remaining(self.settings, mine, self.raters[rater], finished, self.now())
        return done, [work for work in left if work.study not in seen]

    def is_closed(self, rater: str, work: Work) -> bool:
        """Return whether a reading may no longer be changed or looked at."""
        seen = self.seen.get(rater, set())
        return queue.is_closed(self.settings, work, self.finished(rater), seen, self.now())

    def disputes(self, rater: str, mode: Mode) -> list[Dispute]:
        """Return the discs that a rater may look at again, the largest difference first.

        None of a study of which a blind reading is left; a review may begin with studies that were not begun blind.
        """
        if self.raters[rater].role == "second":
            return []
        hidden = self.unread(rater)
        if mode == "review":
            hidden &= {work.study for work, one in self.summaries.get(rater, {}).items() if work.blind and one.begun}
        return [one for one in self._disputes(mode) if one.study in self.studies and one.study not in hidden]

    def unread(self, rater: str) -> set[str]:
        """Return the studies of which a rater has a blind reading left, due or not."""
        return queue.unread(self.shares[rater], self.finished(rater)) - self.seen.get(rater, set())

    def _disputes(self, mode: Mode) -> list[Dispute]:
        """Return all disputes of a mode in order, worked out again when blind readings or the table change."""
        state = self._blind_changes, id(self.pseudo)
        if mode not in self._ordered or self._ordered[mode][0] != state:
            grades = {name: self._first_grades(name) for name in self.summaries}
            differing = disputes.between_raters(grades, self.settings.adjudicate_from)
            found = self.pseudo if mode == "review" else differing
            self._ordered[mode] = state, disputes.in_order(found, self.settings.seed)
        return self._ordered[mode][1]

    def _first_grades(self, rater: str) -> dict[tuple[str, str], float]:
        return {
            (work.study, level): grade
            for work, one in self.summaries.get(rater, {}).items()
            if work.blind and work.reading == 1 and one.finished is not None
            for level, grade in one.grades.items()
        }

    def located(self, study: str) -> Located | None:
        """Return what a locator found in a study; None if there is no locator."""
        return None if self.proposals is None else self.proposals.of(self.studies[study])

    def dispute(self, rater: str, work: Work) -> Dispute | None:
        """Return what a piece of work that is not blind is about; None if the rater may not see it."""
        return next((one for one in self.disputes(rater, work.mode) if one.disc == (work.study, work.level)), None)

    def name(self, rater: str, work: Work) -> str:
        """Return the word by which a rater's page knows a piece of work."""
        key = rater, work
        if key not in self._names:
            self._names[key] = item_name(self.secret, rater, work)
            self._works[rater, self._names[key]] = work
        return self._names[key]

    def work(self, rater: str, item: str) -> Work:
        """Return the piece of work that a word stands for.

        Raises:
            UnknownError: if it is none that the rater may see now.
        """
        if (rater, item) not in self._works:
            self._name_disputes(rater)
        work = self._works.get((rater, item))
        if work is None or not self.offers(rater, work):
            raise UnknownError
        return work

    def _name_disputes(self, rater: str) -> None:
        for mode in MODES:
            if mode != "blind":
                for work in chain(*self.listed(rater, mode)):
                    self.name(rater, work)

    def offers(self, rater: str, work: Work) -> bool:
        """Return whether a rater may see a piece of work now: a re-reading in its time, a dispute when all is read.

        None of a study that is no longer in the folder.
        """
        if work.study not in self.studies:
            return False
        if not work.blind:
            return self.dispute(rater, work) is not None
        finished = self.finished(rater)
        if work in finished:
            return True
        if work.study in self.seen.get(rater, set()):
            return False
        return work.reading == 1 or queue.is_due(self.settings, work.study, finished, self.now())
