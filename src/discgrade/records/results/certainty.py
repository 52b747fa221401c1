"""How sure a study's models may be: sets of grades, calibration, and the errors left among the surest discs."""

import pyarrow as pa

from discgrade.records.columns import column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

CERTAINTY = pa.schema(
    [
        *RUN,
        column(
            "scope",
            pa.string(),
            "what the discs are restricted by: all; set_size: sets of so many grades; kept: the share that is graded "
            "with most confidence; exceeds_1 ... exceeds_4: those with such a probability of a higher grade",
        ),
        column("group", pa.string(), "value of the scope: 2; 0.85; 0.3, the lower edge of a tenth; empty for all"),
        column("grade", pa.float64(), "integral reference grade of the discs; null for all", "grade", nullable=True),
        column(
            "metric",
            pa.string(),
            "coverage: share whose set holds the reference grade (coverage_by_patient: each patient weighs alike); "
            "set_size, singletons, share: number of grades in a set, share of sets of one, of that size; "
            "unbounded: share in whose set the grade is for want of patients; "
            "threshold: largest 1 - p in the set, as learned from all folds; "
            "rps_before, rps_after, rps_gain: ranked probability score without and with the map, and their difference; "
            "ece_before, ece_after: expected calibration error; "
            "error, mae: share of wrong integral grades, and mean absolute error in grades; "
            "forecast_, observed_: mean probability of a higher grade, and share with one, before and after",
        ),
        column("value", pa.float64(), "value of the metric; NaN where there is none"),
        column("n", pa.int64(), "number of scored samples"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        column("lower", pa.float64(), "lower bound of the highest-density interval; NaN for a metric without one"),
        column("upper", pa.float64(), "upper bound of the highest-density interval; NaN for a metric without one"),
        *DRAWS,
    ]
)
