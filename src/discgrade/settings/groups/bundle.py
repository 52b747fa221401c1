"""What a study ends in to be carried away (`bundle`), and whose networks go into it."""

from dataclasses import dataclass
from typing import Literal

Members = Literal["folds", "holdout"]


@dataclass(frozen=True)
class Bundle:
    """What goes into the bundle, and what its card says (`bundle`).

    Attributes:
        variant: The variant; None: that of `grid.default`.
        members: "folds": its networks of all folds, whose outputs are averaged; "holdout": that of the hold-out split;
            None: of the folds where `grid.folds` names the variant, else of the hold-out split.
        views: How many views of a new disc its networks average, the disc as read first; None: as many as the protocol
            scores.
        headers: Whether the scans' headers tell the truth; if not, it says nothing of scanners, people and mm.
        intended_use: What it is for, in words.
        citation: How to cite it, in words.
        limits: What it is not good for, one sentence each, next to what the study itself tells.
    """

    variant: str | None
    members: Members | None
    views: int | None
    headers: bool
    intended_use: str
    citation: str | None
    limits: tuple[str, ...]
