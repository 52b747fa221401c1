"""The columns that several tables share, each with its meaning and unit in its metadata."""

import pyarrow as pa


def column(name: str, kind: pa.DataType, meaning: str, unit: str = "", nullable: bool = False) -> pa.Field:
    """Describe one column: its type, what it means and its unit.

    Meaning and unit are words: they are in the files, but in no digest of code, and `records.read` does not compare
    them. So better words make nothing run again, and a file keeps the old ones until it is made again for a reason.
    """
    metadata = {"meaning": meaning} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=nullable, metadata=metadata)


PATIENT = column("patient", pa.string(), "pseudonym of the patient")
STUDY = column("study_uid", pa.string(), "Study Instance UID after de-identification")
INSTANCE = column("sop_instance_uid", pa.string(), "SOP Instance UID of the slice after de-identification")
FRAME = column("frame", pa.int32(), "frame of a multi-frame instance, from 1")
DISC = column("disc", pa.string(), "disc: patient, digest of the study, level")
LEVEL = column("level", pa.string(), "lumbar level, for example L4/L5")
COHORT = column("cohort", pa.string(), "cohort of the patient: primary, supplemental, external or the user's own")
COPY = column("copy", pa.int32(), "0: as read; 1..n: augmented")
ROI = [
    column("x", pa.float64(), "left edge of the ROI", "px of the slice, from its left edge"),
    column("y", pa.float64(), "upper edge of the ROI", "px of the slice, from its upper edge"),
    column("width", pa.float64(), "width of the ROI", "px of the slice"),
    column("height", pa.float64(), "height of the ROI", "px of the slice"),
]
# Which disc, and where on which slice it was read.
PLACE = [DISC, PATIENT, STUDY, INSTANCE, FRAME, LEVEL, *ROI]
ORIGIN = column("origin", pa.string(), "who made the label: human, pseudo or reviewed")
REGION = column("region", pa.string(), "found by a locator; null: drawn by a rater", nullable=True)
PERSON = [
    column("manufacturer", pa.string(), "manufacturer of the scanner", nullable=True),
    column("field_strength", pa.float64(), "magnetic field strength", "T", nullable=True),
    column("sex", pa.string(), "patient's sex: F, M or O", nullable=True),
    column("age", pa.float64(), "patient's age at the study, capped at 90", "years", nullable=True),
]
GREY = [
    column("offset", pa.float64(), "grey value of pixel 0, after rescale slope and intercept"),
    column("scale", pa.float64(), "grey value per pixel unit: grey = offset + scale * pixel"),
]
