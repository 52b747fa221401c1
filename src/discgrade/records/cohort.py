"""Whose discs: instances, rejected files, readings, discs and splits."""

import pyarrow as pa

from discgrade.records.columns import COHORT, DISC, FRAME, INSTANCE, LEVEL, ORIGIN, PATIENT, PERSON, ROI, STUDY, column

INSTANCES = pa.schema(
    [
        PATIENT,
        STUDY,
        column("series_uid", pa.string(), "Series Instance UID after de-identification"),
        INSTANCE,
        column("path", pa.string(), "exported file, relative to the export folder"),
        column("frames", pa.int32(), "number of frames"),
        column("rows", pa.int32(), "height of the image", "px"),
        column("columns", pa.int32(), "width of the image", "px"),
        column("row_spacing", pa.float64(), "distance between rows", "mm", nullable=True),
        column("column_spacing", pa.float64(), "distance between columns", "mm", nullable=True),
        column("orientation", pa.list_(pa.float64()), "direction cosines of a row, then of a column", nullable=True),
        column("position", pa.list_(pa.float64()), "centre of the first voxel, patient axes", "mm", nullable=True),
        column("series_description", pa.string(), "allowed words of the series description", nullable=True),
        *PERSON,
        column("pixel_digest", pa.string(), "SHA-256 of the decoded pixels"),
        column("bytes", pa.int64(), "size of the exported file", "bytes"),
        column("digest", pa.string(), "SHA-256 of the exported file"),
    ]
)

REJECTED = pa.schema(
    [
        column("index", pa.int64(), "opaque index of the file within its shard"),
        column("reason", pa.string(), "why the file was not exported"),
    ]
)

# Which disc, and where on which slice it was read.
_PLACE = [DISC, PATIENT, STUDY, INSTANCE, FRAME, LEVEL, *ROI]

RATINGS = pa.schema(
    [
        *_PLACE,
        column("grade", pa.float64(), "grade given in this reading", "grade"),
        column("rater", pa.string(), "pseudonym of the rater: R1, R2 ..."),
        column("reading", pa.int32(), "the rater's first, second ... reading of this disc"),
        COHORT,
        ORIGIN,
        column("read_day", pa.int32(), "days since that rater's first reading", "days", nullable=True),
    ]
)

DISCS = pa.schema(
    [
        *_PLACE,
        column("grade", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("integral", pa.float64(), "reference grade rounded to the integral scale", "grade"),
        COHORT,
        ORIGIN,
        *PERSON,
        column("shard", pa.string(), "shard that holds the disc's ROI and samples"),
    ]
)

SPLITS = pa.schema(
    [
        column("split", pa.string(), "holdout, fold-01 ..."),
        PATIENT,
        column(
            "part",
            pa.string(),
            "train; validation: held out of training to choose the checkpoint; test; external",
        ),
        column("share", pa.int32(), "largest denominator of a share that holds the patient: 32 means every share"),
    ]
)
