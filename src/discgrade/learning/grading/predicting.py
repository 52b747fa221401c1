"""What a trained run makes of the cohort `external`: such patients need its network and no training."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from discgrade import records
from discgrade.learning.grading.samples import load_external
from discgrade.learning.grading.training import predictions_of
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.progress import say
from discgrade.records.results.training import PREDICTIONS
from discgrade.settings.model import Protocol, Training
from discgrade.settings.run import Run


def predict_external(
    *,
    model: Path,
    samples: Sequence[Path],
    discs: Path,
    splits: Path,
    run: Run,
    training: Training,
    protocol: Protocol,
    scratch: Path,
    destination: Path,
    log: TextIO | None = None,
) -> None:
    """Write what a trained run predicts for the discs of the cohort `external`.

    Args:
        model: Keras model of the run.
        samples: Shards of samples at the run's resolution that hold those of the external discs.
        discs: Table of discs.
        splits: Table of splits.
        run: The run.
        training: How its variant was trained.
        protocol: Which copies are predicted.
        scratch: Folder for pixels that do not fit the memory.
        destination: Table to write, `training.PREDICTIONS`, by disc and copy.
        log: Where is told how many there are; standard error if None.

    Raises:
        ValueError: if an external disc has no sample.
    """
    log = log or sys.stderr
    data = load_external(samples, discs, splits, run=run, protocol=protocol, scratch=scratch)
    if data is None:
        records.write([], PREDICTIONS, destination)
        return
    say(log, f"{len(data.scored)} samples of the external cohort to predict")
    start_backend(training)
    from discgrade.learning.grading.task import predicting_task  # noqa: PLC0415 - imports Keras
    from discgrade.learning.loop import fitting  # noqa: PLC0415

    task = predicting_task(data, training)
    network = fitting.build(task, run.seed)
    network.load_weights(model)
    outputs = fitting.predict_alone(network, task, training, log)
    records.write(predictions_of(data, outputs), PREDICTIONS, destination)
