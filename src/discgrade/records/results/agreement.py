"""Agreement of a study's main model in more ways: by groups, with tests, limits of agreement and sample sizes."""

import pyarrow as pa

from discgrade.records.columns import column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

AGREEMENT = pa.schema(
    [
        *RUN,
        column(
            "scope",
            pa.string(),
            "what the discs are restricted by: all, level, manufacturer, field_strength, sex, age_group; grades, sums: "
            "limits of agreement of grades and of the sum of a patient's grades; plan_0.95: intervals of such a "
            "probability in studies to come",
        ),
        column(
            "group",
            pa.string(),
            "value of the scope, for example L4/L5; of a test what it tests; of a plan the number of patients or the "
            "width of the interval",
        ),
        column("grade", pa.float64(), "null: all grades", "grade", nullable=True),
        column(
            "metric",
            pa.string(),
            "kappa_linear, kappa_quadratic, kappa_unweighted, ac2 (Gwet's, linear weights), accuracy, within_one: on "
            "the integral grades; wald, p, p_holm: statistic of a test, its p value, and that adjusted for the number "
            "of scopes; bias, sd, limit_lower, limit_upper, lin_ccc: predicted minus reference, in grades",
        ),
        column("value", pa.float64(), "value of the metric; NaN where there is none"),
        column("n", pa.int64(), "number of scored samples; of sums that of patients and copies"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        column("lower", pa.float64(), "lower bound of the highest-density interval; NaN for a metric without one"),
        column("upper", pa.float64(), "upper bound of the highest-density interval; NaN for a metric without one"),
        column("inner_lower", pa.float64(), "lower bound of the narrower interval; NaN where none is shown"),
        column("inner_upper", pa.float64(), "upper bound of the narrower interval; NaN where none is shown"),
        column("inner_probability", pa.float64(), "probability that the narrower interval holds", nullable=True),
        *DRAWS,
    ]
)
