"""A small U-shaped network: from an input of S x S pixels to maps of a quarter of its side."""

from typing import Any

import keras
from keras import layers

STRIDE = 4
"""Pixels of the input along a side of a cell of the output."""
_DEEPEST = 32

Tensor = Any


def build_network(side: int, levels: int, width: float = 1.0) -> keras.Model:
    """Build the network: (B, side, side, 1) images in [-1, 1] to (B, side / 4, side / 4, levels + 4) maps.

    What the maps are is said in `imaging.locating.facts`.

    Args:
        side: Side of the input in pixels, a multiple of 32.
        levels: Number of levels.
        width: Factor on the number of filters.

    Raises:
        ValueError: if the side is no multiple of 32.
    """
    if side % _DEEPEST:
        raise ValueError(f"Invalid `locator.side`. It should be a multiple of {_DEEPEST}. Received: {side}")
    image = keras.Input((side, side, 1), name="image")
    few, some, many = (max(4, round(width * filters)) for filters in (24, 48, 96))
    quarter = _residual(_convolution(_convolution(image, few // 2, 5, 2), few, 3, 2))
    eighth = _residual(_convolution(quarter, some, 3, 2))
    sixteenth = _residual(_convolution(eighth, many, 3, 2))
    deepest = _residual(_convolution(sixteenth, many, 3, 2))
    up = _convolution(layers.Add()([_doubled(deepest, many), sixteenth]), many // 2)
    up = _convolution(layers.Add()([_doubled(up, some), eighth]), some)
    up = _convolution(layers.Add()([_doubled(up, few), quarter]), few)
    maps = layers.Conv2D(levels + 4, 1, dtype="float32", name="maps")(up)
    return keras.Model(image, maps, name="locator")


def _convolution(x: Tensor, filters: int, size: int = 3, stride: int = 1, *, active: bool = True) -> Tensor:
    x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.BatchNormalization(momentum=0.95)(x)
    return layers.ReLU()(x) if active else x


def _residual(x: Tensor) -> Tensor:
    filters = x.shape[-1]
    return layers.ReLU()(layers.Add()([x, _convolution(_convolution(x, filters), filters, active=False)]))


def _doubled(x: Tensor, filters: int) -> Tensor:
    """Give the maps other filters, and double their side."""
    return layers.UpSampling2D()(_convolution(x, filters, 1))
