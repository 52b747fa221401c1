import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from discgrade.learning.loop.engines.kernels_tensorflow import use_fast_kernels


def model_of(layer, side=13):
    image = keras.Input((side, side, 6))
    return keras.Model(image, layer(image))


def outputs_and_gradients(model, images):
    weights = [weight.value for weight in model.trainable_variables]
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = model(images, training=True)
        loss = tf.reduce_sum(tf.sin(3 * outputs))
    return [outputs, *tape.gradient(loss, [images, *weights])]


def images(side=13):
    return np.random.default_rng(1).normal(size=(4, side, side, 6)).astype(np.float32)


@pytest.mark.parametrize("side", [11, 12, 13])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("dilation", [2, 3, (2, 3)])
def test_dilated_convolutions_and_their_gradients_are_those_of_keras(side, padding, dilation):
    model = model_of(layers.Conv2D(5, 3, dilation_rate=dilation, padding=padding), side)
    expected = outputs_and_gradients(model, images(side))
    use_fast_kernels(model)
    for ours, theirs in zip(outputs_and_gradients(model, images(side)), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layer", [layers.BatchNormalization(momentum=0.7), layers.LeakyReLU(0.01)])
def test_normalisation_and_leaky_relu_and_their_gradients_are_those_of_keras(layer):
    model = model_of(layer)
    start = model.get_weights()
    expected = [*outputs_and_gradients(model, images()), *model.get_weights()]
    model.set_weights(start)
    use_fast_kernels(model)
    for ours, theirs in zip([*outputs_and_gradients(model, images()), *model.get_weights()], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_dropout_drops_whole_feature_maps_and_keeps_the_mean():
    model = model_of(layers.SpatialDropout2D(0.25, seed=1))
    use_fast_kernels(model)
    outputs = np.asarray(model(np.ones((2000, 13, 13, 6), np.float32), training=True))
    assert (outputs == outputs[:, :1, :1]).all()
    assert set(np.unique(outputs).round(5)) == {0, np.float32(1 / 0.75).round(5)}
    assert outputs.mean() == pytest.approx(1, abs=0.02)


def test_inference_is_left_to_keras():
    model = model_of(layers.BatchNormalization())
    expected = np.asarray(model(images()))
    use_fast_kernels(model)
    np.testing.assert_array_equal(model(images()), expected)


def test_layers_of_other_kinds_are_left_alone():
    class Doubled(layers.LeakyReLU):
        def call(self, inputs):
            return 2 * super().call(inputs)

    model = model_of(Doubled(0.5))
    use_fast_kernels(model)
    np.testing.assert_array_equal(model(np.ones((1, 13, 13, 6), np.float32)), np.full((1, 13, 13, 6), 2))
