"""Thresholds with which a set of grades holds the reference grade as often as promised, whatever the model is worth.

Class-conditional (Mondrian) conformal prediction: a threshold for each integral grade, from the discs of that grade
alone, so that the promise holds for rare grades too (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random
World, Springer 2005). Discs of one patient are alike, so it is patients who are exchangeable: each patient's discs of
a grade share one weight, and the new patient's stands at infinity (hierarchical conformal prediction: Lee, Barber and
Willett, arXiv 2306.06342; Dunn, Wasserman and Ramdas, J Am Stat Assoc 2023;118:2491-2502).
"""

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import INTEGRAL
from discgrade.reliability.certainty.calibration import Floats

_ROUNDING = 1e-9


def set_thresholds(
    probabilities: Floats, grades: NDArray[np.int64], patients: NDArray[np.object_], coverage: float
) -> tuple[float | None, ...]:
    """Return the threshold of each integral grade on 1 - p, p the probability of that grade.

    Args:
        probabilities: Calibrated, of discs that neither model nor map were fitted on, (N, 5).
        grades: Rank of each disc's reference grade on the integral scale, (N,).
        patients: Patient of each disc, (N,).
        coverage: Probability with which a new patient's disc of that grade should have it in its set, in (0, 1).

    Returns:
        A threshold for each grade; None where its patients are so few that no threshold keeps the promise.
    """
    unlike = 1.0 - probabilities
    return tuple(
        _threshold(unlike[grades == grade, grade], patients[grades == grade], coverage)
        for grade in range(len(INTEGRAL))
    )


def fewest_patients(coverage: float) -> int:
    """Return how many patients of a grade its threshold needs at least: 9 for a coverage of 0.9."""
    return int(np.ceil(coverage / (1 - coverage) - _ROUNDING))


def _threshold(unlike: Floats, patients: NDArray[np.object_], coverage: float) -> float | None:
    """Return the quantile of scores, each patient's sharing one weight of the patients' and the new one's."""
    _, owner, counts = np.unique(patients.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(unlike, kind="stable")
    reached = np.cumsum(1.0 / counts[owner[order]]) / (len(counts) + 1)
    place = int(np.searchsorted(reached, coverage - _ROUNDING))
    return float(unlike[order[place]]) if place < len(order) else None
