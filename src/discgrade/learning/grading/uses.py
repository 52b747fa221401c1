"""Which samples a run trains on, chooses its checkpoint with and predicts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.copies import is_scored
from discgrade.records.cohort.samples import sample_schema
from discgrade.settings.model import Protocol


def sample_index(shards: Sequence[Path], table: pa.Table, resolution: int) -> dict[str, NDArray[Any]]:
    """Return disc number, copy, part and share of every sample, in the order of the shards; unknown discs get -1."""
    schema = sample_schema(resolution)
    index = records.read_all(shards, schema, columns=["disc", "copy"])
    disc = pc.fill_null(pc.index_in(index["disc"], value_set=table["disc"].combine_chunks()), -1).to_numpy()
    copy = index["copy"].to_numpy()
    _check_complete(disc, copy, table["disc"])
    return {
        "disc": disc,
        "copy": copy,
        "part": np.where(disc < 0, "", table["part"].to_numpy()[disc]),
        "share": table["share"].to_numpy()[disc],
        "taught": table["taught"].to_numpy()[disc],
    }


def _check_complete(disc: NDArray[Any], copy: NDArray[Any], names: pa.ChunkedArray) -> None:
    """Check that every disc has samples, and each copy once.

    Raises:
        ValueError: if not.
    """
    lost = np.setdiff1d(np.arange(len(names)), disc)
    if lost.size:
        raise ValueError(f"{lost.size} discs have no samples, for example {names.take(lost[:5]).to_pylist()}")
    keys, counts = np.unique(disc[disc >= 0] * (1 + copy.max()) + copy[disc >= 0], return_counts=True)
    if (counts > 1).any():
        twice = names.take(keys[counts > 1][:5] // (1 + copy.max())).to_pylist()
        raise ValueError(f"{(counts > 1).sum()} samples are there twice, for example of discs {twice}")


def sample_uses(index: Mapping[str, NDArray[Any]], share: int, protocol: Protocol) -> dict[str, NDArray[np.bool_]]:
    """Return which samples a run on a share trains on, chooses its checkpoint with and predicts."""
    part, as_read, taught = index["part"], index["copy"] == 0, index["taught"]
    scored_copy = is_scored(index["copy"], protocol.score)
    trained_copy = scored_copy if protocol.score == "augmented" else True
    apart = protocol.checkpoint != "scored"
    uses = {
        "train": np.isin(part, ["train"] if apart else ["train", "validation"])
        & (index["share"] >= share)
        & trained_copy
        & taught,
        "validation": ((part == "validation") & as_read if apart else (part == "test") & scored_copy) & taught,
        "scored": (np.isin(part, ["test", "external"]) | ((part != "") & ~taught)) & scored_copy,
    }
    empty = [use for use, chosen in uses.items() if not chosen.any()]
    if empty:
        raise ValueError(
            f"No samples for: {', '.join(empty)}, with `score: {protocol.score}` and `checkpoint: "
            f"{protocol.checkpoint}`. Add patients, set `splits.validation` above 0 for `checkpoint: validation` and "
            "`last`, and `augmentation.copies` above 0 for `score: augmented`."
        )
    return uses
