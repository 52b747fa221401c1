import keras
import numpy as np
import pytest

from discgrade import records
from discgrade.learning.grading.network import SMALLEST, build_network, describe
from discgrade.records.results.training import NETWORK

# Table 1 as printed: block, layer, output shape, parameters; layer 16 is misprinted there as 147,854.
PUBLISHED = """
1 1 128x128x32 320     1 2 128x128x32 0      1 3 128x128x32 128     1 4 128x128x32 0
2 5 128x128x64 18496   2 6 128x128x64 0      2 7 128x128x64 256     2 8 128x128x64 36928
2 9 128x128x64 0       2 10 128x128x64 256   2 11 128x128x64 0      2 12 64x64x64 0
3 13 64x64x128 73856   3 14 64x64x128 0      3 15 64x64x128 512     3 16 64x64x128 147584
3 17 64x64x128 0       3 18 64x64x128 512    3 19 64x64x128 0
4 20 64x64x256 295168  4 21 64x64x256 0      4 22 64x64x256 1024    4 23 64x64x256 590080
4 24 64x64x256 0       4 25 64x64x256 1024   4 26 64x64x256 0       4 27 32x32x256 0
5 28 28x28x512 1180160 5 29 28x28x512 0      5 30 28x28x512 2048    5 31 28x28x512 0
6 32 512 0             6 33 13 6669          6 34 13 0
"""


def published_rows():
    words = PUBLISHED.split()
    for block, layer, shape, parameters in zip(*(iter(words),) * 4, strict=True):
        yield int(block), int(layer), [int(side) for side in shape.split("x")], int(parameters)


def test_layers_shapes_and_counts_are_those_of_table_1():
    rows = describe(build_network())
    assert [(row["block"], row["layer"], row["shape"], row["parameters"]) for row in rows] == list(published_rows())


def test_the_network_has_2355021_parameters():
    assert build_network().count_params() == 2_355_021


def test_descriptions_read_as_in_table_1():
    descriptions = [row["description"] for row in describe(build_network())]
    assert descriptions[0] == "Convolution 2D, 3 × 3 × 32"
    assert descriptions[1] == "Leaky ReLU, α = 0.01"  # noqa: RUF001
    assert descriptions[2] == "Batch normalization"
    assert descriptions[3] == "Dropout, P = 0.2"
    assert descriptions[4] == "Convolution 2D, 3 × 3 × 64, dilation rate = 2"
    assert descriptions[11] == "Max pooling, 2 × 2"
    assert descriptions[19] == "Convolution 2D, 3 × 3 × 256, dilation rate = 3"
    assert descriptions[27] == "Convolution 2D, 3 × 3 × 512, dilation rate = 2, valid"
    assert descriptions[31:] == ["Global average pooling", "Fully connected, n = 13", "SoftMax"]


def test_rows_fit_the_schema(tmp_path):
    records.write(describe(build_network(24, 5, 0.1)), NETWORK, tmp_path / "network.parquet")
    assert records.read(tmp_path / "network.parquet", NETWORK).num_rows == 34


@pytest.mark.parametrize(("outputs", "last"), [(13, "SoftMax"), (5, "SoftMax"), (1, "Linear activation")])
def test_outputs_follow_the_scale(outputs, last):
    model = build_network(24, outputs, 0.1)
    assert model.output_shape == (None, outputs)
    assert describe(model)[-1]["description"] == last


def test_every_kernel_is_penalised_and_nothing_else():
    model = build_network(24, 5, 0.1, l2=0.25)
    kernels = [weight for weight in model.weights if weight.path.endswith("kernel")]
    assert len(kernels) == len(model.losses) == 9
    expected = sum(0.25 * np.sum(np.square(kernel)) for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(float(expected), rel=1e-5)


def test_kernels_have_the_variance_of_he_initialisation():
    keras.utils.set_random_seed(1)
    kernel = np.asarray(build_network(24).get_layer("block4_convolution7").kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * 256)), rel=0.01)


def test_the_smallest_resolution_works_and_one_pixel_less_is_refused():
    assert build_network(SMALLEST, 5, 0.1)(np.zeros((1, SMALLEST, SMALLEST, 1))).shape == (1, 5)
    with pytest.raises(ValueError, match=r"smallest is 20 x 20 pixels\. Received: 19"):
        build_network(SMALLEST - 1)


def test_softmax_stays_in_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_network(24, 5, 0.1)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.get_layer("block5_convolution8").compute_dtype == "bfloat16"
    assert model(np.zeros((1, 24, 24, 1))).dtype == "float32"


def test_a_layer_without_a_block_in_its_name_is_of_block_0():
    image = keras.Input((8, 8, 1))
    model = keras.Model(image, keras.layers.Flatten()(image))
    assert describe(model) == [
        {"block": 0, "layer": 1, "description": "Flatten", "shape": [64], "parameters": 0},
    ]
