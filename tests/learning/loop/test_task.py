import keras
import numpy as np
import pytest
from keras import ops

from discgrade.imaging import sampling
from discgrade.learning.loop.task import Objective, normalise

TARGET = np.eye(3, dtype=np.float32)[[0, 1, 2, 1]]
OUTPUTS = np.full((4, 3), 1 / 3, np.float32)
WEIGHT = np.array([1, 0, 2, 5], np.float32)


def hits(target, outputs):
    return ops.sum(target * outputs)


def test_pixels_are_normalised_on_the_device_to_the_same_bits_as_in_numpy():
    every = np.arange(65536, dtype=np.uint16).reshape(16, 64, 64)
    ours = ops.convert_to_numpy(normalise(every))
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, sampling.normalise(every))


def test_a_compiled_step_normalises_to_the_same_bits():
    import tensorflow as tf

    every = np.arange(65536, dtype=np.uint16).reshape(16, 64, 64)
    compiled = tf.function(normalise, autograph=False)
    np.testing.assert_array_equal(compiled(tf.constant(every)), sampling.normalise(every))


def test_a_weighted_objective_multiplies_each_samples_loss():
    objective = Objective(keras.losses.categorical_crossentropy, hits, weighted=True)
    assert float(objective.mean_loss(TARGET, OUTPUTS, WEIGHT)) == pytest.approx(np.log(3) * 8 / 4, rel=1e-6)


def test_an_objective_without_weights_leaves_them_out():
    objective = Objective(keras.losses.categorical_crossentropy, hits)
    assert float(objective.mean_loss(TARGET, OUTPUTS, WEIGHT)) == pytest.approx(np.log(3), rel=1e-6)


def test_weights_with_a_loss_of_the_batch_as_a_whole_are_refused():
    objective = Objective(lambda target, outputs: ops.mean(outputs), hits, weighted=True)
    with pytest.raises(ValueError, match="`class_weights` need the loss of each sample"):
        objective.mean_loss(TARGET, OUTPUTS, WEIGHT)
