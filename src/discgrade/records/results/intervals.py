"""Intervals of scores and of their differences."""

import pyarrow as pa

from discgrade.records.columns import column
from discgrade.records.results.scores import RUN, SCOPE

METRIC = SCOPE[-1]

DRAWS = [
    column("probability", pa.float64(), "probability that the interval holds"),
    column("unit", pa.string(), "what the bootstrap weighs: fold, patient or disc"),
    column("units", pa.int64(), "number of resampled units"),
    column("draws", pa.int64(), "number of draws from the posterior"),
    column("bootstrap_seed", pa.int64(), "seed of the draws"),
]

INTERVALS = pa.schema(
    [
        *RUN,
        *SCOPE,
        column("mean", pa.float64(), "posterior mean; NaN where undefined"),
        column("lower", pa.float64(), "lower bound of the highest-density interval; of a constant score the score"),
        column("upper", pa.float64(), "upper bound of the highest-density interval"),
        *DRAWS,
    ]
)

POSTERIORS = pa.schema(
    [
        *RUN,
        METRIC,
        column("scores", pa.list_(pa.float64()), "values of the score, ascending"),
        column("density", pa.list_(pa.float64()), "density of the posterior at each of them, smoothed"),
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
            "(64px) or training fraction (share-4), or a reading of the discs (R1.2: rater 1, second reading)",
        ),
        *SCOPE,
        column("value", pa.float64(), "score of the run"),
        column("other_value", pa.float64(), "score of the other"),
        column("difference", pa.float64(), "posterior mean of the score of the run minus the score of the other"),
        column("lower", pa.float64(), "lower bound of the highest-density interval of the difference"),
        column("upper", pa.float64(), "upper bound of the highest-density interval of the difference"),
        column("greater", pa.float64(), "posterior probability that the run's score is larger; a tie counts half"),
        column("n", pa.int64(), "number of scored samples"),
        *DRAWS,
    ]
)
