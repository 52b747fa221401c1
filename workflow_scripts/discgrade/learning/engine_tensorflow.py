"""The compiled training and prediction steps on TensorFlow."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from discgrade.learning.kernels_tensorflow import use_fast_kernels
from discgrade.learning.objective import Objective, normalise


class Engine:
    """A model, its optimizer and its samples on the device; one graph trains, one predicts.

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
        use_fast_kernels(model)
        pixels, targets = tf.convert_to_tensor(pixels), tf.convert_to_tensor(targets)
        weights = None if weights is None else tf.convert_to_tensor(weights)
        rows = tf.TensorSpec((None,), tf.int32)

        @tf.function(input_signature=[rows], autograph=False, jit_compile=False)
        def step(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            target = tf.gather(targets, rows)
            weight = None if weights is None else tf.gather(weights, rows)
            with tf.GradientTape() as tape:
                outputs = model(normalise(tf.gather(pixels, rows)), training=True)
                loss = tf.add_n([objective.mean_loss(target, outputs, weight), *model.losses])
            trained = model.trainable_variables
            optimizer.apply(tape.gradient(loss, trained), trained)
            return loss, objective.hits(target, outputs)

        @tf.function(input_signature=[rows], autograph=False, jit_compile=False)
        def predict(rows: tf.Tensor) -> tf.Tensor:
            return model(normalise(tf.gather(pixels, rows)), training=False)

        self._step, self._predict = step, predict

    def train(self, order: NDArray[np.int32]) -> tuple[float, float]:
        """Take one step for each row of (steps, batch) sample numbers; return the sums of losses and hits."""
        losses, hits = zip(*(self._step(rows) for rows in order), strict=True)
        return float(np.sum(losses)), float(np.sum(hits))

    def predict(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the (len(rows), K) outputs of samples, by their numbers."""
        return np.asarray(self._predict(rows), np.float32)
