"""Training and prediction steps on TensorFlow."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from discgrade.learning.loop.engines.engine import Engine, Inputs
from discgrade.learning.loop.engines.kernels_tensorflow import use_fast_kernels
from discgrade.learning.loop.task import Objective, Tensor, called_with


class TensorFlowEngine(Engine):
    """Two graphs of any number of images, so that no batch is traced again."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> None:
        use_fast_kernels(model)
        self.gpu = bool(tf.config.list_logical_devices("GPU"))
        self.takes_context = len(model.inputs) > 1
        images, *context = model.inputs
        given = (
            tf.TensorSpec((None, *images.shape[1:3]), tf.uint16),
            *(tf.TensorSpec((None, *one.shape[1:])) for one in context),
        )
        batch = [given, tf.TensorSpec((None, *(objective.target or model.output_shape[1:]))), tf.TensorSpec((None,))]

        @tf.function(input_signature=batch, autograph=False, jit_compile=False)
        def step(inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
            with tf.GradientTape() as tape:
                outputs = model(called_with(inputs), training=True)
                loss = tf.add_n([objective.mean_loss(target, outputs, weight), *model.losses])
            trained = model.trainable_variables
            optimizer.apply(tape.gradient(loss, trained), trained)
            return loss, objective.hits(target, outputs)

        @tf.function(input_signature=[given], autograph=False, jit_compile=False)
        def predict(inputs: Inputs) -> Tensor:
            return model(called_with(inputs), training=False)

        self._step, self._predict = step, predict

    def step(self, inputs: Inputs, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss and its number of hits."""
        loss, hits = self._step(inputs, target, weight)
        return loss, hits

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return the (B, ...) outputs for a batch of inputs."""
        return np.asarray(self._predict(inputs), np.float32)

    def put(self, array: NDArray[Any]) -> Tensor:
        """Copy an array to the device."""
        return tf.convert_to_tensor(array)

    def take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        """Return rows of an array that lies on the device."""
        return tf.gather(array, rows)
