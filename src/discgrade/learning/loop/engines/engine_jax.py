"""Training and prediction steps on JAX."""

from functools import partial
from typing import Any

import jax
import keras
import numpy as np
from numpy.typing import NDArray

from discgrade.learning.loop.engines.engine import Engine, Inputs
from discgrade.learning.loop.engines.kernels_jax import use_fast_kernels
from discgrade.learning.loop.task import Objective, Tensor, called_with

Arrays = list[Tensor]
State = tuple[Arrays, Arrays, Arrays]


class JaxEngine(Engine):
    """Two programs; the state lies in arrays that each step replaces until `sync` hands them to the variables."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> None:
        use_fast_kernels(model)
        self.gpu = jax.default_backend() == "gpu"
        self.takes_context = len(model.inputs) > 1
        self._groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._state: State | None = None

        def loss(trained: Arrays, fixed: Arrays, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Any]:
            outputs, fixed, penalties = model.stateless_call(
                trained, fixed, called_with(inputs), training=True, return_losses=True
            )
            return objective.mean_loss(target, outputs, weight) + sum(penalties), (fixed, outputs)

        # One program a step: inside a loop XLA runs convolutions ten times slower on a CPU.
        @partial(jax.jit, donate_argnums=0)
        def step(state: State, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[State, Tensor, Tensor]:
            trained, fixed, optimizing = state
            (value, (fixed, outputs)), gradients = jax.value_and_grad(loss, has_aux=True)(
                trained, fixed, inputs, target, weight
            )
            trained, optimizing = optimizer.stateless_apply(optimizing, gradients, trained)
            return (trained, fixed, optimizing), value, objective.hits(target, outputs)

        @jax.jit
        def predict(trained: Arrays, fixed: Arrays, inputs: Inputs) -> Tensor:
            return model.stateless_call(trained, fixed, called_with(inputs), training=False)[0]

        self._step, self._predict = step, predict

    def step(self, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss and its number of hits, which may not be computed yet."""
        self._state, loss, hits = self._step(self._state or self._values(), inputs, target, weight)
        return loss, hits

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return the (B, ...) outputs for a batch of inputs."""
        trained, fixed, _ = self._state or self._values()
        return np.asarray(self._predict(trained, fixed, inputs), np.float32)

    def put(self, array: NDArray[Any]) -> Tensor:
        """Copy an array to the device."""
        return jax.device_put(array)

    def take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        """Return rows of an array that lies on the device."""
        return array[rows]

    def sync(self) -> None:
        """Hand the state to the variables of model and optimizer."""
        for variables, values in zip(self._groups, self._state or (), strict=False):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        self._state = None

    def _values(self) -> State:
        trained, fixed, optimizing = ([variable.value for variable in group] for group in self._groups)
        return trained, fixed, optimizing
