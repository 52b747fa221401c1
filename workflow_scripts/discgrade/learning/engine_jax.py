"""The compiled training and prediction steps on JAX."""

from functools import partial
from typing import Any

import jax
import keras
import numpy as np
from jax import numpy as jnp
from numpy.typing import NDArray

from discgrade.learning.objective import Objective, normalise

Arrays = list[jax.Array]
State = tuple[Arrays, Arrays, Arrays]


class Engine:
    """A model, its optimizer and its samples on the device; one program trains, one predicts.

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
        self._groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._data = jax.device_put((pixels, targets, weights))

        def loss(trained: Arrays, fixed: Arrays, images: jax.Array, target: jax.Array, weight: Any) -> Any:
            outputs, fixed, penalties = model.stateless_call(trained, fixed, images, training=True, return_losses=True)
            return objective.mean_loss(target, outputs, weight) + sum(penalties), (fixed, outputs)

        # One program a step: XLA runs convolutions inside a loop ten times slower on a CPU.
        @partial(jax.jit, donate_argnums=0)
        def step(state: State, data: Any, rows: jax.Array) -> tuple[State, jax.Array, jax.Array]:
            trained, fixed, optimizing = state
            images, target, weight = jax.tree.map(lambda array: array[rows], data)
            (value, (fixed, outputs)), gradients = jax.value_and_grad(loss, has_aux=True)(
                trained, fixed, normalise(images), target, weight
            )
            trained, optimizing = optimizer.stateless_apply(optimizing, gradients, trained)
            return (trained, fixed, optimizing), value, objective.hits(target, outputs)

        @jax.jit
        def predict(trained: Arrays, fixed: Arrays, pixels: jax.Array, rows: jax.Array) -> jax.Array:
            return model.stateless_call(trained, fixed, normalise(pixels[rows]), training=False)[0]

        self._step, self._predict = step, predict

    def train(self, order: NDArray[np.int32]) -> tuple[float, float]:
        """Take one step for each row of (steps, batch) sample numbers; return the sums of losses and hits."""
        state, losses, hits = self._state(), jnp.float32(0), jnp.float32(0)
        for rows in order:
            state, loss, right = self._step(state, self._data, rows)
            losses, hits = losses + loss, hits + right
        for variables, values in zip(self._groups, state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        return float(losses), float(hits)

    def predict(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the (len(rows), K) outputs of samples, by their numbers."""
        trained, fixed, _ = self._state()
        return np.asarray(self._predict(trained, fixed, self._data[0], rows), np.float32)

    def _state(self) -> State:
        trained, fixed, optimizing = ([variable.value for variable in group] for group in self._groups)
        return trained, fixed, optimizing
