"""What kappa a model would reach that knew the true grade of every disc, by simulation, if readings err as assumed."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from discgrade import keyed
from discgrade.reliability.labels.labelled import Integers
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.metrics import kappa

GRADES = 5
RATES = (0.05, 0.1, 0.2, 0.3)
"""Assumed shares of readings that are one grade off."""
STUDIES = 2000
"""Simulated studies."""


@dataclass(frozen=True)
class Ceiling:
    """Linear kappa of the truth against single readings.

    Attributes:
        rate: Assumed share of readings that are one grade off.
        together: Whether all discs of a patient are then off in the same direction.
        value: Mean over the simulated studies.
        kappas: Of each of them, ascending.
    """

    rate: float
    together: bool
    value: float
    kappas: Floats

    def interval(self, probability: float) -> tuple[float, float]:
        """Return the bounds between which kappa lies with a probability, over studies of this size."""
        tail = (1 - probability) / 2
        lower, upper = np.quantile(self.kappas, [tail, 1 - tail])
        return float(lower), float(upper)


def simulate(labels: Integers, owner: Integers, rate: float, together: bool, seed: int) -> Ceiling:
    """Simulate studies with the grades and patients of this one, whose readings err by one grade at a rate.

    The readings stand for the truth; up and down are as likely, and at the ends of the scale there is one way.

    Args:
        labels: Integral grades by rank, (N,).
        owner: Number of each disc's patient, (N,).
        rate: Share of readings that are one grade off.
        together: Whether a patient's discs err together.
        seed: Of the simulation.
    """
    generator = keyed.generator("label noise", "ceiling", seed, str(rate), int(together))
    units = owner.max() + 1 if together else len(labels)
    draws = generator.random((STUDIES, 2, units))
    if together:
        draws = draws[..., owner]
    step = np.where(draws[:, 1] < 0.5, -1, 1)
    step = np.where(labels == 0, 1, np.where(labels == GRADES - 1, -1, step))
    read = labels + np.where(draws[:, 0] < rate, step, 0)
    cells = (np.arange(STUDIES)[:, None] * GRADES + labels) * GRADES + read
    matrices = np.bincount(cells.ravel(), minlength=STUDIES * GRADES * GRADES).reshape(STUDIES, GRADES, GRADES)
    kappas = np.sort(kappa(matrices))
    return Ceiling(rate, together, float(kappas.mean()), kappas)


def rate_of(agreement: float) -> float:
    """Return at which rate two readings of a rater err that agree in a share of the discs.

    Both err independently by one grade, up or down: they agree where neither errs or both err alike, so that the
    agreement is (1 - e)^2 + e^2 / 2. Least agreement under this assumption: a third, at e = 2/3.

    Args:
        agreement: Share of the discs with the same grade in both readings.
    """
    return (1 - sqrt(max(0.0, 1 - 1.5 * (1 - agreement)))) / 1.5
