"""What the page is told, as `routes` describes it: no identifier, path, date or age of a scan, no earlier grade."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from discgrade import __version__
from discgrade.grades import grades_of
from discgrade.rating.ledger import levels
from discgrade.rating.ledger.actions import ASIDE, REASONS
from discgrade.rating.ledger.work import MODES, Mode, Work
from discgrade.rating.server.acting import Done
from discgrade.rating.server.desk import Desk
from discgrade.rating.server.reading_answers import Answer, open_slice, reading_answer, series_answer


def start(desk: Desk, rater: str) -> Answer:
    """Return what the page needs to know at the start."""
    return {
        "version": __version__,
        "rater": rater,
        "scale": desk.settings.scale,
        "grades": grades_of(desk.settings.scale).tolist(),
        "levels": {str(count): levels.names(count) for count in levels.LUMBAR},
        "more_levels": levels.ABOVE,
        "any_level": levels.ANY_LEVEL,
        "reasons": [{"reason": reason, "text": text} for reason, text in REASONS.items()],
        "aside": [{"reason": reason, "text": text} for reason, text in ASIDE.items()],
        "modes": list(_modes(desk, rater)),
    }


def _modes(desk: Desk, rater: str) -> Iterator[Answer]:
    for mode in MODES:
        done, left = desk.listed(rater, mode)
        if done or left:
            yield {"mode": mode, "done": len(done), "total": len(done) + len(left)}


def worklist(desk: Desk, rater: str, mode: Mode) -> Answer:
    """Return a rater's work in a mode, in order, and where to go on."""
    done, left = desk.listed(rater, mode)
    unread = set() if mode == "blind" else desk.unread(rater)
    differences = {} if mode == "blind" else {one.disc: one.difference for one in desk.disputes(rater, mode)}
    return {
        "mode": mode,
        "done": len(done),
        "total": len(done) + len(left),
        "items": [
            _listed(desk, rater, work, number) | _not_blind(work, unread, differences)
            for number, work in enumerate(chain(done, left), 1)
        ],
        "resume": _resume(desk, rater, mode, left),
    }


def _listed(desk: Desk, rater: str, work: Work, number: int) -> Answer:
    summary = desk.summaries.get(rater, {}).get(work)
    state = "open" if summary is None or not summary.begun else "done" if summary.finished else "begun"
    return {
        "item": desk.name(rater, work),
        "number": number,
        "state": state,
        "closed": desk.is_closed(rater, work),
    }


def _not_blind(work: Work, unread: Collection[str], differences: Mapping[tuple[str, str], float]) -> Answer:
    """Return what is told of a disc that is looked at again, and of a study that is read blind alike."""
    difference = None if work.study in unread else differences.get((work.study, work.level))
    return {
        "unread": work.study in unread,
        "level": work.level or None,
        "difference": None if difference is None else round(difference, 2),
    }


def _resume(desk: Desk, rater: str, mode: Mode, left: Sequence[Work]) -> Answer | None:
    """Return the disc that was open last, or else the first one that is not done."""
    if not left:
        return None
    last = next(desk.store.latest(rater, mode, ("open",), standing=False), None)
    if last is not None and last.work in left:
        return {"item": desk.name(rater, last.work), "disc": last.payload.get("disc") or 0}
    discs = desk.reading(rater, left[0]).discs
    return {
        "item": desk.name(rater, left[0]),
        "disc": next((number for number, disc in enumerate(discs) if not disc.done), 0),
    }


def item(desk: Desk, rater: str, work: Work) -> Answer:
    """Return all of a piece of work."""
    done, left = desk.listed(rater, work.mode)
    works = [*done, *left]
    place = works.index(work)
    study, reading = desk.studies[work.study], desk.reading(rater, work)
    located = desk.located(work.study)
    series = open_slice(study, reading, located)[0]
    dispute = None if work.blind else desk.dispute(rater, work)
    return {
        "item": desk.name(rater, work),
        "mode": work.mode,
        "number": place + 1,
        "total": len(works),
        "next": _next(desk, rater, work, left),
        "previous": desk.name(rater, works[place - 1]) if place else None,
        "problems": [{"problem": problem, "text": text} for problem, text in study.problems(series)],
        "series": [series_answer(study, number, located) for number in range(len(study.stacks))],
        "reading": reading_answer(study, reading, located),
        "shown": None if dispute is None else dict(dispute.shown),
    }


def following(desk: Desk, rater: str, work: Work, count: int) -> list[Work]:
    """Return the pieces of work that a rater may open next."""
    left = desk.listed(rater, work.mode)[1]
    return left[left.index(work) + 1 :][:count] if work in left else left[:count]


def _next(desk: Desk, rater: str, work: Work, left: Sequence[Work]) -> str | None:
    """Return the next piece of work that is left, after this one; None if there is none."""
    after = left[left.index(work) + 1 :] if work in left else left
    following = [*after, *(one for one in left if one != work)]
    return desk.name(rater, following[0]) if following else None


def done_answer(desk: Desk, rater: str, done: Done) -> Answer:
    """Return what the page is told once an action is kept."""
    finished, left = desk.listed(rater, done.work.mode)
    return {
        "seq": done.seq,
        "item": desk.name(rater, done.work),
        "kind": done.kind,
        "disc": done.disc,
        "reading": reading_answer(desk.studies[done.work.study], done.reading, desk.located(done.work.study)),
        "done": len(finished),
        "total": len(finished) + len(left),
        "next": _next(desk, rater, done.work, left),
    }
