"""Taking in what raters do: checked against what they read, kept, and only then acknowledged."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any

from discgrade.imaging.box import Box
from discgrade.rating.ledger import actions, levels
from discgrade.rating.ledger.actions import ONE_DISC, UNDOABLE, Action, InvalidError, Payload
from discgrade.rating.ledger.reading import Mark, Reading
from discgrade.rating.ledger.work import Mode, Work
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.desk import Desk

_FAR = 1e5
_NOTHING = Work("blind", "", 0)


class ClosedError(RuntimeError):
    """A reading that may no longer be changed or looked at."""

    def __init__(self) -> None:
        super().__init__("This reading is finished and closed: it can no longer be changed")


class UnreadError(RuntimeError):
    """A disc with other grades in view, of a study that its rater has still to read blind."""

    def __init__(self) -> None:
        super().__init__(
            "You have not read this study blind yet. If you look at it here, it leaves your list of blind readings"
        )


class NothingToUndoError(LookupError):
    """There is no action that could be taken back, or done again."""


@dataclass(frozen=True)
class Done:
    """An action that is kept.

    Attributes:
        seq: Its number.
        work: What it belongs to.
        kind: What was done; what was taken back or done again, for undo and redo.
        disc: Which disc it concerned.
        reading: What the work comes to now.
    """

    seq: int
    work: Work
    kind: str
    disc: int | None
    reading: Reading


def act(desk: Desk, rater: str, window: int, sent: Payload) -> Done:
    """Keep an action of a rater, as the page sent it (`routes`).

    Args:
        desk: The server's knowledge, locked.
        rater: Who acts.
        window: Number of the window.
        sent: The request.

    Raises:
        InvalidError: if it does not fit what is read.
        ClosedError: if the reading may no longer change.
        desk.UnknownError: if there is no such item.
        database.DiscFullError: if it could not be kept.
    """
    word = actions.checked_id(sent.get("id"))
    work = desk.work(rater, str(sent.get("item")))
    kind, disc = str(sent.get("kind")), sent.get("disc")
    seq = desk.store.known(rater, word)
    if seq is None:
        if desk.is_closed(rater, work):
            raise ClosedError
        payload = _fitting(desk, rater, work, kind, sent)
        seconds = actions.checked_seconds(sent.get("seconds"))
        seq = _keep(desk, Action(0, "", rater, work, kind, payload, None, seconds, word, window))
    return Done(seq, work, kind, disc if isinstance(disc, int) else None, take_in(desk, rater, work))


def undo(desk: Desk, rater: str, window: int, word: str, mode: Mode) -> Done:
    """Take back a rater's last action that stands and may still change; the arguments are those of `act`.

    Raises:
        NothingToUndoError: if there is none.
    """
    return _back(desk, Action(0, "", rater, _NOTHING, "undo", id=word, window=window), _last(desk, rater, mode))


def redo(desk: Desk, rater: str, window: int, word: str, mode: Mode) -> Done:
    """Do again what was taken back last, unless something new was done since; the arguments are those of `act`.

    Raises:
        NothingToUndoError: if there is none.
    """
    return _back(desk, Action(0, "", rater, _NOTHING, "redo", id=word, window=window), _last_undone(desk, rater, mode))


def see(desk: Desk, rater: str, work: Work, knowingly: bool = False) -> None:
    """Note which grades of a disc a rater is shown: from now on the blind readings of its study are closed.

    Args:
        desk: The server's knowledge, locked.
        rater: Who looks.
        work: At what; nothing happens if it is blind.
        knowingly: Whether the rater was told that the study leaves the list of blind readings.

    Raises:
        UnreadError: if a blind reading of the study is left, and the rater was not told.
        database.DiscFullError: if it could not be kept; then the grades may not be shown.
    """
    word = f"shown-{desk.name(rater, work)}"
    dispute = None if work.blind else desk.dispute(rater, work)
    if dispute is None or desk.store.known(rater, word) is not None:
        return
    if work.study in desk.unread(rater) and not knowingly:
        raise UnreadError
    mark = dispute.mark or desk.first_mark(work)
    place = {"box": None} if mark is None else _place(mark)
    _keep(desk, Action(0, "", rater, work, "shown", {"grades": dispute.shown, **place}, id=word))
    take_in(desk, rater, work)


def _place(mark: Mark) -> dict[str, Any]:
    return {"instance": mark.instance, "frame": mark.frame, "box": list(astuple(mark.box))}


def take_in(desk: Desk, rater: str, work: Work) -> Reading:
    """Bring the server's knowledge of a piece of work up to what is kept; returns what it comes to."""
    return desk.note(rater, work, desk.store.of_work(rater, work))


