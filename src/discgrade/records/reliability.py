"""Graded samples, scores, and intervals of scores and of their differences."""

import pyarrow as pa

from discgrade.records.columns import COPY, DISC, DRAWS, RUN, SCOPE, column

GRADED = pa.schema(
    [
        *RUN,
        DISC,
        COPY,
        column("part", pa.string(), "test or external"),
        column("scale", pa.string(), "scale the run predicts on: fractional, integral or continuous"),
        column("reference", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("predicted", pa.float64(), "decoded grade: integral of an integral run, else fractional", "grade"),
    ]
)

SCORES = pa.schema(
    [
        *RUN,
        *SCOPE,
        column("value", pa.float64(), "value of the metric; NaN where undefined"),
        column("n", pa.int64(), "number of scored samples; of a per-grade metric those of that reference grade"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
    ]
)

INTERVALS = pa.schema(
    [
        *RUN,
        *SCOPE,
        column("mean", pa.float64(), "posterior mean; NaN where undefined"),
        column("lower", pa.float64(), "lower bound of the highest-density interval"),
        column("upper", pa.float64(), "upper bound of the highest-density interval"),
        *DRAWS,
    ]
)

COMPARISONS = pa.schema(
    [
        *RUN,
        column(
            "other",
            pa.string(),
            "what the run is compared with on the same discs: the run with another variant (its name), resolution "
            "(64px) or share (share-4), or a reading of the discs (R1.2: rater 1, second reading)",
        ),
        *SCOPE,
        column("value", pa.float64(), "score of the run"),
        column("other_value", pa.float64(), "score of the other"),
        column("difference", pa.float64(), "posterior mean of the score of the run minus the score of the other"),
        column("lower", pa.float64(), "lower bound of the highest-density interval of the difference"),
        column("upper", pa.float64(), "upper bound of the highest-density interval of the difference"),
        column("greater", pa.float64(), "posterior probability that the run's score is the larger number"),
        column("n", pa.int64(), "number of scored samples"),
        *DRAWS,
    ]
)
