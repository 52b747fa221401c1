"""What a backend does in a training."""

from abc import ABC, abstractmethod
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from discgrade.learning.loop.task import Objective, Tensor

Inputs = tuple[Tensor, ...]
"""(B, H, W) uint16 pixels, and (B, D) float32 of the context where the network takes it."""


class Engine(ABC):
    """A model, its optimizer, and one function of batches to train and one to predict, each compiled once.

    A batch is the network's inputs, (B, ...) float32 targets and (B,) float32 weights, as NumPy arrays or, where the
    samples lie on the device, as its own.

    Args:
        model: Network.
        optimizer: Built optimizer.
        objective: What is minimised and counted.
    """

    gpu: bool
    takes_context: bool

    @abstractmethod
    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> None: ...

    @abstractmethod
    def step(self, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss and its number of hits, which may not be computed yet."""

    @abstractmethod
    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return the (B, ...) outputs for a batch of inputs."""

    @abstractmethod
    def put(self, array: NDArray[Any]) -> Tensor:
        """Copy an array to the device."""

    @abstractmethod
    def take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        """Return rows of an array that lies on the device."""

    def sync(self) -> None:  # noqa: B027 - most backends have nothing to do
        """Bring the variables of model and optimizer up to date."""
