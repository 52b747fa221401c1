"""What a rater has made of a piece of work: the sum of the actions that were not taken back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from discgrade.imaging.box import Box
from discgrade.rating.ledger import levels
from discgrade.rating.ledger.actions import Action, Payload
from discgrade.rating.ledger.slices import open_slice


@dataclass(frozen=True)
class Mark:
    """A box, in pixels of the stored slice.

    Attributes:
        instance: SOP Instance UID of the slice's image.
        frame: Frame, from 1.
        box: Region of interest.
    """

    instance: str
    frame: int
    box: Box


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be graded or read: a reason's key, and words."""

    reason: str
    text: str = ""


@dataclass(frozen=True)
class Disc:
    """What a rater has made of a disc.

    Attributes:
        place: Its place above the sacrum, from 0; -1 where a disc stands alone.
        level: Its name.
        mark: Its box.
        grade: Its grade.
        refusal: Why it cannot be graded.
        note: Private.
        seconds: Time spent on it.
        read_at: When it was graded or refused; ISO 8601, empty before.
    """

    place: int
    level: str
    mark: Mark | None = None
    grade: float | None = None
    refusal: Refusal | None = None
    note: str = ""
    seconds: float = 0.0
    read_at: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return self.refusal is not None or (self.grade is not None and self.mark is not None)


@dataclass(frozen=True)
class Reading:
    """What a rater has made of a study, or of one disc.

    Attributes:
        discs: From below.
        lumbar: Number of lumbar vertebrae.
        slice: Image and frame that are open; None: none was chosen yet.
        aside: Why the study cannot be read.
        note: Private.
        seconds: Time spent on all of it.
        changed_at: When anything but notes and slice was last changed, ISO 8601; empty if never.
    """

    discs: tuple[Disc, ...]
    lumbar: int = 5
    slice: tuple[str, int] | None = None
    aside: Refusal | None = None
    note: str = ""
    seconds: float = 0.0
    changed_at: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return self.aside is not None or (bool(self.discs) and all(disc.done for disc in self.discs))


def blank(wanted: Sequence[str]) -> Reading:
    """Return a reading of some levels of a spine with five lumbar vertebrae on which nothing is done yet."""
    places = sorted(levels.names(5).index(level) for level in wanted)
    return Reading(tuple(Disc(place, levels.name(5, place)) for place in places))


def single(level: str) -> Reading:
    """Return a reading of one disc on which nothing is done yet."""
    return Reading((Disc(-1, level),))


def graded_discs(reading: Reading) -> list[Disc]:
    """Return the discs that have a grade and a box; none of a study that was set aside."""
    return [] if reading.aside else [disc for disc in reading.discs if disc.done and disc.grade is not None]


def fold(start: Reading, actions: Iterable[Action]) -> Reading:
    """Return what becomes of a reading by actions, in the order in which they were kept.

    Time counts even where the action that brought it was taken back.
    """
    ordered = list(actions)
    back = undone(ordered)
    reading = start
    for action in ordered:
        if action.kind in _STEPS and action.seq not in back:
            reading = _changed(_STEPS[action.kind](reading, action), action)
        reading = _timed(reading, action)
    return replace(reading, slice=open_slice(start.slice, ordered))


def undone(actions: Iterable[Action]) -> set[int]:
    """Return the numbers of the actions that are taken back."""
    back: set[int] = set()
    for action in actions:
        if action.target is not None:
            (back.add if action.kind == "undo" else back.discard)(action.target)
    return back


def changes_reading(action: Action) -> bool:
    """Tell whether an action changes what is read: notes, looks and the open slice do not."""
    return action.kind in _STEPS and action.kind not in ("note", "shown")


def _changed(reading: Reading, action: Action) -> Reading:
    return replace(reading, changed_at=action.at) if changes_reading(action) else reading


