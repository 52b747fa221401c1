"""How far a locator's probabilities hold, and from which of them on a box is proposed, or marked for review.

Nothing here is chosen by its score. A box is proposed where it is more probably right than wrong; it is marked where
the odds are below those at which a wrong box, which costs `COST` missed ones, pays. All that is learned is the lapse.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WITHIN_MM = 7.0
"""Distance of centres up to which a disc counts as found."""
COST = 10.0
"""How many discs that are not proposed a box of another disc is worth."""
PROPOSED = 0.5
"""Least probability of a box that is proposed."""
SURE = COST / (COST + 1)
"""Probability below which a proposed box is marked for review: below it p is less than COST * (1 - p)."""

_HALVINGS = 60


def lapse(probability: Floats, right: NDArray[np.bool_]) -> float:
    """Return the share of boxes that are wrong however sure the network is of them, by maximum likelihood.

    A box of the network's probability p is then right with (1 - lapse) * p. The logarithm of the likelihood of the
    factor k = 1 - lapse is concave; its derivative is R / k - sum over the wrong boxes of p / (1 - k p), R being the
    number of right ones. Networks that trained on few patients are wrong where they are surest of all, so that no
    steeper map from probabilities to shares is learned (Wichmann and Hill, Percept Psychophys 2001;63:1293).

    Args:
        probability: (N,) of boxes of patients that no training had seen, as the network and the order of levels give.
        right: (N,) whether each lies on the disc of its level.

    Returns:
        From 0 to 1; 0 where no box is wrong, 1 where none is right.
    """
    seen = probability > 0
    rights, wrong = int((right & seen).sum()), probability[seen & ~right].astype(np.float64)
    if not len(wrong):
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = rights / middle > float((wrong / np.maximum(1 - middle * wrong, 1e-300)).sum())
        low, high = (middle, high) if rising else (low, middle)
    return 1 - (low + high) / 2


def lapses_without(groups: NDArray[np.object_], probability: Floats, right: NDArray[np.bool_]) -> Floats:
    """Return, for each box, the lapse of the boxes of all other groups; of all boxes where there is one group.

    Args:
        groups: (N,) the training that found each box.
        probability: As `lapse` takes them.
        right: As `lapse` takes them.
    """
    found = np.full(len(groups), lapse(probability, right))
    for group in dict.fromkeys(groups):
        others = groups != group
        if others.any():
            found[~others] = lapse(probability[others], right[others])
    return found
