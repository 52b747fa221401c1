"""The compiled training and prediction steps on TensorFlow."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

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
        pixels, targets = tf.convert_to_tensor(pixels), tf.convert_to_tensor(targets)
        weights = None if weights is None else tf.convert_to_tensor(weights)

        def step(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            target = tf.gather(targets, rows)
            with tf.GradientTape() as tape:
                outputs = model(normalise(tf.gather(pixels, rows)), training=True)
                weight = None if weights is None else tf.gather(weights, rows)
                loss = objective.mean_loss(target, outputs, weight) + tf.add_n(model.losses or [0.0])
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss, objective.hits(target, outputs)

        @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)], jit_compile=False)
        def train(order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            losses, hits = tf.constant(0.0), tf.constant(0.0)
            for rows in order:
                loss, right = step(rows)
                losses += loss
                hits += right
            return losses, hits

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32)], jit_compile=False)
        def predict(rows: tf.Tensor) -> tf.Tensor:
            return model(normalise(tf.gather(pixels, rows)), training=False)

        self._train, self._predict = train, predict

    def train(self, order: NDArray[np.int32]) -> tuple[float, float]:
        """Take one step for each row of (steps, batch) sample numbers; return the sums of losses and hits."""
        losses, hits = self._train(order)
        return float(losses), float(hits)

    def predict(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the (len(rows), K) outputs of samples, by their numbers."""
        return np.asarray(self._predict(rows), np.float32)
