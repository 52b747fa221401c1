"""Taking in what raters do: checked against what they read, kept, and only then acknowledged."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from typing import Any

from discgrade.rating.ledger import actions
from discgrade.rating.ledger.actions import UNDOABLE, Action, InvalidError, Payload
from discgrade.rating.ledger.reading import Mark, Reading
from discgrade.rating.ledger.work import MODES, Mode, Work
from discgrade.rating.server.desk import Desk, UnknownError
from discgrade.rating.server.fitting import fitting

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
        payload = fitting(desk, rater, work, kind, sent)
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


def keep_left(desk: Desk, rater: str, window: int, left: Sequence[Payload]) -> None:
    """Keep, in order, what a window that is being closed had not seen acknowledged.

    What is refused is passed over: nobody is there to be told.

    Args:
        desk: The server's knowledge, locked.
        rater: Who acted.
        window: Number of the window.
        left: Requests for `act`, `undo` and `redo`, which `to` tells apart.

    Raises:
        database.DiscFullError: if something could not be kept.
    """
    back = {"undo": undo, "redo": redo}
    for sent in left:
        step, mode = back.get(str(sent.get("to"))), next((one for one in MODES if one == sent.get("mode")), None)
        with suppress(InvalidError, ClosedError, UnknownError, NothingToUndoError):
            if step is None:
                act(desk, rater, window, sent)
            elif mode is not None:
                step(desk, rater, window, str(sent.get("id")), mode)


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
