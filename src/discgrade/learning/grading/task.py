"""The task of grading, as the training loop takes it: targets, hits and weights on a scale of grades."""

from functools import partial
from typing import Any, TextIO

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from discgrade.grades import grades_of, one_hot_levels, rank
from discgrade.learning.extension import resolve
from discgrade.learning.grading.losses import balanced_class_weights, find_loss
from discgrade.learning.grading.samples import Samples
from discgrade.learning.loop.progress import say
from discgrade.learning.loop.task import Measure, Objective, Task, Tensor
from discgrade.settings.model import Scale, Training


def grading_task(samples: Samples, training: Training, log: TextIO) -> Task:
    """Return what a run learns: its samples, their targets, and the network and loss that the settings name.

    Args:
        samples: Samples of the run, graded on the scale of `training`.
        training: How the variant is trained.
        log: Is told which grades have no sample to train on.

    Raises:
        ValueError: if there is no such network or loss, or if class weights or soft targets are asked for on the
            continuous scale.
    """
    weights = _sample_weights(samples, training, log)
    objective = Objective(find_loss(training.loss), hits(training.scale), weighted=weights is not None)
    return Task(
        network=partial(network_of, training, samples.pixels.shape[-1]),
        objective=objective,
        pixels=samples.pixels,
        targets=targets(samples.grades, training.scale, training.softness),
        weights=np.ones(len(samples.grades), np.float32) if weights is None else weights,
        train=samples.train,
        validation=samples.validation,
        scored=samples.scored,
        full=samples.full,
        portion=_portion(samples, training.views),
        context=one_hot_levels(samples.level),
    )


def predicting_task(samples: Samples, training: Training) -> Task:
    """Return what a trained run predicts: samples without a target."""
    count = len(samples.grades)
    return Task(
        network=partial(network_of, training, samples.pixels.shape[-1]),
        objective=Objective(find_loss(training.loss), hits(training.scale)),
        pixels=samples.pixels,
        targets=np.zeros((count, 1), np.float32),
        weights=np.ones(count, np.float32),
        train=samples.train,
        validation=samples.validation,
        scored=samples.scored,
        full=samples.full,
        portion=1.0,
        context=one_hot_levels(samples.level),
    )


def _portion(samples: Samples, views: int | None) -> float:
    """Return the share of the samples to train on that so many views of each disc are; all, if there are no more."""
    copies = len(np.unique(samples.copy[samples.train]))
    return 1.0 if views is None else min(1.0, views / copies)


def network_of(training: Training, resolution: int) -> keras.Model:
    """Build the network that a variant trains, for images of `resolution` x `resolution` pixels."""
    model: keras.Model = resolve(training.network)(
        resolution=resolution,
        outputs=1 if training.scale == "continuous" else len(grades_of(training.scale)),
        width=training.width,
        dropout=training.dropout,
        l2=training.l2,
        batch_norm_momentum=training.batch_norm_momentum,
    )
    return model


def targets(grades: NDArray[np.float64], scale: Scale, softness: float | None = None) -> NDArray[np.float32]:
    """Return what the outputs are compared with: (N, K) one-hot ranks, or (N, 1) grades if continuous.

    With a softness, the target of grade k is proportional to exp(-|k - y| / softness) instead, y being the reference.

    Raises:
        ValueError: if soft targets are asked for on the continuous scale.
    """
    if scale == "continuous":
        if softness is not None:
            raise ValueError("`softness` needs a scale of grades. Received: `scale: continuous`")
        return grades[:, None].astype(np.float32)
    if softness is None:
        return np.eye(len(grades_of(scale)), dtype=np.float32)[rank(grades, scale)]
    near = np.exp(-np.abs(grades[:, None] - grades_of(scale)) / softness)
    return np.asarray(near / near.sum(axis=1, keepdims=True), np.float32)


def hits(scale: Scale) -> Measure:
    """Return the function that counts the samples whose most probable or nearest grade is the reference grade."""
    ranks = _nearest_rank if scale == "continuous" else partial(ops.argmax, axis=-1)

    def count(target: Tensor, outputs: Tensor) -> Tensor:
        return ops.sum(ops.cast(ranks(target) == ranks(outputs), "float32"))

    return count


def _nearest_rank(values: Tensor) -> Any:  # noqa: ANN401
    """Return the rank on the fractional scale that is nearest to each of (B, 1) grades."""
    grades = grades_of("continuous")
    borders = ((grades[:-1] + grades[1:]) / 2).astype(np.float32)
    return ops.sum(ops.cast(values >= borders, "int32"), axis=-1)


def _sample_weights(samples: Samples, training: Training, log: TextIO) -> NDArray[np.float32] | None:
    """Return the class weight of each sample, or None without them; say which grades have no sample to train on."""
    if training.scale == "continuous":
        if training.class_weights:
            raise ValueError("`class_weights` need a scale of grades. Received: `scale: continuous`")
        return None
    grades = grades_of(training.scale)
    ranks = rank(samples.grades, training.scale)
    counts = np.bincount(ranks[samples.train], minlength=len(grades))
    if not counts.all():
        say(log, f"no training sample of grades {grades[counts == 0].tolist()}: they are not learnt")
    if not training.class_weights:
        return None
    return balanced_class_weights(ranks[samples.train], len(grades)).astype(np.float32)[ranks]