def _timed(reading: Reading, action: Action) -> Reading:
    if not action.seconds:
        return reading
    timed = replace(reading, seconds=reading.seconds + action.seconds)
    number = action.payload.get("disc")
    if number is None or number >= len(reading.discs):
        return timed
    return _with_disc(timed, number, seconds=reading.discs[number].seconds + action.seconds)


def _with_disc(reading: Reading, number: int, **changes: Any) -> Reading:  # noqa: ANN401 - fields of Disc
    """Change one disc; what was said of a disc that is gone since is left out."""
    if number >= len(reading.discs):
        return reading
    discs = list(reading.discs)
    discs[number] = replace(discs[number], **changes)
    return replace(reading, discs=tuple(discs))


def _box(reading: Reading, action: Action) -> Reading:
    return _with_disc(reading, action.payload["disc"], mark=mark_of(action.payload))


def mark_of(payload: Payload) -> Mark | None:
    """Return the box that an action holds; None where it takes one away."""
    if payload["box"] is None:
        return None
    return Mark(payload["instance"], payload["frame"], Box(*payload["box"]))


def _shown(reading: Reading, action: Action) -> Reading:
    """Take over the box that was shown together with other grades."""
    mark = mark_of(action.payload)
    return reading if mark is None else _with_disc(reading, 0, mark=mark)


def _grade(reading: Reading, action: Action) -> Reading:
    changes = {"grade": action.payload["grade"], "refusal": None, "read_at": action.at}
    return _with_disc(reading, action.payload["disc"], **changes)


def _ungradable(reading: Reading, action: Action) -> Reading:
    changes = {"grade": None, "refusal": _refusal(action), "read_at": action.at}
    return _with_disc(reading, action.payload["disc"], **changes)


def _refusal(action: Action) -> Refusal:
    return Refusal(action.payload["reason"], action.payload["text"])


def _clear(reading: Reading, action: Action) -> Reading:
    if action.payload["disc"] is None:
        return replace(reading, aside=None)
    return _with_disc(reading, action.payload["disc"], grade=None, refusal=None, read_at="")


def _level(reading: Reading, action: Action) -> Reading:
    return _with_disc(reading, action.payload["disc"], level=action.payload["level"])


def _lumbar(reading: Reading, action: Action) -> Reading:
    """Name all discs anew from below; a sixth vertebra brings a disc, a missing one takes an empty one away."""
    count = action.payload["count"]
    discs = list(reading.discs)
    if discs[-1].place == reading.lumbar - 1:
        discs += [Disc(place, "") for place in range(reading.lumbar, count)]
    while len(discs) > 1 and discs[-1].place >= count and _is_empty(discs[-1]):
        discs.pop()
    named = tuple(replace(disc, level=levels.name(count, disc.place)) for disc in discs)
    return replace(reading, discs=named, lumbar=count)


def _is_empty(disc: Disc) -> bool:
    return disc.mark is None and disc.grade is None and disc.refusal is None


def _add(reading: Reading, action: Action) -> Reading:
    place = reading.discs[-1].place + 1
    return replace(reading, discs=(*reading.discs, Disc(place, levels.name(reading.lumbar, place))))


def _remove(reading: Reading, action: Action) -> Reading:
    return replace(reading, discs=reading.discs[:1] + reading.discs[1:-1])


def _note(reading: Reading, action: Action) -> Reading:
    number, text = action.payload["disc"], action.payload["text"]
    return replace(reading, note=text) if number is None else _with_disc(reading, number, note=text)


def _aside(reading: Reading, action: Action) -> Reading:
    return replace(reading, aside=_refusal(action))


_STEPS: dict[str, Callable[[Reading, Action], Reading]] = {
    "box": _box,
    "grade": _grade,
    "ungradable": _ungradable,
    "clear": _clear,
    "level": _level,
    "lumbar": _lumbar,
    "add": _add,
    "remove": _remove,
    "note": _note,
    "aside": _aside,
    "shown": _shown,
}
