"""The discs behind a number: which were scored, how each was graded, and the exported image that shows it."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discgrade.provenance.cell import is_among
from discgrade.provenance.trace import Trace

COLUMNS = ["disc", "patient", "level", "cohort", "part", "split", "copy", "reference", "predicted", "shard", "image"]


def discs_behind(trace: Trace) -> pa.Table:
    """Return one row a scored sample of a trace.

    Returns:
        Table with `COLUMNS`: pseudonyms, grades, and the path of the image below the study's folder.

    Raises:
        ValueError: if the traced number is no score of a run.
    """
    folder = trace.chain.folder
    if trace.runs is None:
        raise ValueError("--discs needs a cell that shows a score of a run")
    graded = pq.read_table(folder / "graded.parquet")
    runs = graded.select(["variant", "resolution", "share", "split", "seed"]).to_pylist()
    known: dict[tuple[object, ...], bool] = {}
    chosen = [_chosen(tuple(run.values()), run, trace, known) for run in runs]
    samples = graded.filter(pa.array(chosen)).drop_columns(["variant", "resolution", "share", "seed", "scale"])
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
    wanted = ["disc", "patient", "level", "cohort", "maker", "field_strength", "origin", "shard", "sop_instance_uid"]
    return discs.select(wanted).join(images, "sop_instance_uid")


def _in_scope(trace: Trace, samples: pa.Table) -> pa.Array:
    """Return which samples the score is restricted to; of a doubly read scope all are shown."""
    scope, group = (trace.score["scope"], trace.score["group"]) if trace.score else ("all", "")
    part = "external" if group == "external" else "test"
    chosen = pc.equal(samples["part"], part)
    if scope in ("cohort", "level", "maker", "field_strength", "origin") and group != "external":
        values = [f"{value:g}" if isinstance(value, float) else str(value) for value in samples[scope].to_pylist()]
        chosen = pc.and_(chosen, pa.array([value == group for value in values]))
    return chosen
