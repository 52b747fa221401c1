"""Which convolutions an engine may compute in a way of its own."""

from keras import layers


def is_plain_and_dilated(layer: layers.Layer) -> bool:
    """Return whether a layer is Keras' dilated convolution of stride 1, an odd kernel and images of known size."""
    return type(layer) is layers.Conv2D and (
        layer.dilation_rate != (1, 1)
        and layer.strides == (1, 1)
        and layer.groups == 1
        and layer.data_format == "channels_last"
        and layer.padding in ("same", "valid")
        and all(size % 2 for size in layer.kernel_size)
        and None not in layer.input.shape[1:]
    )
