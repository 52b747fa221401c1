"""What of a grade that was read the models that had not learned the disc do not explain."""

import numpy as np

from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.reliability.scores.confusion import Floats

_STRONG = 0.2
"""Least correlation of what is expected of a disc and of its patient's others for these to be the instrument."""


def residuals(labelled: Labelled) -> tuple[Floats, Floats]:
    """Return residual and fitted grade of each disc, (N,) both.

    Fitted is a + b e, e the grade that the models expect and a one constant for each level and cohort. Both grades and
    e err about the truth, so least squares would leave some of the truth in the residual, and with it all that the
    discs of a patient have in common. b is therefore that of instrumental variables: cov(g, z) / cov(e, z), z being
    what the models expect of the patient's other discs, which no error of this disc's reading or network moves.
    Where z tells too little of e, b is that of least squares.
    """
    discs = labelled.discs
    grades, expected = (discs[name].to_numpy(float) for name in ("grade", "expected"))
    design = np.column_stack([_indicators(codes(discs[name])) for name in ("level", "cohort")])
    others = _of_others(expected, labelled.owner)
    sides = np.column_stack([grades, expected, others])
    grade, own, other = (sides - design @ np.linalg.lstsq(design, sides, rcond=None)[0]).T
    strength = own @ other / max(np.sqrt((own @ own) * (other @ other)), 1e-12)
    instrument = other if strength > _STRONG else own
    variance = own @ instrument
    residual = grade - (grade @ instrument / variance if variance > 0 else 0.0) * own
    return residual, grades - residual


def _indicators(numbers: Integers) -> Floats:
    """Return which of the numbers each disc has, (N, K)."""
    return np.asarray((numbers[:, None] == np.arange(numbers.max(initial=0) + 1)).astype(float))


def _of_others(values: Floats, owner: Integers) -> Floats:
    """Return the mean over the other discs of a disc's patient, (N,); over all discs where there are none."""
    counts, sums = np.bincount(owner)[owner], np.bincount(owner, values)[owner]
    return np.asarray(np.where(counts > 1, (sums - values) / np.maximum(counts - 1, 1), values.mean()))
