"""The classifier network of Niemeyer et al. 2021 (Table 1), at any resolution, width and number of outputs."""

import re
from collections.abc import Callable
from typing import Any

import keras
from keras import layers

DROPOUT = 0.2
L2 = 5e-4
SLOPE = 0.01

# Of each convolution: block, filters at full width, dilation, padding, and what ends it. Table 1 leaves out that
# the last one is 'valid' with dilation 2: its output of 28 x 28 from 32 x 32 needs it. All others are 'same'.
CONVOLUTIONS = (
    (1, 32, 1, "same", ("dropout",)),
    (2, 64, 2, "same", ()),
    (2, 64, 2, "same", ("dropout", "pooling")),
    (3, 128, 2, "same", ()),
    (3, 128, 2, "same", ("dropout",)),
    (4, 256, 3, "same", ()),
    (4, 256, 3, "same", ("dropout", "pooling")),
    (5, 512, 2, "valid", ("dropout",)),
)
# Two poolings halve the side, and the last convolution reaches over five pixels.
SMALLEST = 4 * 5


def build_network(
    resolution: int = 128,
    outputs: int = 13,
    width: float = 1.0,
    *,
    dropout: float = DROPOUT,
    l2: float = L2,
    batch_norm_momentum: float = 0.99,
) -> keras.Model:
    """Build the network: (B, resolution, resolution, 1) images in [-1, 1] to (B, outputs).

    Eight 3 x 3 convolutions, each with leaky ReLU and batch normalisation after it, spatial dropout after each block,
    two poolings, global average pooling, and one dense layer. Weights are initialised as in He et al. 2015 (normal);
    the L2 penalty lies on every kernel, that of the dense layer included.

    Args:
        resolution: Side of the square input in pixels.
        outputs: Number of grades of the scale; 1 makes the linear output of a regression.
        width: Factor on the number of filters; 1.0 is the paper's network of 2,355,021 parameters.
        dropout: Probability of dropping a feature map, in [0, 1).
        l2: Factor of the L2 penalty.
        batch_norm_momentum: Momentum of the moving mean and variance, in [0, 1).

    Returns:
        An uncompiled model; its softmax is computed in float32 whatever the dtype policy.

    Raises:
        ValueError: if the resolution is too small for the network.
    """
    if resolution < SMALLEST:
        raise ValueError(
            f"Invalid `resolution`. The network's smallest is {SMALLEST} x {SMALLEST} pixels. Received: {resolution}"
        )
    image = x = keras.Input((resolution, resolution, 1), name="image")
    for number, (block, filters, dilation, padding, ends) in enumerate(CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            max(1, round(width * filters)),
            3,
            dilation_rate=dilation,
            padding=padding,
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(l2),
            name=f"block{block}_convolution{number}",
        )(x)
        x = layers.LeakyReLU(SLOPE, name=f"block{block}_leaky_relu{number}")(x)
        x = layers.BatchNormalization(momentum=batch_norm_momentum, name=f"block{block}_normalization{number}")(x)
        if "dropout" in ends:
            x = layers.SpatialDropout2D(dropout, name=f"block{block}_dropout")(x)
        if "pooling" in ends:
            x = layers.MaxPooling2D(2, name=f"block{block}_pooling")(x)
    x = layers.GlobalAveragePooling2D(name="block6_average_pooling")(x)
    x = layers.Dense(
        outputs, kernel_initializer="he_normal", kernel_regularizer=keras.regularizers.L2(l2), name="block6_dense"
    )(x)
    activation = (
        layers.Activation("linear", dtype="float32", name="block6_linear")
        if outputs == 1
        else layers.Softmax(dtype="float32", name="block6_softmax")
    )
    return keras.Model(image, activation(x), name="discgrade")


def describe(model: keras.Model) -> list[dict[str, Any]]:
    """Return the rows of `training.NETWORK`, read from the live model: one a layer, the input left out."""
    computing = [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]
    return [
        {
            "block": _block(layer),
            "layer": number,
            "description": _description(layer),
            "shape": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
        }
        for number, layer in enumerate(computing, start=1)
    ]


def _block(layer: keras.Layer) -> int:
    """Return the block in the layer's name, or 0 in a network that does not name its blocks."""
    found = re.match(r"block(\d+)_", layer.name)
    return int(found[1]) if found else 0


def _description(layer: keras.Layer) -> str:
    for kind, describe_kind in _DESCRIPTIONS.items():
        if isinstance(layer, kind):
            return describe_kind(layer)
    return type(layer).__name__


def _describe_convolution(layer: keras.layers.Conv2D) -> str:
    size = " × ".join(map(str, (*layer.kernel_size, layer.filters)))
    dilation = "" if layer.dilation_rate == (1, 1) else f", dilation rate = {layer.dilation_rate[0]}"
    stride = "" if layer.strides == (1, 1) else f", stride = {layer.strides[0]}"
    return f"Convolution 2D, {size}{dilation}{stride}{', valid' if layer.padding == 'valid' else ''}"


_DESCRIPTIONS: dict[type, Callable[[Any], str]] = {
    layers.Conv2D: _describe_convolution,
    layers.LeakyReLU: lambda layer: f"Leaky ReLU, α = {float(layer.negative_slope):g}",  # noqa: RUF001
    layers.ReLU: lambda _: "ReLU",
    layers.BatchNormalization: lambda _: "Batch normalization",
    layers.Dropout: lambda layer: f"Dropout, P = {layer.rate:g}",
    layers.MaxPooling2D: lambda layer: f"Max pooling, {' × '.join(map(str, layer.pool_size))}",
    layers.AveragePooling2D: lambda layer: f"Average pooling, {' × '.join(map(str, layer.pool_size))}",
    layers.GlobalAveragePooling2D: lambda _: "Global average pooling",
    layers.Add: lambda _: "Sum with the short cut",
    layers.Concatenate: lambda layer: f"Concatenation of {len(layer.input)}",
    layers.Dense: lambda layer: f"Fully connected, n = {layer.units}",
    layers.Softmax: lambda _: "SoftMax",
    layers.Activation: lambda layer: f"{layer.activation.__name__.capitalize()} activation",
}
