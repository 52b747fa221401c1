"""Labels of a cohort that a model made: one table a split."""

import pyarrow as pa

from discgrade.records.columns import DISC, ORIGIN, PATIENT, column

LABELS = pa.schema(
    [
        column("split", pa.string(), "holdout, fold-01 ...: whose teacher and whose models the labels are for"),
        DISC,
        PATIENT,
        column("part", pa.string(), "part of the patient in the split: train, validation or test"),
        column("grade", pa.float64(), "label that models of the split learn", "grade"),
        ORIGIN,
        column("pseudo", pa.float64(), "grade that the split's teacher gives, which never saw the cohort", "grade"),
        column("expected", pa.float64(), "mean of the teacher's probabilities", "grade"),
        column(
            "probabilities",
            pa.list_(pa.float64()),
            "the teacher's probability of the integral grades 1 to 5; empty if it gives none",
        ),
        column("reading", pa.float64(), "reference reading, where a human gave it", "grade", nullable=True),
        column("deviation", pa.float64(), "distance of pseudo-label and reading", "grades", nullable=True),
    ]
)
"""One row a disc of the cohort, sorted by disc; all other discs learn by `discs.parquet`."""

ANSWERS = pa.schema(
    [DISC, column("grade", pa.float64(), "what the reviewer gave, with pseudo-label and reading in view", "grade")]
)
"""What reviewers answered, one row a disc."""
