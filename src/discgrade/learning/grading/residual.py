"""A small residual network that is told the level of the disc: fewer and wider-reaching layers than Table 1's."""

from collections.abc import Callable
from functools import partial

import keras
from keras import layers

from discgrade.grades import LEVELS

FILTERS = (16, 16, 32, 64, 128)
"""Filters of the first convolution and of the four blocks, at full width."""
SMALLEST = 2**4


def build_network(
    resolution: int = 48,
    outputs: int = 5,
    width: float = 1.0,
    *,
    dropout: float = 0.1,
    l2: float = 0.0,
    batch_norm_momentum: float = 0.9,
) -> keras.Model:
    """Build the network: (B, resolution, resolution, 1) images in [-1, 1] and (B, 5) levels to (B, outputs).

    A 3 x 3 convolution; four residual blocks, each of half the side; batch normalisation, ReLU and global average
    pooling; the level, one-hot over `grades.LEVELS`, appended; one dense layer. Weights are initialised as in He et al.
    2015 (normal).

    Args:
        resolution: Side of the square input in pixels.
        outputs: Number of grades of the scale; 1 makes the linear output of a regression.
        width: Factor on the number of filters; 1.0 makes 0.31 million parameters.
        dropout: Probability of dropping a feature map within a block, in [0, 1).
        l2: Factor of the L2 penalty on every kernel; 0 adds none.
        batch_norm_momentum: Momentum of the moving mean and variance, in [0, 1).

    Returns:
        An uncompiled model; its softmax is computed in float32 whatever the dtype policy.

    Raises:
        ValueError: if the resolution is too small for the network.

    Reference:
        He et al. 2016, doi:10.1007/978-3-319-46493-0_38 (pre-activation); He et al. 2019,
        doi:10.1109/CVPR.2019.00065 (average-pooled short cut).
    """
    if resolution < SMALLEST:
        raise ValueError(
            f"Invalid `resolution`. The network's smallest is {SMALLEST} x {SMALLEST} pixels. Received: {resolution}"
        )
    filters = [max(1, round(width * count)) for count in FILTERS]
    kernel = {
        "kernel_initializer": "he_normal",
        "kernel_regularizer": keras.regularizers.L2(l2) if l2 else None,
    }
    convolution = partial(layers.Conv2D, padding="same", use_bias=False, **kernel)
    normalization = partial(layers.BatchNormalization, momentum=batch_norm_momentum)
    image = keras.Input((resolution, resolution, 1), name="image")
    level = keras.Input((len(LEVELS),), name="level")
    x = convolution(filters[0], 3, name="block1_convolution")(image)
    for block, count in enumerate(filters[1:], start=2):
        x = _residual_block(
            x, count, f"block{block}", dropout=dropout, convolution=convolution, normalization=normalization
        )
    x = normalization(name="block6_normalization")(x)
    x = layers.ReLU(name="block6_relu")(x)
    x = layers.GlobalAveragePooling2D(name="block6_average_pooling")(x)
    x = layers.Concatenate(name="block6_level")([x, level])
    x = layers.Dense(outputs, **kernel, name="block6_dense")(x)
    activation = (
        layers.Activation("linear", dtype="float32", name="block6_linear")
        if outputs == 1
        else layers.Softmax(dtype="float32", name="block6_softmax")
    )
    return keras.Model([image, level], activation(x), name="discgrade_residual")


def _residual_block(
    x: keras.KerasTensor,
    filters: int,
    name: str,
    *,
    dropout: float,
    convolution: Callable[..., keras.Layer],
    normalization: Callable[..., keras.Layer],
) -> keras.KerasTensor:
    """Halve the side: two pre-activated convolutions, added to a short cut of average pooling and 1 x 1 convolution."""
    pooled = layers.AveragePooling2D(2, padding="same", name=f"{name}_pooling")(x)
    shortcut = convolution(filters, 1, name=f"{name}_shortcut")(pooled)
    x = layers.ReLU(name=f"{name}_relu1")(normalization(name=f"{name}_normalization1")(x))
    x = convolution(filters, 3, strides=2, name=f"{name}_convolution1")(x)
    x = layers.ReLU(name=f"{name}_relu2")(normalization(name=f"{name}_normalization2")(x))
    x = layers.SpatialDropout2D(dropout, name=f"{name}_dropout")(x)
    x = convolution(filters, 3, name=f"{name}_convolution2")(x)
    return layers.Add(name=f"{name}_sum")([x, shortcut])
