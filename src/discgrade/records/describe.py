"""What every column of every table means, as Markdown: the second half of results/README.md."""

import argparse
from collections.abc import Iterator

import pyarrow as pa

from discgrade.records.cohort.boxes import BOXES, LOCALISATION, LOCATED, REGRADED, slice_schema
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.pseudo_labels import ANSWERS, LABELS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import FLAGGED, ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.agreement import AGREEMENT
from discgrade.records.results.certainty import CERTAINTY
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.records.results.external import EXTERNAL
from discgrade.records.results.grades import GRADES
from discgrade.records.results.intervals import COMPARISONS, INTERVALS, POSTERIORS
from discgrade.records.results.labels import LABEL_NOISE, LABEL_QUALITY
from discgrade.records.results.pseudo_labels import PSEUDO_SCORES
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.records.results.stability import MOVED, STABILITY
from discgrade.records.results.training import HISTORY, NETWORK, PREDICTIONS

TABLES: dict[str, pa.Schema] = {
    "instances/<shard>.parquet": INSTANCES,
    "rejected/<shard>.parquet": REJECTED,
    "ratings/<shard>.parquet, ratings.parquet": RATINGS,
    "excluded/<shard>.parquet": EXCLUDED,
    "discs.parquet, training/discs.parquet": DISCS,
    "splits.parquet, training/splits.parquet": SPLITS,
    "rois/<shard>.parquet": ROIS,
    "flagged.parquet": FLAGGED,
    "samples/<px>px/<shard>.parquet": sample_schema(48),
    "pseudo/<split>.parquet, labels/<split>.parquet": LABELS,
    "answers.parquet": ANSWERS,
    "runs/<run>/network.parquet": NETWORK,
    "runs/<run>/history.parquet": HISTORY,
    "runs/<run>/predictions.parquet, runs/<run>/external.parquet": PREDICTIONS,
    "members/embeddings.parquet": EMBEDDINGS,
    "graded.parquet": GRADED,
    "scores.parquet": SCORES,
    "intervals.parquet, shown_intervals.parquet": INTERVALS,
    "comparisons.parquet": COMPARISONS,
    "agreement.parquet": AGREEMENT,
    "certainty.parquet": CERTAINTY,
    "label_noise.parquet": LABEL_NOISE,
    "label_quality.parquet": LABEL_QUALITY,
    "pseudo_labels.parquet": PSEUDO_SCORES,
    "moved.parquet": MOVED,
    "stability.parquet": STABILITY,
    "external.parquet": EXTERNAL,
    "localisation/slices/<shard>.parquet, localisation/external/<shard>.parquet": slice_schema(128),
    "localisation/<fold>/located.parquet, localisation/external.parquet": LOCATED,
    "boxes.parquet": BOXES,
    "localisation/regraded.parquet": REGRADED,
    "localisation.parquet": LOCALISATION,
    "OUT/grades.parquet": GRADES,
    "posteriors.parquet": POSTERIORS,
}
"""Each table of results/<study>/ and its schema, and that of new scans; a sample's pixels are shown for 48 px."""


def describe(name: str, schema: pa.Schema) -> Iterator[str]:
    """Yield the lines of one table: a heading, then a row a column with type, unit and meaning."""
    yield from (f"### `{name}`", "", "| column | type | unit | meaning |", "|---|---|---|---|")
    for field in schema:
        unit = field.metadata.get(b"unit", b"").decode()
        empty = "; may be empty" if field.nullable else ""
        yield f"| `{field.name}` | `{field.type}` | {unit} | {field.metadata[b'meaning'].decode()}{empty} |"
    yield ""


def markdown() -> str:
    """Return the description of all tables."""
    return "\n".join(line for name, schema in TABLES.items() for line in describe(name, schema))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_arguments: argparse.Namespace) -> int:
    """Print the description of all tables."""
    print(markdown())
    return 0