def _keep(desk: Desk, action: Action) -> int:
    at = desk.now().isoformat(timespec="milliseconds")
    return desk.store.append(replace(action, at=at, version=desk.version))


def _back(desk: Desk, action: Action, target: Action | None) -> Done:
    """Keep an undo or redo of a target, or find the one that was kept under this word before."""
    before = desk.store.by_id(action.rater, actions.checked_id(action.id))
    if before is not None and before.target is not None:
        target, seq = desk.store.by_number(before.target), before.seq
    elif target is None:
        raise NothingToUndoError
    else:
        seq = _keep(desk, replace(action, work=target.work, target=target.seq))
    return Done(seq, target.work, target.kind, target.payload.get("disc"), take_in(desk, action.rater, target.work))


def _last(desk: Desk, rater: str, mode: Mode) -> Action | None:
    standing = desk.store.latest(rater, mode, UNDOABLE)
    return next((action for action in standing if _may_change(desk, rater, action.work)), None)


def _last_undone(desk: Desk, rater: str, mode: Mode) -> Action | None:
    """Return the action that was taken back last and not done again since, if nothing new was done since."""
    again = 0
    for action in desk.store.latest(rater, mode, (*UNDOABLE, "undo", "redo"), standing=False):
        if action.target is None:
            return None
        if action.kind == "redo":
            again += 1
        elif again:
            again -= 1
        else:
            target = desk.store.by_number(action.target)
            return target if _may_change(desk, rater, target.work) else None
    return None


def _may_change(desk: Desk, rater: str, work: Work) -> bool:
    return desk.offers(rater, work) and not desk.is_closed(rater, work)


def _fitting(desk: Desk, rater: str, work: Work, kind: str, sent: Payload) -> dict[str, Any]:
    """Return what is kept of an action that fits the state of what is read."""
    payload = actions.checked(kind, sent, desk.settings.scale)
    if not work.blind and kind not in ONE_DISC:
        raise InvalidError(f"{kind} has no meaning where there is one disc")
    reading = desk.reading(rater, work)
    for fault in _faults(reading, kind, payload):
        raise InvalidError(fault)
    study = desk.studies[work.study]
    if kind in ("series", "slice"):
        return payload | _image(study, sent, middle=kind == "series")
    if kind == "box":
        return payload | _box(study, sent)
    return payload


def _faults(reading: Reading, kind: str, payload: Payload) -> Iterator[str]:
    """Yield what of an action does not fit a reading."""
    disc, count = payload.get("disc"), len(reading.discs)
    if disc is not None and disc >= count:
        yield f"disc should be one of the {count} discs, from 0"
    if kind == "level" and payload["level"] in {one.level for place, one in enumerate(reading.discs) if place != disc}:
        yield "level should be the name of no other disc"
    if kind == "remove" and (disc != count - 1 or count == 1):
        yield "disc should be the topmost one, and not the last that is left"
    top = reading.discs[-1].place
    if kind == "add" and top + 1 >= levels.MOST_DISCS:
        yield "There is no name for a disc above this one"
    if kind == "add" and levels.name(reading.lumbar, top + 1) in {one.level for one in reading.discs}:
        yield "The disc above has its name already: rename the discs first"


def _image(study: Study, sent: Payload, middle: bool = False) -> dict[str, Any]:
    """Return image and frame of the slice that the page names, or of the middle one of the series."""
    if not study.stacks:
        raise InvalidError("series should be one of the study, which has none")
    stack = study.stacks[actions.whole(sent.get("series"), "series", len(study.stacks))]
    number = stack.middle if middle else actions.whole(sent.get("slice"), "slice", len(stack.slices))
    return {"instance": stack.slices[number].instance, "frame": stack.slices[number].frame}


def _box(study: Study, sent: Payload) -> dict[str, Any]:
    """Return a box as it lies on the stored slice; None where it is taken away."""
    if "box" in sent and sent["box"] is None:
        return {"box": None}
    image = _image(study, sent)
    series, number = study.places[image["instance"], image["frame"]]
    stack = study.stacks[series]
    shown = Box(*(actions.number(sent.get(name), name, -_FAR, _FAR) for name in ("x", "y", "width", "height")))
    rows, columns = stack.slices[number].rows, stack.slices[number].columns
    stored = stack.turn.back(shown, rows, columns)
    if min(shown.width, shown.height) < 1:
        raise InvalidError("A box should be at least one pixel wide and high")
    if stored.x >= columns or stored.y >= rows or stored.x + stored.width <= 0 or stored.y + stored.height <= 0:
        raise InvalidError("A box should lie on its slice, not wholly outside")
    if stored.width > columns or stored.height > rows:
        raise InvalidError("A box should not be larger than its slice")
    return image | {"box": [round(value, 4) for value in (stored.x, stored.y, stored.width, stored.height)]}
