"""An ensemble: the mean of what several trainings predict for the same samples."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.records.results.training import PREDICTIONS

_SAMPLE = ["disc", "copy", "part"]


def combine_runs(*, predictions: Sequence[Path], destination: Path) -> None:
    """Write the mean outputs of several runs on one split as if one run had predicted them.

    Every run counts alike, so that the order of the runs decides nothing but the last bit of a sum.

    Args:
        predictions: The runs' `training.PREDICTIONS`.
        destination: Table of that schema to write, by disc and copy.

    Raises:
        ValueError: if the runs predict other samples, or on another scale.
    """
    tables = [
        records.read(path, PREDICTIONS).sort_by([("disc", "ascending"), ("copy", "ascending")]) for path in predictions
    ]
    samples = tables[0].select(_SAMPLE)
    for path, table in zip(predictions, tables, strict=True):
        if not table.select(_SAMPLE).equals(samples):
            raise ValueError(f"{path}: members of an ensemble should predict the same samples as {predictions[0]}")
    outputs = [_outputs(table) for table in tables]
    widths = sorted({values.shape[1] for values in outputs})
    if len(widths) > 1:
        raise ValueError(f"Members of an ensemble should have as many outputs each. Received: {widths}")
    mean = np.mean(outputs, axis=0).astype(np.float32)
    offsets = pa.array(np.arange(0, mean.size + 1, widths[0], dtype=np.int32))
    column = pa.ListArray.from_arrays(offsets, pa.array(mean.ravel()))
    records.write(samples.append_column("outputs", column), PREDICTIONS, destination)


def _outputs(table: pa.Table) -> NDArray[np.float64]:
    """Return the outputs of the samples, (N, K)."""
    flat = table["outputs"].combine_chunks().flatten().to_numpy()
    return np.asarray(flat.reshape(table.num_rows, -1), np.float64)
