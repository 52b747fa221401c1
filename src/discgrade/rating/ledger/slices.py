"""Which slice is open after all that a rater did: leafing is not undone, choosing a series is."""

from collections.abc import Iterable

from discgrade.rating.ledger.actions import Action

Place = tuple[str, int]
"""Image and frame."""


def open_slice(start: Place | None, actions: Iterable[Action]) -> Place | None:
    """Return the slice that a rater left open.

    A series that is taken back leads to where the rater was before; done again, to its middle.

    Args:
        start: What is open at first.
        actions: In the order in which they were kept.
    """
    now = start
    before: dict[int, Place | None] = {}
    after: dict[int, Place] = {}
    for action in actions:
        if (place := _place(action)) is not None:
            before[action.seq], after[action.seq] = now, place
            now = place
        elif action.target in before and action.kind == "undo":
            now = before[action.target]
        elif action.target in after and action.kind == "redo":
            now = after[action.target]
    return now


def _place(action: Action) -> Place | None:
    """Return the slice that an action opens: one with other grades in view opens that of the box which is shown."""
    opens = action.kind in ("series", "slice") or (action.kind == "shown" and action.payload["box"] is not None)
    return (action.payload["instance"], action.payload["frame"]) if opens else None
