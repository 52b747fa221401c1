"""Training and prediction steps on TensorFlow."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from discgrade.learning.loop.engines.engine import Engine
from discgrade.learning.loop.engines.kernels_tensorflow import use_fast_kernels
from discgrade.learning.loop.task import Objective, Tensor, normalise


class TensorFlowEngine(Engine):
    """Two graphs of any number of images, so that no batch is traced again."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> None:
        use_fast_kernels(model)
        self.gpu = bool(tf.config.list_logical_devices("GPU"))
        images = tf.TensorSpec((None, *model.input_shape[1:3]), tf.uint16)
        batch = [images, tf.TensorSpec((None, *model.output_shape[1:])), tf.TensorSpec((None,))]

        @tf.function(input_signature=batch, autograph=False, jit_compile=False)
        def step(pixels: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
            with tf.GradientTape() as tape:
                outputs = model(normalise(pixels), training=True)
                loss = tf.add_n([objective.mean_loss(target, outputs, weight), *model.losses])
            trained = model.trainable_variables
            optimizer.apply(tape.gradient(loss, trained), trained)
            return loss, objective.hits(target, outputs)

        @tf.function(input_signature=[images], autograph=False, jit_compile=False)
        def predict(pixels: Tensor) -> Tensor:
            return model(normalise(pixels), training=False)

        self._step, self._predict = step, predict

    def step(self, pixels: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss and its number of hits."""
        loss, hits = self._step(pixels, target, weight)
        return loss, hits

    def predict(self, pixels: Tensor) -> NDArray[np.float32]:
        """Return the (B, ...) outputs for a batch of pixels."""
        return np.asarray(self._predict(pixels), np.float32)

    def put(self, array: NDArray[Any]) -> Tensor:
        """Copy an array to the device."""
        return tf.convert_to_tensor(array)

    def take(self, array: Tensor, rows: NDArray[np.int32]) -> Tensor:
        """Return rows of an array that lies on the device."""
        return tf.gather(array, rows)
