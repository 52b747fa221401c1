"""Patients whose discs were all read higher, or all lower, than the models expect: their shrunken mean residuals.

The residual of disc j of patient i is taken as u_i + e_ij, u_i normal with variance t, e_ij with variance s. Both
variances are those of the analysis of variance with unequal group sizes (Searle, Casella and McCulloch, Variance
Components, 1992, section 3.6): s = MSE, t = (MSA - MSE) / n0. The shrunken mean of n residuals with mean m is
m n t / (n t + s), its standard deviation sqrt(t s / (n t + s)): patients with few discs are shrunken more, and an
extreme one among many is not taken for more than it is.
"""

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import pandas as pd

from discgrade.reliability.labels.agreement import Found
from discgrade.reliability.labels.labelled import Labelled
from discgrade.reliability.labels.signs.residuals import residuals
from discgrade.reliability.scores.confusion import Floats

SHOWN = 10
"""Most patients that are told."""


def shifted_patients(labelled: Labelled, probability: float) -> Iterator[Found]:
    """Yield the patients with the largest shrunken mean residuals, by pseudonym; none if no variance is theirs.

    Args:
        labelled: Discs whose labels are judged.
        probability: Of the interval of each.
    """
    means = shrunken(pd.Series(residuals(labelled)[0]), labelled.discs["patient"].reset_index(drop=True))
    means = means.assign(size=means["mean"].abs()).sort_values(["size", "patient"], ascending=[False, True])
    reach = NormalDist().inv_cdf((1 + probability) / 2)
    for row in means.head(SHOWN).to_dict("records"):
        value, span = float(row["mean"]), reach * float(row["deviation"])
        yield Found("patient", str(row["patient"]), "shift", value, value - span, value + span, int(row["discs"]), 1)


def shrunken(residual: "pd.Series[float]", patients: "pd.Series[str]") -> pd.DataFrame:
    """Return patient, discs, shrunken mean and its standard deviation; no row if patients differ by chance alone.

    Args:
        residual: Of each disc, (N,), in grades.
        patients: Whose they are, (N,).
    """
    groups = residual.groupby(patients)
    counts, means, values = (np.asarray(one, np.float64) for one in (groups.size(), groups.mean(), residual))
    between, within = variances(values, counts, means)
    table = pd.DataFrame({"patient": groups.size().index, "discs": counts.astype(int)})
    weight = counts * between / (counts * between + within) if between > 0 else np.zeros_like(counts)
    table = table.assign(mean=weight * means, deviation=np.sqrt(weight * within / counts))
    return table if between > 0 else table.iloc[:0]


def variances(residual: Floats, counts: Floats, means: Floats) -> tuple[float, float]:
    """Return the variance between and within patients; 0 between where chance explains it, or nobody has two discs."""
    total, size = len(residual), len(counts)
    if size < 2 or total == size:
        return 0.0, 0.0
    across = float((counts * (means - residual.mean()) ** 2).sum())
    inside = float(((residual - residual.mean()) ** 2).sum()) - across
    within, usual = inside / (total - size), (total - (counts**2).sum() / total) / (size - 1)
    return max(0.0, (across / (size - 1) - within) / usual), within
