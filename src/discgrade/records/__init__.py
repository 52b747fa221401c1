"""The Arrow schema of every table that passes between steps, and the only functions that read and write them.

Each column carries its meaning and unit in the schema's metadata, so a Parquet file explains itself:
`pyarrow.parquet.read_schema(path).field("grade").metadata`. A table is written whole or not at all.
"""

from discgrade.records.cohort import DISCS, INSTANCES, RATINGS, REJECTED, SPLITS
from discgrade.records.columns import column
from discgrade.records.files import (
    PathLike,
    batches,
    conform,
    read,
    read_all,
    remove_leftovers,
    replacing,
    write,
    writer,
)
from discgrade.records.images import ROIS, samples
from discgrade.records.learning import HISTORY, NETWORK, PREDICTIONS
from discgrade.records.reliability import COMPARISONS, GRADED, INTERVALS, SCORES

__all__ = [
    "COMPARISONS",
    "DISCS",
    "GRADED",
    "HISTORY",
    "INSTANCES",
    "INTERVALS",
    "NETWORK",
    "PREDICTIONS",
    "RATINGS",
    "REJECTED",
    "ROIS",
    "SCORES",
    "SPLITS",
    "PathLike",
    "batches",
    "column",
    "conform",
    "read",
    "read_all",
    "remove_leftovers",
    "replacing",
    "samples",
    "write",
    "writer",
]
