"""What a locator found on a slice."""

from dataclasses import dataclass

from discgrade.imaging.box import Box

UNSURE_LEVEL = "level unsure: the discs may all be one level higher or lower"
"""Flag of a slice whose levels can be counted another way: six lumbar vertebrae, a lumbarised or sacralised segment."""
CUT_OFF = "cut off: the lowest disc found is not the lowest of the spine, or that one is not shown"
"""Flag of a slice on which the lowest of the locator's levels is missing."""
MISSING_BETWEEN = "a level between two others was not found"
"""Flag of a slice on which a level between two others is missing."""
EDGE = "at the edge: the box reaches over the slice's border"
"""Flag of a disc whose box lies partly outside the slice."""


@dataclass(frozen=True)
class FoundDisc:
    """A disc that a locator proposes.

    Attributes:
        level: For example L4/L5.
        box: Region of interest in pixels of the upright slice.
        probability: That a disc of this level is there, from 0 to 1.
        flags: What to look at, in words.
    """

    level: str
    box: Box
    probability: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """All that a locator says of one slice.

    Attributes:
        discs: The discs whose probability reaches the locator's threshold, from the sacrum up.
        score: How sure it is that the slice shows a lumbar spine, from 0 to 1; comparable between slices of a stack.
        flags: What to look at, in words.
        reason: Why there is no disc; None where there is one.
        strength: Mean over the levels of their largest logits: larger for a slice than for the same one turned.
    """

    discs: tuple[FoundDisc, ...]
    score: float
    flags: tuple[str, ...] = ()
    reason: str | None = None
    strength: float = 0.0
