"""A shift that the discs of a patient share."""

from math import nan

import numpy as np

from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.reliability.labels.signs.judging import Sign, bounded, judged, permuted_within
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals


def shared(labelled: Labelled, residual: Floats, settings: Intervals) -> Sign:
    """Judge the intraclass correlation of the residuals, these permuted among the discs of a level."""
    owner = labelled.owner
    size = len(residual), len(set(owner))
    if size[0] == size[1]:
        return Sign("shared", nan, nan, *size, reason="No patient has two discs.")
    shuffled = permuted_within(residual, codes(labelled.discs["level"]), "shared", settings.seed)
    found = judged("shared", float(intraclass(residual, owner)), intraclass(shuffled, owner), size)
    return bounded(found, lambda weights: intraclass(residual, owner, weights), settings)


def intraclass(residual: Floats, owner: Integers, weights: Floats | None = None) -> Floats:
    """Return the intraclass correlation of residuals: their covariance within patients over their variance.

    Every pair of a patient's discs counts alike (Fisher 1925).

    Args:
        residual: (..., N).
        owner: Number of each disc's patient, (N,).
        weights: Of the patients, (..., P); 1 by default.

    Returns:
        Shape (...), from -1 to 1.
    """
    counts = np.bincount(owner).astype(float)
    member = (owner[:, None] == np.arange(len(counts))).astype(float)
    sums, squares = residual @ member, residual**2 @ member
    weights = np.ones_like(counts) if weights is None else weights
    mean = (sums * weights).sum(-1) / (counts * weights).sum(-1)
    mean = np.asarray(mean)[..., None]
    variance = ((squares - 2 * mean * sums + mean**2 * counts) * weights).sum(-1) / (counts * weights).sum(-1)
    pairs = counts * (counts - 1)
    products = sums**2 - squares - 2 * mean * sums * (counts - 1) + mean**2 * pairs
    return np.asarray((products * weights).sum(-1) / (pairs * weights).sum(-1) / variance)
