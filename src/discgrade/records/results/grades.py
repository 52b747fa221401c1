"""What `discgrade grade` says of new discs."""

import pyarrow as pa

from discgrade.records.columns import FRAME, ROI, column

GRADES = pa.schema(
    [
        column("patient_id", pa.string(), "Patient ID as the header gives it"),
        column("study_uid", pa.string(), "Study Instance UID as the header gives it"),
        column("series_uid", pa.string(), "Series Instance UID as the header gives it"),
        column("sop_instance_uid", pa.string(), "SOP Instance UID of the slice as the header gives it"),
        FRAME,
        column("level", pa.string(), "level of the disc, for example L4/L5"),
        *ROI,
        column("region", pa.string(), "where the region comes from: drawn, mask or found"),
        column("grade", pa.int8(), "integral grade, 1 to 5", "grade"),
        column("fractional", pa.float64(), "fractional grade, where the bundle gives one", "grade", nullable=True),
        column("continuous", pa.float64(), "expected grade", "grade"),
        *(
            column(f"p_{grade}", pa.float64(), f"probability of grade {grade}, calibrated", nullable=True)
            for grade in range(1, 6)
        ),
        column("set", pa.list_(pa.int8()), "grades that hold the true one as often as the bundle promises", "grade"),
        column("flags", pa.list_(pa.string()), "why somebody should look at the disc: kind, colon, reason"),
        column("bundle", pa.string(), "SHA-256 of the bundle's bundle.json"),
    ]
)
"""One row a disc, in the order of patients, dates and levels."""
