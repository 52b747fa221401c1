"""The discs of a stack: found on each slice, read on the mid-sagittal one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.below import FURTHER, further_disc
from discgrade.imaging.locating.found import Found, FoundDisc
from discgrade.imaging.locating.input import Spacing
from discgrade.imaging.locating.middle import Middle, mid_sagittal
from discgrade.imaging.locating.refusal import STRONGER, TURNS

Grey = NDArray[np.float32]
Find = Callable[[Sequence[Grey], Spacing], Sequence[Found]]
"""Finds the discs on upright slices of one spacing."""


@dataclass(frozen=True)
class Located:
    """The discs of a stack.

    Attributes:
        discs: From head to feet: the number of the slice, from 0, and the disc; none where `middle.slice` is None.
        middle: Which slice was chosen, and why; or why there is none.
        flags: What speaks against their levels or places, one sentence each.
    """

    discs: tuple[tuple[int, FoundDisc], ...]
    middle: Middle
    flags: tuple[str, ...] = ()


def locate(stack: Sequence[Grey], spacing: Spacing, find: Find) -> Located:
    """Find the discs of a stack.

    A disc is read on the chosen slice; where the spine bends out of that one, on the slice that shows the disc's
    middle, if it was found there.

    Args:
        stack: Its slices in their order across the patient, upright, of one shape.
        spacing: Row and column spacing in mm as shown; None where unknown.
        find: The locator.
    """
    found = find(stack, spacing)
    middle = mid_sagittal(stack, found)
    looked = len(stack) // 2 if middle.slice is None else middle.slice
    turned = _lies_otherwise(stack[looked], spacing, found[looked], find)
    if turned:
        middle = Middle(None, f"it seems to lie {turned}: turned, the locator sees a spine in it more strongly")
    if middle.slice is None:
        return Located((), middle)
    chosen = found[middle.slice]
    discs = tuple(_on_its_slice(disc, middle, found) for disc in reversed(chosen.discs))
    further = (FURTHER,) if further_disc(stack[middle.slice], spacing, chosen.discs) else ()
    return Located(discs, middle, (*chosen.flags, *further))


def _lies_otherwise(pixels: Grey, spacing: Spacing, found: Found, find: Find) -> str:
    """Return which other way up the locator sees a slice more strongly; empty if it does in none."""
    turned = find([np.ascontiguousarray(pixels[turn]) for turn in TURNS.values()], spacing)
    strengths = {name: one.strength for name, one in zip(TURNS, turned, strict=True) if one.discs}
    best = max(strengths, key=strengths.__getitem__, default="")
    return best if best and (not found.discs or strengths[best] > found.strength + STRONGER) else ""


def _on_its_slice(disc: FoundDisc, middle: Middle, found: Sequence[Found]) -> tuple[int, FoundDisc]:
    """Return the slice that a disc is read on, and the disc as it was found there."""
    assert middle.slice is not None
    number = middle.of(disc.level)
    if number is None or number == middle.slice:
        return middle.slice, disc
    there = next((one for one in found[number].discs if one.level == disc.level), None)
    if there is None:
        return middle.slice, disc
    return number, there
