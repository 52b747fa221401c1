"""Coefficients of agreement in each group of discs, with credible intervals: the Bayesian bootstrap of patients."""

from dataclasses import dataclass

import numpy as np

from discgrade.reliability.agreement.coefficients import GRADES, METRICS, coefficients
from discgrade.reliability.agreement.samples import Samples
from discgrade.reliability.bootstrap.summaries import SAME, highest_density
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals

_CELLS = GRADES * GRADES


@dataclass(frozen=True)
class Spread:
    """A value and its bounds; NaN where there are none."""

    value: float
    lower: float
    upper: float
    inner_lower: float
    inner_upper: float


def spread_of(value: float, draws: Floats, settings: Intervals) -> Spread:
    """Return a value with the highest-density intervals of its draws (draws,), the narrower one if it is shown."""
    if not np.isfinite(value) or not np.isfinite(draws).all():
        return Spread(value, *[float("nan")] * 4)
    if np.ptp(draws) < SAME:
        return Spread(value, *[value] * 4)
    bounds = [*highest_density(draws[:, None], settings.probability)[0]]
    inner = highest_density(draws[:, None], settings.inner)[0] if settings.inner else (np.nan, np.nan)
    return Spread(value, *map(float, (*bounds, *inner)))


def group_spreads(samples: Samples, settings: Intervals) -> dict[str, Spread]:
    """Return every coefficient of a group, a mean over trainings, with its intervals."""
    patient = samples.patient
    patients = int(patient.max()) + 1
    training = samples.copy % samples.trainings
    values, draws = [], []
    for one in range(samples.trainings):
        own = training == one
        place = patient[samples.disc[own]] * _CELLS + samples.cells[own]
        counts = np.bincount(place, minlength=patients * _CELLS).reshape(patients, _CELLS).astype(np.float64)
        values.append(coefficients(counts.sum(0).reshape(GRADES, GRADES)))
        draws.append(_drawn(counts, settings))
    return {
        metric: spread_of(
            float(np.mean([value[metric] for value in values])),
            np.asarray(np.mean([drawn[metric] for drawn in draws], axis=0)),
            settings,
        )
        for metric in METRICS
    }


def _drawn(counts: Floats, settings: Intervals) -> dict[str, Floats]:
    """Draw the coefficients of samples by patient and cell (patients, 25)."""
    occupied = np.flatnonzero(counts.any(axis=0))
    parts = []
    with one_thread():
        for weights in unit_weights(len(counts), None, settings.draws, settings.seed):
            matrices = np.zeros((len(weights), _CELLS))
            matrices[:, occupied] = weights @ counts[:, occupied]
            parts.append(coefficients(matrices.reshape(-1, GRADES, GRADES)))
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in METRICS}
