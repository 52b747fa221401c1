"""From a locator's output to named boxes, each with a probability, or to the reason why there is none."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box
from discgrade.imaging.locating.chain import Chain, compatibility, solve
from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.locating.found import CUT_OFF, EDGE, MISSING_BETWEEN, UNSURE_LEVEL, Found, FoundDisc
from discgrade.imaging.locating.input import Placement

NEAR = 2
"""Cells around a peak that belong to it, and within which there is no other."""
PEAK = 0.02
"""Smallest probability of a cell that is a candidate."""
MOST = 16
"""Most candidates of a slice."""
SHIFTED = 0.1
"""Probability of another count of the levels from which on it is told; less where it keeps discs from being told."""
MAYBE, LOWER_MM, LOWER = 0.003, 10.0, 10.0
"""Levels are counted from the sacrum up: each peak that may be the lowest level, of at least this probability, and lies
this much below another, makes that one so many times less probable as the lowest level. Networks that had not seen 244
patients took the disc above it for the lowest one nine times, the disc below it never."""
_QUARTER = 4
"""Boxes are told as shares of this part of the side."""

Array = NDArray[np.float64]


class _Candidates(NamedTuple):
    """Peaks of a locator's output: (K,) cells, and (K, 4) boxes on the input as centre and size."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    boxes: Array


def find_discs(output: NDArray[np.float32], placement: Placement, facts: LocatorFacts) -> Found:
    """Name the discs that a locator sees on one slice.

    Args:
        output: One of the N parts of the network's `maps`, shape (cells, cells, L + 4).
        placement: Where the network's input lay on the slice.
        facts: What goes with the locator.

    Returns:
        The discs from the sacrum up, in pixels of the upright slice. None is forced: a level that is not seen is left
        out, and where the levels can be counted another way, this is flagged.
    """
    chances, nowhere = probabilities(output, len(facts.levels))
    peaks = _peaks(chances, output, facts)
    if not len(peaks.rows):
        return Found((), 0.0, reason="no disc is seen")
    chain = _chain(chances, nowhere, peaks, facts)
    score = float(np.mean([_probability(chain, level) for level in range(len(facts.levels))]))
    discs = tuple(_discs(chain, peaks, placement, facts))
    flags = tuple(_flags(chain, discs, facts))
    if discs:
        return Found(discs, score, flags)
    likeliest = max(_probability(chain, level) for level in range(len(facts.levels)))
    return Found((), score, flags, f"no disc is probable enough: the likeliest one's probability is {likeliest:.2f}")


def probabilities(output: NDArray[np.float32], levels: int) -> tuple[Array, Array]:
    """Return the probability of each cell, (L, C, C), and of "nowhere", (L,), of each level; together they make 1."""
    logits = np.moveaxis(output[..., :levels], -1, 0).reshape(levels, -1).astype(np.float64)
    top = np.maximum(logits.max(axis=1, keepdims=True), 0)
    weights, none = np.exp(logits - top), np.exp(-top)
    total = weights.sum(axis=1, keepdims=True) + none
    return (weights / total).reshape(levels, *output.shape[:2]), (none / total)[:, 0]


def _peaks(chances: Array, output: NDArray[np.float32], facts: LocatorFacts) -> _Candidates:
    """Return the cells in which some level's probability is a maximum, the highest first, none near a higher one."""
    shape = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    highest = chances.max(axis=0)
    maximal = (chances == [cv2.dilate(level, shape) for level in chances]).any(axis=0) & (highest >= PEAK)
    cells = sorted(np.argwhere(maximal).tolist(), key=lambda cell: -highest[tuple(cell)])
    kept: list[list[int]] = []
    for row, column in cells:
        if all(max(abs(row - other), abs(column - beside)) > NEAR for other, beside in kept):
            kept.append([row, column])
    rows, columns = np.array(kept[:MOST], np.int64).reshape(-1, 2).T
    boxes = [_box(chances.sum(axis=0), output, row, column, facts) for row, column in kept[:MOST]]
    return _Candidates(rows, columns, np.array(boxes).reshape(-1, 4))


def _box(chance: Array, output: NDArray[np.float32], row: int, column: int, facts: LocatorFacts) -> Array:
    """Return centre and size of a peak's box on the input: the mean over the cells around it, by their probability."""
    part = tuple(slice(max(one - 1, 0), min(one + 2, facts.cells)) for one in (row, column))
    weight = chance[part] / chance[part].sum()
    down, right = np.mgrid[part]
    stride = facts.side / facts.cells
    along, below, wide, high = np.moveaxis(output[part][..., -4:].astype(np.float64), -1, 0)
    x, y = (right + 0.5 + along) * stride, (down + 0.5 + below) * stride
    size = facts.side / _QUARTER
    width, height = size * np.exp(np.clip(wide, -3, 3)), size * np.exp(np.clip(high, -3, 3))
    return np.array([float((weight * values).sum()) for values in (x, y, width, height)])


def _chain(chances: Array, nowhere: Array, peaks: _Candidates, facts: LocatorFacts) -> Chain:
    """Weigh all ways to give the peaks to the levels; one that leaves a lower disc out weighs less."""
    around = np.ones((2 * NEAR + 1, 2 * NEAR + 1))
    masses = [cv2.filter2D(level, -1, around, borderType=cv2.BORDER_CONSTANT) for level in chances]
    present = np.array(masses, np.float64)[:, peaks.rows, peaks.columns]
    x, y = facts.spacing_mm * peaks.boxes[:, :2].T
    below = (present[0] >= MAYBE).astype(np.float64) @ (y[:, None] > y + LOWER_MM)
    present[0] /= LOWER**below
    return solve(present, nowhere + 1e-6, compatibility(x, y, facts.expected))


def _probability(chain: Chain, level: int) -> float:
    """Return the probability of a level's disc in the most probable chain; 0 where it is absent."""
    return float(chain.marginals[level, chain.best[level]]) if chain.best[level] >= 0 else 0.0


def _discs(chain: Chain, peaks: _Candidates, placement: Placement, facts: LocatorFacts) -> list[FoundDisc]:
    discs = []
    for number, level in enumerate(facts.levels):
        probability = _probability(chain, number)
        if chain.best[number] < 0 or probability < facts.threshold:
            continue
        x, y, width, height = map(float, peaks.boxes[chain.best[number]])
        box = placement.to_slice(Box(x - width / 2, y - height / 2, width, height))
        outside = box.x < 0 or box.y < 0 or box.x + box.width > placement.columns or box.y + box.height > placement.rows
        discs.append(FoundDisc(level, box, probability, (EDGE,) if outside else ()))
    return discs


def _flags(chain: Chain, discs: tuple[FoundDisc, ...], facts: LocatorFacts) -> list[str]:
    """Return what speaks against the levels as they were counted."""
    found = [facts.levels.index(disc.level) for disc in discs]
    flags = [UNSURE_LEVEL] if _shifted(chain) >= min(SHIFTED, 1 - facts.threshold) else []
    flags += [CUT_OFF] if found and found[0] > 0 else []
    return flags + ([MISSING_BETWEEN] if found and len(found) <= found[-1] - found[0] else [])


def _shifted(chain: Chain) -> float:
    """Return the largest probability of a level on the candidate of the level above or below it."""
    best = chain.best
    pairs = [(level, other) for level in range(len(best)) for other in (level - 1, level + 1) if 0 <= other < len(best)]
    return max((float(chain.marginals[level, best[other]]) for level, other in pairs if best[other] >= 0), default=0.0)
