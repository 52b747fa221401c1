"""Whether an action fits what is read, and what is kept of it: boxes and slices as they are stored."""

from collections.abc import Iterator
from typing import Any

from discgrade.imaging.box import Box
from discgrade.rating.ledger import actions, levels
from discgrade.rating.ledger.actions import ONE_DISC, InvalidError, Payload
from discgrade.rating.ledger.reading import Reading
from discgrade.rating.ledger.work import Work
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.desk import Desk

_FAR = 1e5


def fitting(desk: Desk, rater: str, work: Work, kind: str, sent: Payload) -> dict[str, Any]:
    """Return what is kept of an action that fits the state of what is read.

    Args:
        desk: The server's knowledge, locked.
        rater: Who acts.
        work: On what.
        kind: What is done.
        sent: The request; a box lies on the slice as shown.

    Raises:
        InvalidError: if it does not fit.
    """
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
