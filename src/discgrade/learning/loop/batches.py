"""Batches of samples on their way to the device: held there if they fit, taken from the host's memory if not."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from discgrade.learning.loop.device import MIB, gpu_use
from discgrade.learning.loop.engines.engine import Engine
from discgrade.learning.loop.task import Task, Tensor

# Share of the GPU's free memory that samples may fill; the network's activations need the rest.
SHARE = 0.5


class Batches:
    """The samples of a training, by row number. Both ways give the same batches in the same order.

    Args:
        engine: The backend's engine.
        task: Its pixels, targets and weights.
    """

    def __init__(self, engine: Engine, task: Task) -> None:
        arrays: tuple[Tensor, ...] = (task.pixels, task.targets, task.weights)
        self._engine = engine
        self.resident = engine.gpu and _fits(task.pixels.nbytes)
        self._arrays = tuple(map(engine.put, arrays)) if self.resident else arrays

    def whole(self, order: NDArray[np.int32]) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield pixels, targets and weights for each row of (steps, batch) row numbers."""
        for rows in order:
            pixels, targets, weights = (self._take(array, rows) for array in self._arrays)
            yield pixels, targets, weights

    def pixels(self, order: NDArray[np.int32]) -> Iterator[Tensor]:
        """Yield the pixels alone."""
        for rows in order:
            yield self._take(self._arrays[0], rows)

    def _take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        return self._engine.take(array, rows) if self.resident else array[rows]


def _fits(size: int) -> bool:
    """Return whether this many bytes leave the GPU enough free memory; where the driver does not tell, they do not."""
    use = gpu_use()
    return use is not None and size / MIB < SHARE * (use[1] - use[0])
