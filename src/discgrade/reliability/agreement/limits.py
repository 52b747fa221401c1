"""How far grades and their sums lie apart: bias and limits of agreement (Bland and Altman, Lancet 1986;1:307-310).

Intervals are those of a Bayesian bootstrap of patients, so that discs of one patient are not taken for independent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.reliability.agreement.samples import Integers, Samples
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals

METRICS = ("bias", "sd", "limit_lower", "limit_upper", "lin_ccc")
_Z = 1.959963984540054
"""Standard deviations that 95 % of a normal distribution lie within."""


@dataclass(frozen=True)
class Measured:
    """Pairs of measurements.

    Attributes:
        reference: (n,).
        predicted: (n,).
        patient: Place of each pair's patient, (n,).
    """

    reference: Floats
    predicted: Floats
    patient: Integers


def discs_measured(samples: Samples) -> Measured:
    """Return the grades of each sample."""
    return Measured(samples.reference, samples.predicted, samples.patient[samples.disc])


def sums_measured(samples: Samples) -> tuple[Measured, int] | str:
    """Return the sum of a patient's grades, of those with the most frequent number of discs, and that number.

    A reason in its place where patients have one disc each.
    """
    patient = samples.patient
    counts = np.bincount(patient)
    number = int(np.bincount(counts).argmax())
    if number < 2:
        return "Most patients have one scored disc: there is nothing to sum up."
    owner = patient[samples.disc]
    kept = counts[owner] == number
    _, place = np.unique(owner[kept] * (samples.copy.max() + 1) + samples.copy[kept], return_inverse=True)
    _, first = np.unique(place, return_index=True)
    sums = [np.bincount(place, side[kept]).astype(np.float64) for side in (samples.reference, samples.predicted)]
    return Measured(sums[0], sums[1], np.unique(owner[kept][first], return_inverse=True)[1]), number


def limits(measured: Measured) -> dict[str, float]:
    """Return bias, standard deviation, limits of agreement and Lin's concordance of pairs."""
    return {
        name: float(value[0])
        for name, value in _from_moments(_moments(measured)[None].sum(1), len(measured.reference)).items()
    }


def limits_draws(measured: Measured, settings: Intervals) -> dict[str, Floats]:
    """Draw each of `limits`, patients weighed: (draws,) by metric."""
    rows = _moments(measured)
    patients = int(measured.patient.max()) + 1
    table = np.column_stack([np.bincount(measured.patient, column, patients) for column in rows.T])
    with one_thread():
        sums = np.concatenate(
            [weights @ table for weights in unit_weights(patients, None, settings.draws, settings.seed)]
        )
    return _from_moments(sums, len(rows))


def _moments(measured: Measured) -> NDArray[np.float64]:
    """Return 1, x, y, x^2, y^2 and x y of each pair, (n, 6); x the reference, y the prediction, both centred."""
    middle = float(np.mean([measured.reference.mean(), measured.predicted.mean()]))
    x, y = measured.reference - middle, measured.predicted - middle
    return np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])


def _from_moments(sums: Floats, n: int) -> dict[str, Floats]:
    """Work `limits` out of weighted sums of moments (draws, 6) of n pairs; the SD is that of a sample."""
    mean = sums[:, 1:] / sums[:, :1]
    x, y, xx, yy, xy = mean.T
    bias = y - x
    spread = np.maximum(yy - 2 * xy + xx - bias**2, 0.0) * (n / (n - 1) if n > 1 else np.nan)
    sd = np.sqrt(spread)
    both = (xx - x**2) + (yy - y**2) + bias**2
    ccc = np.divide(2 * (xy - x * y), both, out=np.full(len(x), np.nan), where=both > 0)
    return {"bias": bias, "sd": sd, "limit_lower": bias - _Z * sd, "limit_upper": bias + _Z * sd, "lin_ccc": ccc}
