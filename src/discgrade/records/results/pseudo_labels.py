"""What labels that a model made are worth."""

import pyarrow as pa

from discgrade.records.columns import column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

PSEUDO_SCORES = pa.schema(
    [
        *RUN,
        column(
            "scope",
            pa.string(),
            "what the scored discs are restricted by: all, cohort (the one that a model labels), others; merged: all, "
            "scored against the labels that models learn instead of human readings; labels: the cohort's labels in a "
            "split, of the teacher's run there",
        ),
        column(
            "group",
            pa.string(),
            "empty: the score; else what it is minus, paired: another variant, or of merged: human, the same run "
            "against human readings",
        ),
        column("grade", pa.float64(), "integral grade of the metric; null: all grades", "grade", nullable=True),
        column(
            "metric",
            pa.string(),
            "kappa_linear, accuracy, lin_ccc: of all grades; f1, sensitivity, precision: of grades 1 and 5; own: share "
            "of the scored discs whose label began as a model's; labelled, reviewed: number of discs of the cohort; "
            "reviewed_share; of labels, kappa_linear is of pseudo-label and reading",
        ),
        column("value", pa.float64(), "value of the metric; NaN where there is none"),
        column("lower", pa.float64(), "lower bound of the interval over patients; NaN for a metric without one"),
        column("upper", pa.float64(), "upper bound of the interval; NaN for a metric without one"),
        column("n", pa.int64(), "number of scored samples, or of discs"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        *DRAWS,
    ]
)
