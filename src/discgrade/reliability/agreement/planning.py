"""How many patients the next study needs for an interval of a given width.

Studies of N patients are simulated from this study's posterior: a Bayesian bootstrap says how often patients like each
of this study's may be met, and N of them are drawn. The width of a study's interval is 2 z times the root of the sum of
squared influences of its patients (`coefficients`): within some percent of the bootstrap's own, without a bootstrap.
The next study is taken to be like this one: its model, its grades, its discs a patient.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from discgrade.reliability.agreement.coefficients import GRADES, gradients
from discgrade.reliability.agreement.samples import Samples
from discgrade.reliability.scores.confusion import Floats

SIMULATED = 400
ASSURANCE = 0.8
"""Share of the simulated studies whose interval is narrow enough."""
SIZES = (20, 40, 80, 160, 320, 640, 1_280, 2_560)
WIDTHS = (0.2, 0.15, 0.1, 0.05)
METRICS = ("kappa_linear", "kappa_quadratic", "ac2", "accuracy")
FEWEST = 10
"""Fewest patients of a study that others are planned from."""
LARGEST = 100_000
"""Patients beyond which no number is given."""
_NOISE = 1e-4
"""Width that is none: the rounding of slopes."""


def patient_counts(samples: Samples) -> Floats:
    """Return how many samples of each patient lie in each cell, a mean over trainings, (patients, 25)."""
    patient = samples.patient
    cells = GRADES * GRADES
    place = patient[samples.disc] * cells + samples.cells
    counts = np.bincount(place, minlength=(int(patient.max()) + 1) * cells).reshape(-1, cells)
    return np.asarray(counts / samples.trainings)


def interval_widths(counts: Floats, patients: int, metric: str, probability: float, seed: int) -> Floats:
    """Return the width of the interval of each simulated study of so many patients, (SIMULATED,); NaN if undefined.

    Args:
        counts: Samples of each of this study's patients by cell, (P, 25).
        patients: Patients of the next study.
        metric: One of `coefficients.METRICS`.
        probability: That the interval holds.
        seed: Seed of the simulation.
    """
    generator = np.random.default_rng([seed, patients])
    often = generator.standard_exponential((SIMULATED, len(counts)))
    drawn = generator.multinomial(patients, often / often.sum(1, keepdims=True)).astype(np.float64)
    slopes = gradients((drawn @ counts).reshape(-1, GRADES, GRADES), metric)
    variances = (drawn * (slopes @ counts.T) ** 2).sum(1)
    return np.asarray(2 * NormalDist().inv_cdf((1 + probability) / 2) * np.sqrt(variances))


def widths_by_size(counts: Floats, metric: str, probability: float, seed: int) -> list[tuple[float, float]]:
    """Return, for each of `SIZES`, the mean width and the one that `ASSURANCE` of the studies do not exceed.

    Both are NaN where a study of fewer than `FEWEST` patients would have to say how patients differ.
    """
    found = []
    for size in SIZES:
        widths = interval_widths(counts, size, metric, probability, seed)
        widths = widths[np.isfinite(widths)]
        enough = len(widths) > SIMULATED / 2 and len(counts) >= FEWEST
        found.append((float(widths.mean()), float(np.quantile(widths, ASSURANCE))) if enough else (np.nan, np.nan))
    return found


def patients_needed(widths: Sequence[float], wanted: float) -> int | None:
    """Return how many patients give an interval no wider than is wanted; None beyond `LARGEST`, or where none is known.

    Between the simulated sizes the width falls with a power of the number, beyond the largest with its root.

    Args:
        widths: At each of `SIZES`, none rising by more than noise.
        wanted: Greatest width.
    """
    sizes, known = np.asarray(SIZES, np.float64), np.asarray(widths, np.float64)
    usable = np.isfinite(known) & (known > _NOISE)
    if not usable.any():
        return None
    sizes, known = sizes[usable], np.minimum.accumulate(known[usable])
    if wanted >= known[0]:
        return int(sizes[0])
    if wanted < known[-1]:
        number = sizes[-1] * (known[-1] / wanted) ** 2
        return int(np.ceil(number)) if number <= LARGEST else None
    return int(np.ceil(np.exp(np.interp(-np.log(wanted), -np.log(known), np.log(sizes)))))
