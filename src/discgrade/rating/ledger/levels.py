"""Names of discs, counted from below: with five lumbar vertebrae, and with one more or fewer."""

from itertools import pairwise

LUMBAR = (4, 5, 6)
"""Numbers of lumbar vertebrae that people have."""

ABOVE = ("T12/L1", "T11/T12", "T10/T11", "T9/T10", "T8/T9")
"""Discs above L1/L2, from below."""


def names(lumbar: int) -> tuple[str, ...]:
    """Return the names of the discs from the sacrum up to L1/L2, for a number of lumbar vertebrae."""
    vertebrae = ["S1", *(f"L{number}" for number in range(lumbar, 0, -1))]
    return tuple(f"{upper}/{lower}" for lower, upper in pairwise(vertebrae))


def name(lumbar: int, place: int) -> str:
    """Return the name of a disc, counted from 0 at the sacrum."""
    return (*names(lumbar), *ABOVE)[place]


MOST_DISCS = 4 + len(ABOVE)
"""Places that have a name whatever the number of lumbar vertebrae."""

ANY_LEVEL = (*reversed(ABOVE), *reversed(names(5)), "L4/S1", "L5/L6", "L6/S1", "S1/S2")
"""Every name that a disc may have."""
