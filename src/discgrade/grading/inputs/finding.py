"""The discs of a study where nobody drew them: found on each slice of its series, read on the mid-sagittal one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discgrade.grading.discs import Flag
from discgrade.grading.inputs.cutting import Cut, Desk, OutError
from discgrade.grading.inputs.regions import theirs
from discgrade.imaging.frames import Frame
from discgrade.imaging.locating.found import FoundDisc
from discgrade.imaging.locating.middle import Middle
from discgrade.imaging.locating.stack import Located, locate
from discgrade.imaging.stacks import Stack
from discgrade.reliability.localisation.threshold import SURE

MOST_SLICES = 256
"""Slices of a series beyond which it is no stack through a back."""


@dataclass(frozen=True)
class Finding:
    """What a locator finds in a study.

    Attributes:
        series: Number of the stack that was read; None if none shows a lumbar spine.
        slice: Which slice of it was read, and why.
        cuts: The discs, from head to feet.
        left_out: What was left out, one sentence each.
        reasons: Why the stacks that were looked at show no spine, by their numbers.
    """

    series: int | None
    slice: str = ""
    cuts: tuple[Cut, ...] = ()
    left_out: tuple[str, ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()


def find(desk: Desk, image: tuple[str, int] | None = None) -> Finding:
    """Find the discs of a study: on the chosen series, and if that shows no spine, on the others that fit.

    Args:
        desk: The study.
        image: SOP Instance UID and frame of the one slice to look at; None: all of them.
    """
    reasons: list[tuple[int, str]] = []
    left_out: list[str] = []
    for number in sorted(desk.read.allowed, key=lambda one: (one != desk.read.chosen, one)):
        stack = _only(desk.stacks[number], image)
        if not stack.slices:
            continue
        located, frames = _located(desk, stack, left_out)
        if located.discs:
            cuts = tuple(_cuts(desk, stack, located, frames, left_out))
            return Finding(number, located.middle.reason, cuts, tuple(left_out), tuple(reasons))
        reasons.append((number, located.middle.reason))
    return Finding(None, left_out=tuple(left_out), reasons=tuple(reasons))


def _only(stack: Stack, image: tuple[str, int] | None) -> Stack:
    return stack if image is None else Stack(tuple(one for one in stack.slices if (one.instance, one.frame) == image))


def _located(desk: Desk, stack: Stack, left_out: list[str]) -> tuple[Located, list[Frame]]:
    """Return what is found on a stack, and the slices that were looked at."""
    if len(stack.slices) > MOST_SLICES:
        reason = f"it has {len(stack.slices)} slices, and a locator looks through {MOST_SLICES} at most"
        return Located((), Middle(None, reason)), []
    frames, pixels = [], []
    out: Counter[str] = Counter()
    for one in stack.slices:
        try:
            pixels.append(_upright(desk, stack, one))
            frames.append(one)
        except OutError as error:
            out[str(error)] += 1
    left_out += (_left_out(stack, count, why) for why, count in out.items())
    if not pixels:
        return Located((), Middle(None, "none of its slices can be decoded")), []
    assert desk.grader.locator is not None
    spacing = stack.turn.shape(stack.first.row_spacing, stack.first.column_spacing)
    return locate(pixels, spacing, desk.grader.locator), frames


def _left_out(stack: Stack, count: int, why: str) -> str:
    if count == 1:
        return f"a slice of series {_name(stack)} is left out: {why}"
    return f"{count} slices of series {_name(stack)} are left out: {theirs(why)}"


def _upright(desk: Desk, stack: Stack, frame: Frame) -> NDArray[np.float32]:
    return np.ascontiguousarray(stack.turn.pixels(desk.shown(frame).pixels))


def _name(stack: Stack) -> str:
    return "?" if stack.first.series_number is None else str(stack.first.series_number)


def _cuts(desk: Desk, stack: Stack, located: Located, frames: list[Frame], left_out: list[str]) -> Iterator[Cut]:
    for number, disc in located.discs:
        frame = frames[number]
        box = stack.turn.back(disc.box, frame.rows, frame.columns)
        try:
            cut = desk.cut_at(stack, (frame.instance, frame.frame), disc.level, box, "found")
        except OutError as error:
            left_out.append(f"{disc.level}, as found, is left out: {error}")
            continue
        yield replace(cut, flags=tuple(_flags(number, disc, located)))


def _flags(number: int, disc: FoundDisc, located: Located) -> Iterator[Flag]:
    """Yield why somebody should look at where a disc was found."""
    if disc.probability < SURE:
        yield Flag("found", f"the locator is {disc.probability:.0%} sure of this disc and its level")
    for sentence in located.flags:
        yield Flag("found", sentence)
    for sentence in located.middle.flags:
        yield Flag("slice", sentence)
    if number != located.middle.slice:
        yield Flag("slice", f"read on slice {number + 1}, which shows its middle")
