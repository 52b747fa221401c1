"""The discs behind a number: which were scored, how each was graded, and the exported image that shows it."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discgrade.provenance.audit.cell_numbers import RUN_FIELDS, is_among
from discgrade.provenance.audit.trace import Trace
from discgrade.settings.run import READINGS

EXTERNAL = "external"
COLUMNS = ["disc", "patient", "level", "cohort", "part", "split", "copy", "reference", "predicted", "shard", "image"]


def discs_behind(trace: Trace) -> pa.Table:
    """Return one row a scored sample of a trace.

    Returns:
        Table with `COLUMNS`: pseudonyms, grades, and the path of the image below the study's folder.

    Raises:
        ValueError: if the traced number stands on no predictions.
    """
    folder = trace.chain.folder
    if not trace.runs or (trace.score and trace.score["split"] == READINGS):
        raise ValueError("--discs lists predictions: it needs a cell that shows a score of a run")
    graded = pq.read_table(folder / "graded.parquet")
    runs = graded.select(list(RUN_FIELDS)).to_pylist()
    known: dict[tuple[object, ...], bool] = {}
    chosen = [_chosen(tuple(run.values()), run, trace, known) for run in runs]
    samples = graded.filter(pa.array(chosen, pa.bool_())).drop_columns(
        ["variant", "resolution", "share", "seed", "scale"]
    )
    samples = samples.join(_images(trace), "disc").sort_by([("split", "ascending"), ("disc", "ascending")])
    return samples.filter(_in_scope(trace, samples)).select(COLUMNS)


def _chosen(key: tuple[object, ...], run: dict[str, Any], trace: Trace, known: dict[tuple[object, ...], bool]) -> bool:
    if key not in known:
        known[key] = is_among({name: str(value) for name, value in run.items()}, trace.runs or [])
    return known[key]


def _images(trace: Trace) -> pa.Table:
    """Return each disc with its patient, level, shard and exported image."""
    folder = trace.chain.folder
    discs = pq.read_table(folder / "discs.parquet")
    tables = [folder / path for path in trace.chain.makers if path.startswith("instances/")]
    paths = pa.concat_tables(pq.read_table(path, columns=["sop_instance_uid", "path"]) for path in tables)
    images = pa.table(
        {
            "sop_instance_uid": paths["sop_instance_uid"],
            "image": pc.binary_join_element_wise("export", paths["path"].cast(pa.string()), "/"),
        }
    )
    wanted = [
        "disc",
        "patient",
        "level",
        "cohort",
        "manufacturer",
        "field_strength",
        "origin",
        "shard",
        "sop_instance_uid",
    ]
    return discs.select(wanted).join(images, "sop_instance_uid")


def _in_scope(trace: Trace, samples: pa.Table) -> pa.Array:
    """Return which samples the score is restricted to."""
    scope, group = (trace.score["scope"], trace.score["group"]) if trace.score else ("all", "")
    chosen = pc.equal(samples["part"], EXTERNAL if group == EXTERNAL else "test")
    if scope in ("reread", "second_rater"):
        return pc.and_(chosen, pc.is_in(samples["disc"], _doubly_read(trace, scope)))
    if scope == "all" or group == EXTERNAL:
        return chosen
    values = (f"{value:g}" if isinstance(value, float) else str(value) for value in samples[scope].to_pylist())
    return pc.and_(chosen, pa.array([value == group for value in values], pa.bool_()))


def _doubly_read(trace: Trace, scope: str) -> pa.Array:
    """Return the discs that a rater read again, or that more than one rater read."""
    readings = pq.read_table(trace.chain.folder / "ratings.parquet", columns=["disc", "rater", "reading"])
    what = "reading" if scope == "reread" else "rater"
    if scope == "reread":
        main = trace.score["group"].split(".")[0] if trace.score else ""
        readings = readings.filter(pc.equal(readings["rater"], main))
    counts = readings.group_by("disc").aggregate([(what, "count_distinct")])
    return counts.filter(pc.greater(counts[f"{what}_count_distinct"], 1))["disc"].combine_chunks()
