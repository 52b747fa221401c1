"""What a monotone recalibration would give, told by patients left out of it.

An isotonic map from the expected grade to the reference grade (Barlow and Brunk, J Am Stat Assoc 1972;67:140-147),
fitted on n external patients drawn at random, again and again, and scored on the others.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from discgrade import keyed
from discgrade.grades import INTEGRAL, nearest, rank
from discgrade.reliability.external.sides import FEWEST, K, Side
from discgrade.reliability.scores.metrics import error_scores, global_scores
from discgrade.settings.model import Intervals

SIZES = (5, 10, 20, 40, 80, 160, 320)
"""Numbers of external patients that a recalibration is tried on."""
REPEATS = 40
"""How often patients are drawn for each number."""


def recalibrated_rows(side: Side, intervals: Intervals) -> Iterator[dict[str, Any]]:
    """Yield what recalibrations on more and more external patients give on the others; 0 patients: none."""
    patients = sorted(set(side.patients))
    for size in (0, *SIZES):
        if len(patients) - size < FEWEST:
            break
        found = [_recalibrated(side, patients, size, again) for again in range(REPEATS if size else 1)]
        for metric in ("kappa_linear", "mae", "bias"):
            values = np.array([one[metric] for one in found])
            known = values[np.isfinite(values)]
            tail = (1 - intervals.probability) / 2
            low, high = np.quantile(known, (tail, 1 - tail)) if len(known) else (np.nan, np.nan)
            yield {
                "scope": "recalibrated", "group": str(size), "grade": None, "metric": metric,
                "value": float(np.median(known)) if len(known) else float("nan"), "lower": float(low),
                "upper": float(high), "n": len(side.reference), "patients": len(patients) - size,
                "reason": None if len(known) else "one grade only", "unit": "patient", "units": len(patients),
                "draws": len(found), "bootstrap_seed": intervals.seed, "probability": intervals.probability,
            }  # fmt: skip


def _recalibrated(side: Side, patients: Sequence[str], size: int, again: int) -> dict[str, float]:
    """Fit a rising map on `size` patients and score it on the others."""
    ordered = sorted(patients, key=lambda patient: keyed.digest("recalibration", size, again, patient))
    fitted = np.isin(side.patients.astype(str), ordered[:size])
    predicted = side.predicted[~fitted]
    if size:
        values = np.asarray(INTEGRAL, float)
        rising = IsotonicRegression(out_of_bounds="clip").fit(side.expected[fitted], values[side.reference[fitted]])
        predicted = rank(nearest(rising.predict(side.expected[~fitted]), INTEGRAL), "integral")
    cells = side.reference[~fitted] * K + predicted
    matrix = np.bincount(cells, minlength=K * K).reshape(K, K).astype(float)
    scores: dict[str, Any] = global_scores(matrix) | error_scores(matrix, np.asarray(INTEGRAL, float))
    return {name: float(scores[name]) for name in ("kappa_linear", "mae", "bias")}
