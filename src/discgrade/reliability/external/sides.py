"""The discs of one part, as scores and recalibrations take them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade.grades import INTEGRAL, integral, rank
from discgrade.reliability.agreement.samples import FACTORS
from discgrade.reliability.certainty.calibration import Calibration, calibrated, integral_probabilities
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scores.confusion import Floats

GROUPS = FACTORS
FEWEST = 5
"""Fewest patients of a subgroup, and of those whom a recalibration is scored on."""
K = len(INTEGRAL)
"""Number of grades."""
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Discs of one part.

    Attributes:
        reference: Rank of each reference grade on the integral scale, (N,).
        predicted: Rank of each predicted grade, (N,).
        expected: Expected grade, (N,).
        before: Integral probabilities, (N, 5); None of a continuous run.
        after: Those that the study's map makes of them; None without a map.
        patients: Patient of each disc, (N,).
        groups: What discs are told apart by, columns of `GROUPS`.
    """

    reference: _Ints
    predicted: _Ints
    expected: Floats
    before: Floats | None
    after: Floats | None
    patients: NDArray[np.object_]
    groups: pd.DataFrame

    def subset(self, chosen: NDArray[np.bool_]) -> "Side":
        """Return the chosen discs."""
        before = None if self.before is None else self.before[chosen]
        after = None if self.after is None else self.after[chosen]
        ranks = self.reference[chosen], self.predicted[chosen]
        return Side(*ranks, self.expected[chosen], before, after, self.patients[chosen], self.groups[chosen])


def side_of(frame: pd.DataFrame, discs: pd.DataFrame, plan: RunPlan, learned: Calibration | str) -> Side:
    """Return the discs of a part.

    Args:
        frame: Its discs with their grades and outputs, as `graded.graded_outputs` returns them.
        discs: What is known of each disc, with all of `GROUPS`.
        plan: The run that graded them.
        learned: The study's map, or why there is none.
    """
    known = discs.loc[frame["disc"]]
    before = after = None
    expected = frame["predicted"].to_numpy(float)
    if plan.scale != "continuous" and len(frame):
        outputs = np.array(frame["outputs"].tolist(), np.float64)
        before = integral_probabilities(outputs, plan.scale)
        expected = before @ np.asarray(INTEGRAL, float)
        after = calibrated(outputs, plan.scale, learned) if isinstance(learned, Calibration) else None
    groups = known[list(GROUPS)].reset_index(drop=True)
    return Side(
        reference=rank(integral(frame["reference"].to_numpy(float)), "integral"),
        predicted=rank(integral(frame["predicted"].to_numpy(float)), "integral"),
        expected=expected,
        before=before,
        after=after,
        patients=known["patient"].to_numpy(object),
        groups=groups,
    )
