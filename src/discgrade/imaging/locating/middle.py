"""Which slice of a stack is the mid-sagittal one: told by what the slices show, not by their numbers.

Three witnesses: how sure the locator is of the discs of each slice, how wide the canal's fluid is behind them, and how
much what lies to the left resembles what lies to the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.canal import canal_widths
from discgrade.imaging.locating.found import Found, FoundDisc
from discgrade.imaging.locating.symmetry import symmetry

Grey = NDArray[np.float32]
Floats = NDArray[np.float64]

_WIDE = 0.08  # of a box's width: a canal that is narrower nowhere is none
_NARROW = 0.7  # of the largest width: where no slice is narrower, it is no canal
_FAINT = 0.08  # of a correlation: a symmetry that is no clearer says nothing
_INDIFFERENT = 0.05  # of the surest: a locator whose slices differ by less says nothing
_WEIGHTS = {"locator": 1.0, "canal": 1.5, "symmetry": 0.2}
_BENT = 2.0
"""Slices between the middles of two discs from which on a spine is bent out of the slices."""
_HALF = 0.5
"""Share of a witness's range that a slice lacks, from which on it speaks against that slice."""


@dataclass(frozen=True)
class Middle:
    """The mid-sagittal slice of a stack.

    Attributes:
        slice: Its number, from 0; None if no slice shows a lumbar spine.
        reason: Why it is this one, or why there is none, one sentence.
        flags: What speaks for a look at the choice, one sentence each.
        levels: Where the middle of each found disc lies, as a number of slices from 0; between two where it lies so.
    """

    slice: int | None
    reason: str
    flags: tuple[str, ...] = ()
    levels: tuple[tuple[str, float], ...] = ()

    def of(self, level: str) -> int | None:
        """Return the slice that shows the middle of a disc: the chosen one unless the spine bends out of it there."""
        place = dict(self.levels).get(level)
        return self.slice if self.slice is None or place is None or abs(place - self.slice) < 1 else round(place)


def mid_sagittal(stack: Sequence[Grey], found: Sequence[Found]) -> Middle:
    """Choose the mid-sagittal slice of a stack.

    Args:
        stack: Its slices in their order across the patient, upright, of one shape (rows, columns).
        found: What the locator found on each.

    Raises:
        ValueError: if there are not as many findings as slices, or none.
    """
    if not stack or len(stack) != len(found):
        raise ValueError(f"found should hold one entry for each of the {len(stack)} slices. Received: {len(found)}")
    sure = np.array([_sureness(one) for one in found])
    if not sure.any():
        return Middle(None, _nothing(found))
    if len(stack) == 1:
        return Middle(0, "it is the only slice")
    discs = _reference(found, int(sure.argmax()))
    widths = canal_widths(stack, discs)
    told = {**_unequal(sure), **_told(widths), **_symmetric(stack, discs)}
    weighed = [_WEIGHTS[name] * _spread(name, one) * _scaled(one) for name, one in told.items()]
    votes = np.sum(weighed, axis=0) + np.zeros(len(stack))
    chosen = _shown(int(_smooth(votes).argmax()), votes, found)
    against = {name: _spread(name, one) * (1 - _scaled(one)[chosen]) for name, one in told.items()}
    doubted = {name: _centre(told[name]) for name, one in against.items() if name != "symmetry" and one > _HALF}
    levels = tuple((disc.level, _centre(one)) for disc, one in zip(discs, widths, strict=True) if _is_canal(one))
    return Middle(chosen, _why(chosen, len(stack), told), tuple(_flags(chosen, len(stack), doubted, levels)), levels)


def _sureness(one: Found) -> float:
    """Return how sure the locator is of a slice: of the slice, and of each of its discs; how strongly, where it tells.

    Probabilities are near 1 on half of the slices of a stack; what they are made of is not.
    """
    return one.score * sum(disc.probability for disc in one.discs) * max(one.strength, 0.1)


def _unequal(sure: Floats) -> dict[str, Floats]:
    """Return how sure the locator is of each slice, if it is surer of some than of others."""
    return {"locator": sure} if np.ptp(sure) > _INDIFFERENT * sure.max() else {}


