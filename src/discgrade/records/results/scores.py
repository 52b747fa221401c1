"""Graded samples and their scores."""

import pyarrow as pa

from discgrade.records.columns import COPY, DISC, column

RUN = [
    column("variant", pa.string(), "variant of the model, as named in the config"),
    column("resolution", pa.int32(), "side of the square input image", "px"),
    column("share", pa.int32(), "denominator of the training fraction: 4 means a quarter of the training part"),
    column(
        "split",
        pa.string(),
        "holdout, fold-01 ...; folds: out-of-fold predictions pooled; fold-mean: mean of the folds' scores; readings: "
        "one reading against another",
    ),
    column("seed", pa.int64(), "seed of the training; -1: mean of the scores of all seeds"),
]
SCOPE = [
    column(
        "scope",
        pa.string(),
        "what the discs are restricted by: all, cohort, level, manufacturer, field_strength, origin; reread, "
        "second_rater: discs that the main rater read twice, that another rater read as well",
    ),
    column("group", pa.string(), "value of the scope, for example L4/L5; R1.2, the reference reading; empty for all"),
    column("grade", pa.float64(), "integral grade of a per-grade metric; null if global", "grade", nullable=True),
    column("metric", pa.string(), "key of the metric, for example kappa_linear"),
]

GRADED = pa.schema(
    [
        *RUN,
        DISC,
        COPY,
        column("part", pa.string(), "test or external"),
        column("scale", pa.string(), "scale the run predicts on: fractional, integral or continuous"),
        column("reference", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("predicted", pa.float64(), "decoded grade: integral of an integral run, else fractional", "grade"),
        column(
            "origin",
            pa.string(),
            "who made the label that models of the split learn: human, pseudo or reviewed; null: as in discs.parquet",
            nullable=True,
        ),
    ]
)

SCORES = pa.schema(
    [
        *RUN,
        *SCOPE,
        column("value", pa.float64(), "value of the metric; NaN where undefined or without a sample of that grade"),
        column("n", pa.int64(), "number of scored samples; of a per-grade metric those of that reference grade"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
    ]
)
