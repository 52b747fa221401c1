"""What leaves the source: the images; and what stays behind: files, and readings."""

import pyarrow as pa

from discgrade.records.columns import INSTANCE, PATIENT, PERSON, STUDY, column

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
        column("echo_time", pa.float64(), "echo time, the effective one of a train of echoes", "ms", nullable=True),
        column("repetition_time", pa.float64(), "repetition time", "ms", nullable=True),
        *PERSON,
        column("pixel_digest", pa.string(), "SHA-256 of the decoded pixels; empty if they have at most two values"),
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

EXCLUDED = pa.schema(
    [
        column("reason", pa.string(), "why the reading was left out"),
        column("disc", pa.string(), "disc that was read, or a mark that stands for it where it cannot be told"),
        column(
            "patient", pa.string(), "pseudonym of the patient, or a mark that stands for one who withdrew or is unknown"
        ),
    ]
)
