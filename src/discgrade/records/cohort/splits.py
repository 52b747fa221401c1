"""Which patients train, choose the checkpoint and test."""

import pyarrow as pa

from discgrade.records.columns import PATIENT, column

SPLITS = pa.schema(
    [
        column("split", pa.string(), "holdout, fold-01 ..."),
        PATIENT,
        column(
            "part",
            pa.string(),
            "train; validation: held out of training to choose the checkpoint; test; external",
        ),
        column(
            "share",
            pa.int32(),
            "denominator of the smallest training fraction that holds the patient: 32 means every one",
        ),
    ]
)
