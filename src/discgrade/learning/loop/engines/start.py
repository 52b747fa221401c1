"""Finds the engine of the backend that runs."""

import keras

from discgrade.learning.loop.engines.engine import Engine
from discgrade.learning.loop.task import Objective


def start_engine(model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> Engine:
    """Return the engine of the backend that Keras runs on; the others need not be installed."""
    match keras.backend.backend():
        case "jax":
            from discgrade.learning.loop.engines import engine_jax  # noqa: PLC0415

            return engine_jax.JaxEngine(model, optimizer, objective)
        case "torch":
            from discgrade.learning.loop.engines import engine_torch  # noqa: PLC0415

            return engine_torch.TorchEngine(model, optimizer, objective)
        case _:
            from discgrade.learning.loop.engines import engine_tensorflow  # noqa: PLC0415

            return engine_tensorflow.TensorFlowEngine(model, optimizer, objective)
