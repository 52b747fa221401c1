"""Train one run and predict its scored part: the entry point of the workflow's `train` step.

Keras is imported only once data and settings have passed their checks, with the backend that the settings name.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.learning.grading.lessons import AS_READ, Lesson
from discgrade.learning.grading.samples import Samples, load_samples
from discgrade.learning.loop import checkpoints
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.device import MIB
from discgrade.learning.loop.progress import say, vanishing
from discgrade.records.results.training import HISTORY, NETWORK, PREDICTIONS
from discgrade.settings.model import Protocol, Training
from discgrade.settings.plain import plain
from discgrade.settings.run import Run


@dataclass(frozen=True)
class TrainingFiles:
    """What a training writes.

    Attributes:
        model: Keras model, with the weights of the chosen epoch.
        network: Table of layers.
        history: Table of epochs.
        predictions: Table of outputs, for the test and external parts, and for a cohort that is not learned.
    """

    model: Path
    network: Path
    history: Path
    predictions: Path


def train_model(
    *,
    samples: Sequence[Path],
    discs: Path,
    splits: Path,
    run: Run,
    training: Training,
    protocol: Protocol,
    identity: Sequence[str],
    files: TrainingFiles,
    state: Path,
    lesson: Lesson = AS_READ,
    progress: Path | None = None,
    log: TextIO | None = None,
) -> None:
    """Train one run and write its model, layers, history and predictions.

    Interrupted at any moment, the next call resumes after the last finished epoch and ends with the same bits.

    Args:
        samples: Shards of samples at the run's resolution.
        discs: Table of discs.
        splits: Table of splits.
        run: What is trained.
        training: How the variant is trained.
        protocol: What is scored, and which epoch becomes the model.
        identity: What decides the result next to settings and data, in any words: digests of the code and of the
            locked packages. Another identity does not resume this training.
        files: What to write.
        state: Folder of checkpoints: each training's lies in a folder below it, named by all that decides its result.
        lesson: What it learns instead of what people read.
        progress: File that holds, as long as the training runs, one line on how far it has come.
        log: Where each epoch is told; standard error if None.

    Raises:
        ValueError: if the settings or the data do not allow the run.
        FloatingPointError: if the training diverges.
    """
    log = log or sys.stderr
    with vanishing(progress, f"epoch 1/{training.epochs}  starts"):
        data = load_samples(
            samples, discs, splits, run=run, scale=training.scale, protocol=protocol, scratch=state, lesson=lesson
        )
        say(log, _summary(data))
        start_backend(training)
        from discgrade.learning.grading.network import describe  # noqa: PLC0415 - imports Keras
        from discgrade.learning.grading.task import grading_task  # noqa: PLC0415
        from discgrade.learning.loop import fitting, saving  # noqa: PLC0415

        name = _digest(data, run, training, protocol, identity)
        with checkpoints.own_folder(state, name, log) as folder:
            task = grading_task(data, training, log)
            trained = fitting.build(task, run.seed)
            choice = protocol.checkpoint
            epochs, outputs = fitting.fit(
                trained, task, training, run.seed, choice=choice, folder=folder, log=log, progress=progress
            )
            saving.save_model(trained, files.model)
            records.write(describe(trained), NETWORK, files.network)
            records.write(list(map(asdict, epochs)), HISTORY, files.history)
            records.write(predictions_of(data, outputs), PREDICTIONS, files.predictions)
            checkpoints.clear(folder)


def _summary(data: Samples) -> str:
    size = data.pixels.nbytes / MIB
    place = "in a file, read as needed" if isinstance(data.pixels, np.memmap) else "held once"
    return (
        f"{len(data.train)} samples to train on, {len(data.validation)} to choose the checkpoint, "
        f"{len(data.scored)} to score; {size:.0f} MiB of pixels, {place}"
    )


def _digest(data: Samples, run: Run, training: Training, protocol: Protocol, identity: Sequence[str]) -> str:
    """Return the digest of all that decides the result: code, versions, settings, run and data."""
    versions = {name: version(name) for name in ("keras", "numpy", training.backend)}
    arrays, levels = [data.pixels, data.grades, data.train, data.validation, data.scored], data.level.tolist()
    return checkpoints.digest(
        list(identity), versions, plain(training), plain(protocol), run.wildcards, levels, *arrays
    )


def predictions_of(data: Samples, outputs: NDArray[np.float32]) -> pa.Table:
    """Return a run's outputs for its scored samples, (N, K), as `training.PREDICTIONS`."""
    width = outputs.shape[1]
    offsets = pa.array(np.arange(0, outputs.size + 1, width, dtype=np.int32))
    columns = {
        "disc": data.disc[data.scored],
        "copy": data.copy[data.scored],
        "part": data.part[data.scored],
        "outputs": pa.ListArray.from_arrays(offsets, pa.array(outputs.ravel())),
    }
    return pa.table(columns)
