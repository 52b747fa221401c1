"""All signs of noise in readings.

All look at residuals: the grade that was read, minus what the models that had not learned the disc make of it. A sign
is what the order or the grouping of the residuals tells; how large they are says as much of the model as of the rater.
"""

from discgrade.reliability.labels.labelled import Labelled
from discgrade.reliability.labels.signs.days import careless, drift
from discgrade.reliability.labels.signs.judging import Sign
from discgrade.reliability.labels.signs.residuals import residuals
from discgrade.reliability.labels.signs.shifts import shared
from discgrade.reliability.labels.signs.swaps import swapped
from discgrade.settings.model import Intervals


def signs(labelled: Labelled, settings: Intervals) -> list[Sign]:
    """Return every sign.

    Args:
        labelled: Discs whose labels are judged.
        settings: How intervals are drawn, patients weighed; their seed is that of the permutations too.
    """
    residual, fitted = residuals(labelled)
    return [
        shared(labelled, residual, settings),
        drift(labelled, residual, settings),
        careless(labelled, residual, settings.seed),
        swapped(labelled, residual, fitted, settings.seed),
    ]
