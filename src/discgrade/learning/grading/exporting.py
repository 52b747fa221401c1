"""The networks of a bundle as ONNX files: each is compared with Keras before it is let out.

Keras is imported only once data and settings have passed their checks.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import onnxruntime
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import one_hot_levels
from discgrade.imaging.roi import Roi
from discgrade.imaging.sampling import normalise, sample
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.progress import say
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.regions import ROIS
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.records.results.training import PREDICTIONS
from discgrade.settings.members import Trained
from discgrade.settings.model import Border
from discgrade.settings.run import Run

CLOSE = 1e-5
"""Largest difference between an output by Keras and by the exported network."""
INPUTS = ("image", "level")
_AT_ONCE = 64


@dataclass(eq=False)
class _Member:
    """A network as Keras and as onnxruntime compute it, and what both made of the discs so far."""

    run: Run
    keras: Any
    session: onnxruntime.InferenceSession
    scored: dict[str, str]
    discs: list[str] = field(default_factory=list)
    embeddings: list[NDArray[np.float32]] = field(default_factory=list)
    difference: float = 0.0


def export_members(
    *,
    trained: Sequence[Trained],
    models: Sequence[Path],
    predictions: Sequence[Path],
    rois: Sequence[Path],
    discs: Path,
    border: Border,
    networks: Sequence[Path],
    embeddings: Path,
    log: TextIO | None = None,
) -> None:
    """Export the networks of some runs, and write what they make of the discs that they were scored on, as read.

    Args:
        trained: The runs, all at one resolution.
        models: Keras model of each run.
        predictions: Table of outputs of each run: it names the discs that the run was scored on.
        rois: Shards of regions of interest.
        discs: Table of discs.
        border: What fills the padding of a region to a square.
        networks: ONNX file to write for each run: inputs `image` (N, R, R, 1) in [-1, 1] and, where the network takes
            it, `level` (N, 5); outputs `outputs` (N, K) and `embedding` (N, D).
        embeddings: Table to write, `embeddings.EMBEDDINGS`, in the order of runs and discs.
        log: Where progress goes; standard error if None.

    Raises:
        ValueError: if an exported network does not compute what Keras does, or a disc has no region.
    """
    # By TensorFlow whatever trained the networks, and in single precision.
    start_backend(replace(trained[0].training, backend="tensorflow", precision="float32", threads=1))
    levels = {row["disc"]: row["level"] for row in records.read(discs, DISCS, ["disc", "level"]).to_pylist()}
    members = [
        _export(one, model, _scored(table), network)
        for one, model, table, network in zip(trained, models, predictions, networks, strict=True)
    ]
    for names, images in _images(rois, trained[0].run.resolution, border):
        for member in members:
            rows = [row for row, name in enumerate(names) if name in member.scored]
            if rows:
                chosen = [names[row] for row in rows]
                _compare(member, chosen, images[rows], [levels[name] for name in chosen])
    for member in members:
        _check(member, log or sys.stderr)
    records.write(pa.concat_tables(map(_table, members)), EMBEDDINGS, embeddings)


def _scored(predictions: Path) -> dict[str, str]:
    """Return the part of each disc that a run was scored on."""
    table = records.read(predictions, PREDICTIONS, ["disc", "part"])
    return dict(zip(table["disc"].to_pylist(), table["part"].to_pylist(), strict=True))


def _export(trained: Trained, model: Path, scored: dict[str, str], destination: Path) -> _Member:
    from discgrade.learning.grading.task import network_of  # noqa: PLC0415 - these import Keras
    from discgrade.learning.loop.onnx_file import save_onnx, with_embedding  # noqa: PLC0415

    network = network_of(trained.training, trained.run.resolution)
    network.load_weights(model)
    both = with_embedding(network, INPUTS)
    save_onnx(both, destination)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(destination, options, providers=["CPUExecutionProvider"])
    return _Member(trained.run, both, session, scored)


def _images(rois: Sequence[Path], resolution: int, border: Border) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Yield names and images of the discs as read, some at a time."""
    for shard in rois:
        for batch in records.batches(shard, ROIS, _AT_ONCE):
            rows = batch.to_pylist()
            pixels = [sample(Roi.from_row(row).pixels, resolution, border=border) for row in rows]
            yield [row["disc"] for row in rows], normalise(np.stack(pixels))


def _compare(member: _Member, names: list[str], images: NDArray[np.float32], levels: list[str]) -> None:
    """Let Keras and onnxruntime compute some discs, and keep the embeddings and the largest difference."""
    given = {"image": images} | ({"level": one_hot_levels(levels)} if len(member.keras.inputs) > 1 else {})
    wanted = ["outputs", "embedding"]
    found = dict(zip(wanted, member.session.run(wanted, given), strict=True))
    expected = member.keras(list(given.values()), training=False)
    for name in wanted:
        difference = float(np.abs(found[name] - np.asarray(expected[name])).max())
        member.difference = max(member.difference, difference if np.isfinite(difference) else np.inf)
    member.discs += names
    member.embeddings.append(found["embedding"])


def _check(member: _Member, log: TextIO) -> None:
    if missing := sorted(member.scored.keys() - set(member.discs)):
        raise ValueError(f"{len(missing)} discs that {member.run.path} was scored on have no region: {missing[:5]}")
    if member.difference > CLOSE:
        raise ValueError(
            f"The exported network of {member.run.path} should give what Keras gives, within {CLOSE:g}. Received: a "
            f"difference of {member.difference:.2g} on its {len(member.discs)} scored discs"
        )
    say(log, f"{member.run.path}: within {member.difference:.1g} of Keras on {len(member.discs)} discs")


def _table(member: _Member) -> pa.Table:
    """Return the embeddings of one run, by disc."""
    values = np.concatenate(member.embeddings)
    order = np.argsort(np.array(member.discs, str), kind="stable")
    names = [member.discs[row] for row in order]
    run = {name: [value] * len(names) for name, value in member.run.wildcards.items()}
    columns = {"disc": names, "part": [member.scored[name] for name in names], "embedding": list(values[order])}
    return pa.Table.from_pydict(run | columns, schema=EMBEDDINGS)
