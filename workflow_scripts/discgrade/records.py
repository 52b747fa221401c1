"""The Arrow schema of every table that passes between steps, and the only functions that read and write them.

Each column carries its meaning and unit in the schema's metadata, so a Parquet file explains itself:
`pyarrow.parquet.read_schema(path).field("grade").metadata`. A table is written whole or not at all.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PathLike = str | os.PathLike[str]

COMPRESSION = "zstd"
COMPRESSION_LEVEL = 1


def column(name: str, kind: pa.DataType, meaning: str, unit: str = "", nullable: bool = False) -> pa.Field:
    """Describe one column: its type, what it means and its unit."""
    metadata = {"meaning": meaning} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=nullable, metadata=metadata)


_PATIENT = column("patient", pa.string(), "pseudonym of the patient")
_STUDY = column("study_uid", pa.string(), "Study Instance UID after de-identification")
_INSTANCE = column("sop_instance_uid", pa.string(), "SOP Instance UID of the slice after de-identification")
_FRAME = column("frame", pa.int32(), "frame of a multi-frame instance, from 1")
_DISC = column("disc", pa.string(), "disc: patient, digest of the study, level")
_LEVEL = column("level", pa.string(), "lumbar level, for example L4/L5")
_COHORT = column("cohort", pa.string(), "cohort of the patient: primary, supplemental, external or the user's own")
_COPY = column("copy", pa.int32(), "0: as read; 1..n: augmented")
_ROI = [
    column("x", pa.float64(), "left edge of the ROI", "px of the slice, from its left edge"),
    column("y", pa.float64(), "upper edge of the ROI", "px of the slice, from its upper edge"),
    column("width", pa.float64(), "width of the ROI", "px of the slice"),
    column("height", pa.float64(), "height of the ROI", "px of the slice"),
]
_ORIGIN = column("origin", pa.string(), "who made the label: human, pseudo or reviewed")
_PERSON = [
    column("maker", pa.string(), "manufacturer of the scanner", nullable=True),
    column("field_strength", pa.float64(), "magnetic field strength", "T", nullable=True),
    column("sex", pa.string(), "patient's sex: F, M or O", nullable=True),
    column("age", pa.float64(), "patient's age at the study, capped at 90", "years", nullable=True),
]
_GREY = [
    column("offset", pa.float64(), "grey value of pixel 0, after rescale slope and intercept"),
    column("scale", pa.float64(), "grey value per pixel unit: grey = offset + scale * pixel"),
]
_RUN = [
    column("variant", pa.string(), "variant of the model, as named in the config"),
    column("resolution", pa.int32(), "side of the square input image", "px"),
    column("share", pa.int32(), "denominator of the share of the training part: 4 means a quarter"),
    column(
        "split",
        pa.string(),
        "holdout, fold-01 ...; folds: out-of-fold predictions pooled; fold-mean: mean of the folds' scores; readings: "
        "one reading against another",
    ),
    column("seed", pa.int64(), "seed of the training; -1: mean of the scores of all seeds"),
]
_SCOPE = [
    column(
        "scope",
        pa.string(),
        "what the discs are restricted by: all, cohort, level, maker, field_strength, origin; reread, second_rater: "
        "discs that the main rater read twice, that another rater read as well",
    ),
    column("group", pa.string(), "value of the scope, for example L4/L5; R1.2, the reference reading; empty for all"),
    column("grade", pa.float64(), "integral grade of a per-grade metric; null if global", "grade", nullable=True),
    column("metric", pa.string(), "key of the metric, for example kappa_linear"),
]
_DRAWS = [
    column("probability", pa.float64(), "probability that the interval holds"),
    column("unit", pa.string(), "what the bootstrap weighs: fold, patient or disc"),
    column("units", pa.int64(), "number of resampled units"),
    column("draws", pa.int64(), "number of draws from the posterior"),
    column("bootstrap_seed", pa.int64(), "seed of the draws"),
]

INSTANCES = pa.schema(
    [
        _PATIENT,
        _STUDY,
        column("series_uid", pa.string(), "Series Instance UID after de-identification"),
        _INSTANCE,
        column("path", pa.string(), "exported file, relative to the export folder"),
        column("frames", pa.int32(), "number of frames"),
        column("rows", pa.int32(), "height of the image", "px"),
        column("columns", pa.int32(), "width of the image", "px"),
        column("row_spacing", pa.float64(), "distance between rows", "mm", nullable=True),
        column("column_spacing", pa.float64(), "distance between columns", "mm", nullable=True),
        column("orientation", pa.list_(pa.float64()), "direction cosines of a row, then of a column", nullable=True),
        column("position", pa.list_(pa.float64()), "centre of the first voxel, patient axes", "mm", nullable=True),
        column("series_description", pa.string(), "allowed words of the series description", nullable=True),
        *_PERSON,
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

RATINGS = pa.schema(
    [
        _DISC,
        _PATIENT,
        _STUDY,
        _INSTANCE,
        _FRAME,
        _LEVEL,
        *_ROI,
        column("grade", pa.float64(), "grade given in this reading", "grade"),
        column("rater", pa.string(), "pseudonym of the rater: R1, R2 ..."),
        column("reading", pa.int32(), "the rater's first, second ... reading of this disc"),
        _COHORT,
        _ORIGIN,
        column("read_day", pa.int32(), "days since that rater's first reading", "days", nullable=True),
    ]
)

DISCS = pa.schema(
    [
        _DISC,
        _PATIENT,
        _STUDY,
        _INSTANCE,
        _FRAME,
        _LEVEL,
        *_ROI,
        column("grade", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("integral", pa.float64(), "reference grade rounded to the integral scale", "grade"),
        _COHORT,
        _ORIGIN,
        *_PERSON,
        column("shard", pa.string(), "shard that holds the disc's ROI and samples"),
    ]
)

SPLITS = pa.schema(
    [
        column("split", pa.string(), "holdout, fold-01 ..."),
        _PATIENT,
        column(
            "part", pa.string(), "train; inner: held out of the training part for checkpoint choice; test; external"
        ),
        column("share", pa.int32(), "largest denominator of a share that holds the patient: 32 means every share"),
    ]
)

ROIS = pa.schema(
    [
        _DISC,
        column("pixels", pa.large_binary(), "little-endian uint16 pixels, row by row"),
        column("rows", pa.int32(), "height of the ROI", "px"),
        column("columns", pa.int32(), "width of the ROI", "px"),
        column("spacing", pa.float64(), "side of a pixel, equal in both directions", "mm", nullable=True),
        *_GREY,
        column("outside", pa.float64(), "share of the ROI that lay outside the slice and was padded"),
        column("obliquity", pa.float64(), "angle between the slice and the sagittal plane", "degrees", nullable=True),
    ]
)


def samples(resolution: int) -> pa.Schema:
    """Return the schema of a table of square samples, `resolution` pixels on a side."""
    pixels = column("pixels", pa.binary(2 * resolution * resolution), "little-endian uint16 pixels, row by row")
    return pa.schema(
        [
            _DISC,
            _COPY,
            pixels,
            column("flip", pa.bool_(), "whether the sample is mirrored left to right"),
            column("angle", pa.float32(), "rotation, counter-clockwise as shown", "degrees"),
            *_GREY,
        ],
        metadata={"shape": f"{resolution},{resolution}"},
    )


HISTORY = pa.schema(
    [
        column("epoch", pa.int32(), "epoch, from 1"),
        column("learning_rate", pa.float64(), "learning rate of the epoch"),
        column("loss", pa.float64(), "training loss, with regularisation"),
        column("accuracy", pa.float64(), "training accuracy on the run's scale, with dropout"),
        column("val_loss", pa.float64(), "loss on the part that chooses the checkpoint"),
        column("val_accuracy", pa.float64(), "accuracy on the part that chooses the checkpoint"),
        column("best", pa.bool_(), "whether the checkpoint was replaced after this epoch"),
    ]
)

NETWORK = pa.schema(
    [
        column("block", pa.int32(), "block of Table 1"),
        column("layer", pa.int32(), "number of the layer, from 1"),
        column("description", pa.string(), "what the layer computes"),
        column("shape", pa.list_(pa.int32()), "output shape without the batch axis"),
        column("parameters", pa.int64(), "weights and moving statistics"),
    ]
)

PREDICTIONS = pa.schema(
    [
        _DISC,
        _COPY,
        column("part", pa.string(), "test or external"),
        column(
            "outputs", pa.list_(pa.float32()), "probability of each grade of the scale, or the one continuous value"
        ),
    ]
)

GRADED = pa.schema(
    [
        *_RUN,
        _DISC,
        _COPY,
        column("part", pa.string(), "test or external"),
        column("scale", pa.string(), "scale the run predicts on: fractional, integral or continuous"),
        column("reference", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("predicted", pa.float64(), "decoded grade: integral of an integral run, else fractional", "grade"),
    ]
)

SCORES = pa.schema(
    [
        *_RUN,
        *_SCOPE,
        column("value", pa.float64(), "value of the metric; NaN where undefined"),
        column("n", pa.int64(), "number of scored samples; of a per-grade metric those of that reference grade"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
    ]
)

INTERVALS = pa.schema(
    [
        *_RUN,
        *_SCOPE,
        column("mean", pa.float64(), "posterior mean; NaN where undefined"),
        column("lower", pa.float64(), "lower bound of the highest-density interval"),
        column("upper", pa.float64(), "upper bound of the highest-density interval"),
        *_DRAWS,
    ]
)

COMPARISONS = pa.schema(
    [
        *_RUN,
        column(
            "other",
            pa.string(),
            "what the run is compared with on the same discs: the run with another variant (its name), resolution "
            "(64px) or share (share-4), or a reading of the discs (R1.2: rater 1, second reading)",
        ),
        *_SCOPE,
        column("value", pa.float64(), "score of the run"),
        column("other_value", pa.float64(), "score of the other"),
        column("difference", pa.float64(), "posterior mean of the score of the run minus the score of the other"),
        column("lower", pa.float64(), "lower bound of the highest-density interval of the difference"),
        column("upper", pa.float64(), "upper bound of the highest-density interval of the difference"),
        column("greater", pa.float64(), "posterior probability that the run's score is the larger number"),
        column("n", pa.int64(), "number of scored samples"),
        *_DRAWS,
    ]
)


def _partial(path: PathLike) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


@contextmanager
def replacing(path: PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path` that replaces it when the block ends, and vanishes when it fails."""
    partial = _partial(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writer(path: PathLike, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Open a Parquet file for writing row group by row group; it appears at `path` only when the block ends well.

    Pixels never repeat: without a dictionary they are read twice as fast.
    """
    repeating = [name for name in schema.names if name != "pixels"]
    options = {"compression": COMPRESSION, "compression_level": COMPRESSION_LEVEL, "use_dictionary": repeating}
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, **options) as sink:
        yield sink


def conform(table: pa.Table, schema: pa.Schema, name: PathLike) -> pa.Table:
    """Cast a table to a schema, in the schema's column order.

    Raises:
        ValueError: if a column is missing, unknown, of another type, or null where it may not be.
    """
    missing = sorted(set(schema.names) - set(table.column_names))
    unknown = sorted(set(table.column_names) - set(schema.names))
    if missing or unknown:
        raise ValueError(f"{name}: columns should be {schema.names}. Missing: {missing}; unknown: {unknown}")
    empty = [field.name for field in schema if not field.nullable and table.column(field.name).null_count]
    if empty:
        raise ValueError(f"{name}: columns {empty} may not hold nulls")
    return table.select(schema.names).cast(schema)


def write(rows: "pa.Table | Sequence[dict[str, object]]", schema: pa.Schema, path: PathLike) -> None:
    """Check rows against a schema and write them as one Parquet file, whole or not at all."""
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(list(rows), schema=schema)
    with writer(path, schema) as sink:
        sink.write_table(conform(table, schema, path))


def read(
    path: PathLike,
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    filters: "pc.Expression | None" = None,
) -> pa.Table:
    """Read a table, checked against its schema; `columns` and `filters` as in `pyarrow.parquet.read_table`.

    Raises:
        ValueError: if the file's columns or types are not the schema's.
    """
    found = pq.read_schema(path)
    if not found.equals(schema):
        raise ValueError(f"{path}: not the expected table. Expected columns {schema.names}. Received: {found.names}")
    return pq.read_table(path, columns=columns, filters=filters)


def batches(
    path: PathLike, schema: pa.Schema, size: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield a table in batches of at most `size` rows, checked against its schema, in memory that stays flat.

    Raises:
        ValueError: if the file's columns or types are not the schema's.
    """
    with pq.ParquetFile(path, pre_buffer=False) as source:  # a buffer would hold the whole file
        found = source.schema_arrow
        if not found.equals(schema):
            raise ValueError(f"{path}: not the expected table. Expected {schema.names}. Received: {found.names}")
        yield from source.iter_batches(batch_size=size, columns=columns)


def read_all(paths: Sequence[PathLike], schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """Read and join several files of one schema, in the order given."""
    return pa.concat_tables([read(path, schema, columns) for path in paths])