def _nothing(found: Sequence[Found]) -> str:
    """Return the reason that most slices give."""
    reasons = [one.reason for one in found if one.reason]
    said = max(dict.fromkeys(reasons), key=reasons.count) if reasons else "no disc was found"
    return said if len(found) == 1 else f"no slice shows a lumbar spine: {said}"


def _reference(found: Sequence[Found], best: int) -> tuple[FoundDisc, ...]:
    """Return the discs of the slice that the locator is surest of, from head to feet."""
    return tuple(sorted(found[best].discs, key=lambda disc: disc.box.y + disc.box.height / 2))


def _told(widths: Floats) -> dict[str, Floats]:
    """Return how wide the canal is on each slice, each disc from 0 to 1, if there is a canal."""
    wide = [_scaled(one) for one in widths if _is_canal(one)]
    return {"canal": np.mean(wide, axis=0)} if wide else {}


def _is_canal(widths: Floats) -> bool:
    """Return whether what is bright behind a disc is a canal: it is wide somewhere, and not everywhere."""
    return bool(widths.max() > _WIDE and widths.min() < _NARROW * widths.max())


def _symmetric(stack: Sequence[Grey], discs: Sequence[FoundDisc]) -> dict[str, Floats]:
    """Return how symmetric the stack is about each slice, if it is clear about one."""
    about = symmetry(stack, [disc.box for disc in discs])
    return {"symmetry": about} if about.max() > _FAINT else {}


def _scaled(votes: Floats) -> Floats:
    """Return votes from 0 to 1."""
    low, high = votes.min(), votes.max()
    return np.asarray((votes - low) / (high - low) if high > low else np.full(len(votes), 0.5))


def _spread(name: str, votes: Floats) -> float:
    """Return by which share of the surest slice's a locator is surer of it than of the least sure one; 1 for others.

    One that knows middle slices alone is as sure of their neighbours: small differences are noise, and count little.
    """
    return float(np.ptp(votes) / votes.max()) if name == "locator" else 1.0


def _smooth(votes: Floats) -> Floats:
    padded = np.pad(votes, 1, mode="edge")
    return np.asarray((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4)


def _shown(chosen: int, votes: Floats, found: Sequence[Found]) -> int:
    """Return the nearest slice on which discs were found; of two as near the one with more votes."""
    with_discs = [number for number, one in enumerate(found) if one.discs]
    return min(with_discs, key=lambda number: (abs(number - chosen), -votes[number]))


def _centre(votes: Floats) -> float:
    """Return where the upper half of the votes has its middle."""
    upper = np.maximum(_scaled(votes) - 0.5, 0)
    return float((upper @ np.arange(len(votes))) / upper.sum()) if upper.any() else (len(votes) - 1) / 2


_WORDS = {
    "locator": "the locator is surest of its discs",
    "canal": "the canal is widest",
    "symmetry": "left and right of it are most alike",
}


def _why(chosen: int, count: int, told: dict[str, Floats]) -> str:
    """Return what speaks for a slice: what is best there, or next to it."""
    here = [_WORDS[name] for name, votes in told.items() if abs(_centre(votes) - chosen) <= 1 and np.ptp(votes) > 0]
    said = ", ".join(here) or "it is the best that all signs agree on"
    return f"slice {chosen + 1} of {count}: {said}"


def _flags(chosen: int, count: int, doubted: dict[str, float], levels: Sequence[tuple[str, float]]) -> list[str]:
    said = []
    if chosen in (0, count - 1):
        said.append(f"the middle lies at the edge of the stack, slice {chosen + 1} of {count}: it may lie outside")
    if doubted:
        other = "; ".join(f"by the {name} it is slice {place + 1:.0f}" for name, place in doubted.items())
        said.append(f"signs of the middle disagree: slice {chosen + 1} was taken, {other}")
    where = dict(levels)
    if where and max(where.values()) - min(where.values()) >= _BENT:
        ends = [max(where, key=where.__getitem__), min(where, key=where.__getitem__)]
        told = " and ".join(f"{level} on slice {where[level] + 1:.0f}" for level in ends)
        said.append(f"the spine bends out of the slices: the middle of {told}")
    return said
