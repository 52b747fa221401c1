"""The cohort: one row a disc."""

import pyarrow as pa

from discgrade.records.columns import COHORT, ORIGIN, PERSON, PLACE, REGION, column

DISCS = pa.schema(
    [
        *PLACE,
        column("grade", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("integral", pa.float64(), "reference grade rounded to the integral scale", "grade"),
        COHORT,
        ORIGIN,
        *PERSON,
        column("shard", pa.string(), "shard that holds the disc's ROI and samples"),
        REGION,
    ]
)
