"""Training and prediction steps on PyTorch."""

from typing import Any

import keras
import numpy as np
import torch
from keras import ops
from numpy.typing import NDArray

from discgrade.learning.loop.engines.engine import Engine, Inputs
from discgrade.learning.loop.task import Objective, Tensor, called_with


class TorchEngine(Engine):
    """The steps as PyTorch runs them, operation by operation."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> None:
        self._model, self._optimizer, self._objective = model, optimizer, objective
        self._device = model.variables[0].value.device
        self.gpu = self._device.type == "cuda"
        self.takes_context = len(model.inputs) > 1

    def step(self, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss and its number of hits, which may not be computed yet."""
        target, weight = ops.convert_to_tensor(target), ops.convert_to_tensor(weight)
        outputs = self._model(self._called_with(inputs), training=True)
        loss = self._objective.mean_loss(target, outputs, weight) + sum(self._model.losses)
        self._model.zero_grad()
        loss.backward()
        with torch.no_grad():
            trained = self._model.trainable_variables
            self._optimizer.apply([variable.value.grad for variable in trained], trained)
            return loss.detach(), self._objective.hits(target, outputs)

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return the (B, ...) outputs for a batch of inputs."""
        with torch.no_grad():
            outputs = self._model(self._called_with(inputs), training=False)
        return np.asarray(outputs.float().cpu().numpy())

    def put(self, array: NDArray[Any]) -> Tensor:
        """Copy an array to the device; uint16 as the same bits of int16, for PyTorch indexes no uint16."""
        return torch.from_numpy(array.view(np.int16) if array.dtype == np.uint16 else array).to(self._device)

    def take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        """Return rows of an array that lies on the device."""
        return array[torch.from_numpy(rows).to(self._device)]

    def _called_with(self, inputs: Inputs) -> Tensor:
        bits, *context = (self.put(array) if isinstance(array, np.ndarray) else array for array in inputs)
        return called_with([bits.to(torch.int32) & 0xFFFF, *context])
