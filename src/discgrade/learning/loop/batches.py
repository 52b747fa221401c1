"""Batches of samples on their way to the device: held there if they fit, taken from the host if not."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from discgrade.learning.loop.device import MIB, gpu_use
from discgrade.learning.loop.engines.engine import Engine, Inputs
from discgrade.learning.loop.task import Task, Tensor

# Share of the GPU's free memory that samples may fill; the network's activations need the rest.
SHARE = 0.5


class Batches:
    """The samples of a training, by row number. Both ways give the same batches in the same order.

    Args:
        engine: The backend's engine.
        task: Its pixels, targets and weights, and its context if the engine's network takes it.
    """

    def __init__(self, engine: Engine, task: Task) -> None:
        inputs: Inputs = (task.pixels, task.context) if engine.takes_context else (task.pixels,)
        self._engine = engine
        self.resident = engine.gpu and isinstance(task.pixels, np.ndarray) and _fits(task.pixels.nbytes)
        self._inputs, self._compared = self._placed(inputs), self._placed((task.targets, task.weights))

    def whole(self, order: NDArray[np.int32]) -> Iterator[tuple[Inputs, Tensor, Tensor]]:
        """Yield inputs, targets and weights for each row of (steps, batch) row numbers."""
        for rows in order:
            targets, weights = (self._take(array, rows) for array in self._compared)
            yield tuple(self._take(array, rows) for array in self._inputs), targets, weights

    def inputs(self, order: NDArray[np.int32]) -> Iterator[Inputs]:
        """Yield the inputs alone."""
        for rows in order:
            yield tuple(self._take(array, rows) for array in self._inputs)

    def _placed(self, arrays: Inputs) -> Inputs:
        return tuple(map(self._engine.put, arrays)) if self.resident else arrays

    def _take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        return self._engine.take(array, rows) if self.resident else array[rows]


def _fits(size: int) -> bool:
    """Return whether this many bytes leave the GPU enough free memory; where the driver does not tell, they do not."""
    use = gpu_use()
    return use is not None and size / MIB < SHARE * (use[1] - use[0])
