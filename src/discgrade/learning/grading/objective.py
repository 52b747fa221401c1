"""What a training minimises and counts, in keras.ops, so that it is the same on every backend."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from discgrade.grades import grades_of, rank
from discgrade.learning.grading.losses import Loss
from discgrade.settings.model import Scale

Tensor = Any


def normalise(pixels: Tensor) -> Tensor:
    """Map (B, H, W) uint16 pixels to (B, H, W, 1) float32 images in [-1, 1]."""
    return ops.cast(pixels, "float32")[..., None] * (2 / 65535) - 1


def targets(grades: NDArray[np.float64], scale: Scale) -> NDArray[np.float32]:
    """Return what the outputs are compared with: (N, K) one-hot ranks, or (N, 1) grades if continuous."""
    if scale == "continuous":
        return grades[:, None].astype(np.float32)
    return np.eye(len(grades_of(scale)), dtype=np.float32)[rank(grades, scale)]


@dataclass(frozen=True)
class Objective:
    """A loss and an accuracy on a scale; `weighted` if the training weighs its samples."""

    loss: Loss
    scale: Scale
    weighted: bool = False

    def mean_loss(self, target: Tensor, outputs: Tensor, weight: Tensor) -> Tensor:
        """Return the mean loss of a batch, each sample's multiplied by its weight if the training is weighted.

        Raises:
            ValueError: if it is, but the loss is one number for the whole batch.
        """
        losses = self.loss(target, ops.cast(outputs, "float32"))
        if self.weighted and len(losses.shape) == 0:
            raise ValueError("`class_weights` need the loss of each sample. Received: a loss of the batch as a whole")
        return ops.mean(losses * weight if self.weighted else losses)

    def hits(self, target: Tensor, outputs: Tensor) -> Tensor:
        """Return the number of samples whose most probable or nearest grade is the reference grade."""
        return ops.sum(ops.cast(self._rank(target) == self._rank(outputs), "float32"))

    def _rank(self, values: Tensor) -> Tensor:
        if self.scale != "continuous":
            return ops.argmax(values, axis=-1)
        grades = grades_of(self.scale)
        borders = ((grades[:-1] + grades[1:]) / 2).astype(np.float32)
        return ops.sum(ops.cast(values >= borders, "int32"), axis=-1)
