"""What the raters read."""

import pyarrow as pa

from discgrade.records.columns import COHORT, ORIGIN, PLACE, REGION, column

RATINGS = pa.schema(
    [
        *PLACE,
        column("grade", pa.float64(), "grade given in this reading", "grade"),
        column("rater", pa.string(), "pseudonym of the rater: R1, R2 ..."),
        column("reading", pa.int32(), "the rater's first, second ... reading of this disc"),
        COHORT,
        ORIGIN,
        column(
            "read_day",
            pa.int32(),
            "days since that rater's first reading when the rater got a number; below 0 before it",
            "days",
            nullable=True,
        ),
        REGION,
    ]
)
