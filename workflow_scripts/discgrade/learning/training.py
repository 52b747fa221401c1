"""Train one run and predict its scored part: the entry point of the workflow's `train` step."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from discgrade import records
from discgrade.learning import checkpoint
from discgrade.learning.backend import start_backend
from discgrade.learning.feeding import load_samples
from discgrade.study import Run


def train_model(
    *,
    samples: Sequence[Path],
    discs: Path,
    splits: Path,
    run: Run,
    training: Mapping[str, Any],
    protocol: Mapping[str, Any],
    model: Path,
    network: Path,
    history: Path,
    predictions: Path,
    state: Path,
    log: TextIO | None = None,
) -> None:
    """Train one run and write its model, layers, history and predictions.

    Interrupted at any moment, the next call goes on from the last finished epoch and ends with the same bits.

    Args:
        samples: Shards of samples at the run's resolution.
        discs: Table of discs.
        splits: Table of splits.
        run: What is trained.
        training: Settings of the variant, as `study.variant_training` merges them.
        protocol: `score` and `checkpoint`, as in the config.
        model: Keras model to write, with the weights of the best epoch.
        network: Table of layers to write.
        history: Table of epochs to write.
        predictions: Table of outputs to write, for the test and external parts.
        state: Folder of checkpoints; each run's lies in a subfolder named by what decides its result.
        log: Where progress goes; standard error if None.

    Raises:
        ValueError: if the settings or the data do not allow the run.
        FloatingPointError: if the training diverges.
    """
    log = log or sys.stderr
    data = load_samples(samples, discs, splits, run=run, scale=training["scale"], protocol=protocol)
    print(
        f"{len(data.train)} training, {len(data.validation)} validation, {len(data.scored)} scored samples, "
        f"{data.pixels.nbytes / 2**20:.0f} MiB of pixels",
        file=log,
        flush=True,
    )
    start_backend(training)
    from discgrade.learning import fitting, network as networks, prediction  # noqa: PLC0415 - Keras comes after its backend

    name = checkpoint.digest(dict(training), dict(protocol), run.wildcards, data.pixels, data.grades)
    with checkpoint.own_folder(state, name, log) as folder:
        trained = fitting.build(training, run)
        epochs, outputs = fitting.fit(trained, data, run, training, folder, log)
        prediction.save_model(trained, model)
        records.write(networks.describe(trained), records.NETWORK, network)
        records.write(epochs, records.HISTORY, history)
        rows = {
            "disc": data.disc[data.scored],
            "copy": data.copy[data.scored],
            "part": data.part[data.scored],
            "outputs": pa.array(list(outputs), pa.list_(pa.float32())),
        }
        records.write(pa.table(rows), records.PREDICTIONS, predictions)
        checkpoint.clear(folder)
