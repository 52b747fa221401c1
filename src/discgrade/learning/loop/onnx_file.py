"""A network as an ONNX file, which runs without Keras: the same bytes for the same weights."""

import warnings
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import onnx
from keras import layers

from discgrade.records import replacing

OPSET = 15
"""Version of ONNX's operators: all runtimes of the last years know it."""
BATCH = "batch"
"""Name of the batch axis."""


def with_embedding(network: keras.Model, names: Sequence[str]) -> keras.Model:
    """Return a network that also says what enters its last dense layer.

    Args:
        network: Takes (B, H, W, 1) images, and may take (B, D) values of the context as its second input.
        names: Names for its inputs.

    Returns:
        A network of the same weights with the outputs `outputs` and `embedding`, (B, ...) flattened to (B, E). The
        embedding of a network without a dense layer is its outputs.
    """
    dense = [layer for layer in network.layers if isinstance(layer, layers.Dense)]
    entering = dense[-1].input if dense else network.outputs[0]
    both = keras.Model(network.inputs, [network.outputs[0], entering])
    named = [keras.Input(tuple(given.shape[1:]), name=name) for name, given in zip(names, network.inputs, strict=False)]
    outputs, embedding = both(named if len(named) > 1 else named[0])
    flat = layers.Reshape((-1,))(embedding) if len(embedding.shape) > 2 else layers.Identity()(embedding)
    return keras.Model(named, {"outputs": outputs, "embedding": flat})


def named_outputs(network: keras.Model, given: str, outputs: str) -> keras.Model:
    """Return a network of one input and one output under other names, of the same weights."""
    image = keras.Input(tuple(network.inputs[0].shape[1:]), name=given)
    return keras.Model(image, {outputs: network(image)})


def save_onnx(network: keras.Model, path: Path) -> None:
    """Write a network as an ONNX file.

    Args:
        network: Its inputs and outputs keep their names; the first axis of each is the batch's.
        path: File to write.
    """
    with TemporaryDirectory() as folder, replacing(path) as partial:
        file = Path(folder) / "network.onnx"
        with warnings.catch_warnings():
            # tf2onnx sets an alias of NumPy that is gone.
            warnings.filterwarnings("ignore", category=FutureWarning)
            specs = [keras.InputSpec(shape=given.shape, dtype=given.dtype, name=given.name) for given in network.inputs]
            network.export(file, format="onnx", verbose=False, opset_version=OPSET, input_signature=[specs])
        model = onnx.load(file)
        _name_by_order(model)
        onnx.checker.check_model(model)
        partial.write_bytes(model.SerializeToString(deterministic=True))


def _name_by_order(model: Any) -> None:  # noqa: ANN401 - onnx.ModelProto
    """Give values the names of their order, where tf2onnx names them by what the process has made before."""
    graph = model.graph
    graph.name, graph.doc_string = "network", ""
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
    names = {value.name: value.name for value in (*graph.input, *graph.output)} | {"": ""}
    numbers = count(1)
    for name in _used(graph):
        if name not in names:
            names[name] = f"v{next(numbers)}"
    for node in graph.node:
        node.name = node.doc_string = ""
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for weights in graph.initializer:
        weights.name = names[weights.name]
    graph.initializer.sort(key=lambda weights: int(weights.name[1:]))
    del graph.value_info[:]


def _used(graph: Any) -> Iterator[str]:  # noqa: ANN401 - onnx.GraphProto
    for node in graph.node:
        yield from node.input
        yield from node.output
