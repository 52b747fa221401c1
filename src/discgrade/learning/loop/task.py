"""What the training loop is told of a task: a network, what it should give for each image, and how far off it is.

The functions are in keras.ops, so that they are the same on every backend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

Tensor = Any
Measure = Callable[[Tensor, Tensor], Tensor]
"""A function of (B, ...) targets and (B, ...) outputs."""


def normalise(pixels: Tensor) -> Tensor:
    """Map (B, H, W) uint16 pixels to (B, H, W, 1) float32 images in [-1, 1], as `imaging.sampling.normalise` does."""
    return ops.cast(pixels, "float32")[..., None] * (2 / 65535) - 1


def called_with(inputs: Sequence[Tensor]) -> Tensor:
    """Return what a network is called with for a batch of pixels: images alone, or images and the context."""
    pixels, *context = inputs
    return [normalise(pixels), *context] if context else normalise(pixels)


@dataclass(frozen=True)
class Objective:
    """What a training minimises and counts.

    Attributes:
        loss: Gives the loss of each sample, (B,), or one of the whole batch.
        hits: Gives the number of samples whose outputs are right.
        weighted: Whether the training weighs the samples.
        target: Shape of a sample's target, where it is not that of its output.
    """

    loss: Measure
    hits: Measure
    weighted: bool = False
    target: tuple[int, ...] | None = None

    def mean_loss(self, target: Tensor, outputs: Tensor, weight: Tensor) -> Tensor:
        """Return the mean loss of a batch, each sample's multiplied by its weight if the training is weighted.

        Raises:
            ValueError: if it is, but the loss is one number for the whole batch.
        """
        losses = self.loss(target, ops.cast(outputs, "float32"))
        if self.weighted and len(losses.shape) == 0:
            raise ValueError("`class_weights` need the loss of each sample. Received: a loss of the batch as a whole")
        return ops.mean(losses * weight if self.weighted else losses)


class Rows(Protocol):
    """Values by row number: an array, or what makes them when they are asked for, the same ones each time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of each."""

    def __getitem__(self, rows: Any, /) -> Any:  # noqa: ANN401
        """Return the values of (B,) row numbers, (B, ...)."""


@dataclass(frozen=True)
class Task:
    """Samples, what a network should make of them, and the network.

    Attributes:
        network: Builds the network for (B, H, W, 1) images, with weights drawn from Keras' global generator. It may
            take (B, D) values of the context as its second input.
        objective: What is minimised and counted.
        pixels: (N, H, W) uint16.
        targets: (N, ...) float32, each of the shape of an output or of `objective.target`.
        weights: (N,) float32 factors of the samples' losses; used if the objective is weighted.
        train: Row numbers of the samples to train on.
        validation: Row numbers of the samples that choose the checkpoint.
        scored: Row numbers of the samples to predict.
        full: Number of samples that the whole training part trains on; `train` may be a share of it.
        portion: Share of the samples to train on that an epoch shows, above 0 and at most 1.
        context: (N, D) float32 of what is known of each sample next to its image; for a network that takes it.
    """

    network: Callable[[], keras.Model]
    objective: Objective
    pixels: Rows
    targets: Rows
    weights: NDArray[np.float32]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    scored: NDArray[np.int64]
    full: int
    portion: float = 1.0
    context: NDArray[np.float32] | None = None
