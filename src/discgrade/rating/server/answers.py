"""What the page is told, as `routes` describes it: no identifier, path, date or age of a scan, no earlier grade."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from discgrade import __version__
from discgrade.grades import grades_of
from discgrade.imaging.box import Box
from discgrade.imaging.stacks import Stack
from discgrade.imaging.upright import letters
from discgrade.rating.ledger import levels
from discgrade.rating.ledger.actions import ASIDE, REASONS
from discgrade.rating.ledger.reading import Disc, Mark, Reading, Refusal
from discgrade.rating.ledger.work import MODES, Mode, Work
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.acting import Done
from discgrade.rating.server.desk import Desk
from discgrade.rating.server.ghosts import ghosts

Answer = dict[str, Any]


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
    return {
        "mode": mode,
        "done": len(done),
        "total": len(done) + len(left),
        "items": [_listed(desk, rater, work, number) for number, work in enumerate(chain(done, left), 1)],
        "resume": _resume(desk, rater, mode, left),
    }


def _listed(desk: Desk, rater: str, work: Work, number: int) -> Answer:
    summary = desk.summaries.get(rater, {}).get(work)
    state = "open" if summary is None or not summary.begun else "done" if summary.finished else "begun"
    unread = not work.blind and work.study in desk.unread(rater)
    dispute = None if work.blind or unread else desk.dispute(rater, work)
    return {
        "item": desk.name(rater, work),
        "number": number,
        "state": state,
        "closed": desk.is_closed(rater, work),
        "unread": unread,
        "level": work.level or None,
        "difference": None if dispute is None else round(dispute.difference, 2),
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
    series = _open_slice(study, reading)[0]
    dispute = None if work.blind else desk.dispute(rater, work)
    return {
        "item": desk.name(rater, work),
        "mode": work.mode,
        "number": place + 1,
        "total": len(works),
        "next": _next(desk, rater, work, left),
        "previous": desk.name(rater, works[place - 1]) if place else None,
        "problems": [{"problem": problem, "text": text} for problem, text in study.problems(series)],
        "series": [_series(study, number) for number in range(len(study.stacks))],
        "reading": reading_answer(study, reading),
        "shown": None if dispute is None else dict(dispute.shown),
    }


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
        "reading": reading_answer(desk.studies[done.work.study], done.reading),
        "done": len(finished),
        "total": len(finished) + len(left),
        "next": _next(desk, rater, done.work, left),
    }


def _series(study: Study, number: int) -> Answer:
    stack, first = study.stacks[number], study.stacks[number].first
    rows, columns = stack.turn.shape(first.rows, first.columns)
    row_spacing, column_spacing = stack.turn.shape(first.row_spacing, first.column_spacing)
    return {
        "series": number,
        "name": _series_name(stack),
        "description": study.descriptions[number],
        "reason": study.choice.reasons[number],
        "chosen": number == study.choice.number,
        "slices": len(stack.slices),
        "middle": stack.middle,
        "rows": rows,
        "columns": columns,
        "row_spacing": row_spacing,
        "column_spacing": column_spacing,
        "letters": asdict(letters(first.orientation, stack.turn)),
        "presets": list(_presets(stack)),
    }


def _series_name(stack: Stack) -> str:
    weighting, count = stack.weighting, len(stack.slices)
    parts = [
        (stack.plane or "unknown direction").capitalize(),
        f"TE {weighting.echo_time:.4g} ms" if weighting.echo_time else "",
        f"TR {weighting.repetition_time:.4g} ms" if weighting.repetition_time else "",
        f"{count} slice{'s' * (count > 1)}",
    ]
    return ", ".join(filter(None, parts))


def _presets(stack: Stack) -> Iterator[Answer]:
    window = stack.slices[stack.middle].window
    if window is not None:
        yield {"name": "As scanned", "center": window[0], "width": window[1]}


def reading_answer(study: Study, reading: Reading) -> Answer:
    """Return what a rater has made of a piece of work, on slices as shown."""
    series, number = _open_slice(study, reading)
    proposed = _ghosts(study, reading, series)
    return {
        "series": series,
        "slice": number,
        "lumbar": reading.lumbar,
        "aside": _refusal(reading.aside, ASIDE),
        "note": reading.note,
        "done": reading.done,
        "seconds": round(reading.seconds, 1),
        "discs": [
            _disc(study, place, disc, ghost)
            for place, (disc, ghost) in enumerate(zip(reading.discs, proposed, strict=True))
        ],
    }


def _open_slice(study: Study, reading: Reading) -> tuple[int | None, int | None]:
    """Return series and slice that are open: as the rater left them, or the chosen series and its middle."""
    if reading.slice is not None and reading.slice in study.places:
        return study.places[reading.slice]
    if study.choice.number is None:
        return None, None
    return study.choice.number, study.stacks[study.choice.number].middle


def _ghosts(study: Study, reading: Reading, series: int | None) -> list[Box | None]:
    """Propose boxes on the series that is open, from those that are drawn on it."""
    if series is None or any(disc.place < 0 for disc in reading.discs):
        return [None] * len(reading.discs)
    stack, first = study.stacks[series], study.stacks[series].first
    return ghosts(
        [_box_on(study, disc.mark, series) for disc in reading.discs],
        [disc.place for disc in reading.discs],
        stack.turn.shape(first.rows, first.columns),
        stack.turn.shape(first.row_spacing, first.column_spacing),
    )


def _box_on(study: Study, mark: Mark | None, series: int) -> Box | None:
    """Return a box as shown, if it lies on a series."""
    place = None if mark is None else study.places.get((mark.instance, mark.frame))
    return None if mark is None or place is None or place[0] != series else _shown(study, mark, *place)


def _shown(study: Study, mark: Mark, series: int, number: int) -> Box:
    stack = study.stacks[series]
    return stack.turn.box(mark.box, stack.slices[number].rows, stack.slices[number].columns)


def _disc(study: Study, number: int, disc: Disc, ghost: Box | None) -> Answer:
    place = None if disc.mark is None else study.places.get((disc.mark.instance, disc.mark.frame))
    box = None
    if disc.mark is not None and place is not None:
        box = {"series": place[0], "slice": place[1], **_numbers(_shown(study, disc.mark, *place))}
    return {
        "disc": number,
        "level": disc.level,
        "box": box,
        "grade": disc.grade,
        "ungradable": _refusal(disc.refusal, REASONS),
        "note": disc.note,
        "done": disc.done,
        "seconds": round(disc.seconds, 1),
        "ghost": None if ghost is None else _numbers(ghost),
    }


def _numbers(box: Box) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(box).items()}


def _refusal(refusal: Refusal | None, reasons: dict[str, str]) -> Answer | None:
    return None if refusal is None else {"reason": refusal.reason, "text": refusal.text or reasons[refusal.reason]}
