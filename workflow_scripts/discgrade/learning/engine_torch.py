"""The training and prediction steps on PyTorch."""

import keras
import numpy as np
import torch
from keras.src.backend.torch.core import get_device
from numpy.typing import NDArray

from discgrade.learning.objective import Objective, normalise


class Engine:
    """A model, its optimizer and its samples on the device.

    Args:
        model: Network.
        optimizer: Built optimizer.
        objective: Loss and accuracy.
        pixels: (N, H, W) uint16.
        targets: (N, K) float32.
        weights: (N,) float32, or None.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        objective: Objective,
        pixels: NDArray[np.uint16],
        targets: NDArray[np.float32],
        weights: NDArray[np.float32] | None,
    ) -> None:
        self._model, self._optimizer, self._objective = model, optimizer, objective
        # PyTorch indexes no uint16: the same bits as int16, made positive after the choice of rows.
        self._pixels = torch.from_numpy(pixels.view(np.int16)).to(get_device())
        self._targets = torch.from_numpy(targets).to(get_device())
        self._weights = None if weights is None else torch.from_numpy(weights).to(get_device())

    def train(self, order: NDArray[np.int32]) -> tuple[float, float]:
        """Take one step for each row of (steps, batch) sample numbers; return the sums of losses and hits."""
        losses = hits = torch.zeros((), device=get_device())
        for rows in order:
            loss, right = self._step(torch.from_numpy(rows).to(get_device()))
            losses, hits = losses + loss, hits + right
        return float(losses), float(hits)

    def predict(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the (len(rows), K) outputs of samples, by their numbers."""
        with torch.no_grad():
            outputs = self._model(self._images(torch.from_numpy(rows).to(get_device())), training=False)
        return outputs.float().cpu().numpy()

    def _images(self, rows: torch.Tensor) -> torch.Tensor:
        return normalise(self._pixels[rows].to(torch.int32) & 0xFFFF)

    def _step(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        target = self._targets[rows]
        outputs = self._model(self._images(rows), training=True)
        weight = None if self._weights is None else self._weights[rows]
        loss = self._objective.mean_loss(target, outputs, weight) + sum(self._model.losses)
        self._model.zero_grad()
        loss.backward()
        with torch.no_grad():
            trained = self._model.trainable_variables
            self._optimizer.apply([variable.value.grad for variable in trained], trained)
        return loss.detach(), self._objective.hits(target, outputs.detach())
