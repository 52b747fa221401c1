"""What the page is told of series and readings: boxes as they lie on slices as shown."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from discgrade.imaging.box import Box
from discgrade.imaging.locating.stack import Located
from discgrade.imaging.stacks import Stack
from discgrade.imaging.upright import letters
from discgrade.rating.ledger.actions import ASIDE, REASONS
from discgrade.rating.ledger.reading import Disc, Mark, Reading, Refusal
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.ghosts import ghosts
from discgrade.rating.server.proposals import proposed

Answer = dict[str, Any]


def series_answer(study: Study, number: int, located: Located | None = None) -> Answer:
    """Return what the page is told of a series.

    Args:
        study: The study.
        number: Number of the series.
        located: What a locator found on the chosen one.
    """
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
        "middle": _middle(study, number, located),
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


def _middle(study: Study, number: int, located: Located | None) -> int:
    """Return the middle slice of a series: of the chosen one the mid-sagittal one, if a locator told it."""
    if number == study.choice.number and located is not None and located.middle.slice is not None:
        return located.middle.slice
    return study.stacks[number].middle


def reading_answer(study: Study, reading: Reading, located: Located | None = None) -> Answer:
    """Return what a rater has made of a piece of work, on slices as shown; arguments as those of `series_answer`."""
    series, number = open_slice(study, reading, located)
    offered = _ghosts(study, reading, series, located)
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
            for place, (disc, ghost) in enumerate(zip(reading.discs, offered, strict=True))
        ],
    }


def open_slice(study: Study, reading: Reading, located: Located | None = None) -> tuple[int | None, int | None]:
    """Return series and slice that are open: as the rater left them, or the chosen series and its middle."""
    if reading.slice is not None and reading.slice in study.places:
        return study.places[reading.slice]
    if study.choice.number is None:
        return None, None
    return study.choice.number, _middle(study, study.choice.number, located)


def _ghosts(study: Study, reading: Reading, series: int | None, located: Located | None) -> list[Box | None]:
    """Propose boxes on the series that is open: those that a locator found, else from those that are drawn on it."""
    if series is None or any(disc.place < 0 for disc in reading.discs):
        return [None] * len(reading.discs)
    stack, first = study.stacks[series], study.stacks[series].first
    boxes = [_box_on(study, disc.mark, series) for disc in reading.discs]
    found = {}
    if located is not None and series == study.choice.number:
        drawn = {disc.level: box for disc, box in zip(reading.discs, boxes, strict=True) if box is not None}
        found = proposed(located, [disc.level for disc in reading.discs], drawn)
    known = [box or found.get(disc.level) for disc, box in zip(reading.discs, boxes, strict=True)]
    typical = ghosts(
        known,
        [disc.place for disc in reading.discs],
        stack.turn.shape(first.rows, first.columns),
        stack.turn.shape(first.row_spacing, first.column_spacing),
    )
    return [found.get(disc.level, ghost) for disc, ghost in zip(reading.discs, typical, strict=True)]


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
