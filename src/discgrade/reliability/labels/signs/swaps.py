"""Grades of two neighbouring discs that were exchanged."""

from itertools import pairwise
from math import nan

import numpy as np
import pandas as pd

from discgrade.grades import LEVELS
from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.reliability.labels.signs.judging import Sign, judged, permuted_within
from discgrade.reliability.scores.confusion import Floats

_GAIN = 0.5
"""By how many squared grades a pair should fit better exchanged."""
_BELOW = dict(pairwise(LEVELS))


def swapped(labelled: Labelled, residual: Floats, fitted: Floats, seed: int) -> Sign:
    """Judge how many neighbouring discs of a patient fit better with their grades exchanged.

    The gain of exchanging the grades g of two discs with fitted grades f is -2 (g1 - g2) (f1 - f2) squared grades. In
    the null, residuals are permuted among the discs of a level, which parts the two of an exchanged pair.
    """
    first, second = neighbours(labelled.discs)
    size = len(first), len(set(labelled.discs["patient"].to_numpy()[first]))
    if not len(first):
        return Sign("swapped", nan, nan, *size, reason="No patient has two neighbouring discs.")
    shuffled = permuted_within(residual, codes(labelled.discs["level"]), "swapped", seed)
    found = exchanged(fitted + residual, fitted, first, second)
    null = exchanged(fitted + shuffled, fitted, first, second)
    return judged("swapped", float(found), null, size, shown=float(found - null.mean()))


def neighbours(discs: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return the numbers of the upper and the lower disc of every pair of neighbouring levels."""
    places = {
        (patient, level): number
        for number, (patient, level) in enumerate(zip(discs["patient"], discs["level"], strict=True))
    }
    pairs = [
        (number, places[patient, below])
        for (patient, level), number in places.items()
        if (below := _BELOW.get(level)) and (patient, below) in places
    ]
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def exchanged(grades: Floats, fitted: Floats, first: Integers, second: Integers) -> Floats:
    """Return the share of pairs that fit better exchanged, of shape (...), for grades (..., N)."""
    gain = -2 * (grades[..., first] - grades[..., second]) * (fitted[first] - fitted[second])
    return np.asarray((gain >= _GAIN).mean(-1))
