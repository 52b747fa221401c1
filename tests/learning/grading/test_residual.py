import keras
import numpy as np
import pytest

from discgrade import records
from discgrade.learning.grading.network import describe
from discgrade.learning.grading.residual import SMALLEST, build_network
from discgrade.records.results.training import NETWORK


@pytest.fixture(scope="module")
def full():
    """The network at full width, for whole grades at 48 px."""
    return build_network()


def test_it_has_031_million_weights(full):
    # 3 x 3 kernels of the stem and of four blocks, 1 x 1 kernels of the short cuts, the dense layer with its bias;
    # two numbers for each channel that is normalised.
    blocks = [(16, 16), (16, 32), (32, 64), (64, 128)]
    kernels = 9 * 16 + sum(9 * (one * other + other * other) + one * other for one, other in blocks)
    normalised = sum(one + other for one, other in blocks) + 128
    expected = kernels + 2 * normalised + (128 + 5 + 1) * 5
    assert sum(np.prod(weight.shape) for weight in full.trainable_weights) == expected == 307_726


def test_each_block_halves_the_side_and_the_level_joins_before_the_dense_layer(full):
    rows = describe(full)
    assert [row["shape"] for row in rows if row["description"] == "Sum with the short cut"] == [
        [24, 24, 16],
        [12, 12, 32],
        [6, 6, 64],
        [3, 3, 128],
    ]
    assert [(row["description"], row["shape"]) for row in rows[-4:]] == [
        ("Global average pooling", [128]),
        ("Concatenation of 2", [133]),
        ("Fully connected, n = 5", [5]),
        ("SoftMax", [5]),
    ]
    assert [row["block"] for row in rows] == sorted(row["block"] for row in rows)


def test_rows_say_what_table_1_has_no_words_for(full):
    descriptions = [row["description"] for row in describe(full)]
    assert descriptions[0] == "Convolution 2D, 3 × 3 × 16"
    assert "Convolution 2D, 3 × 3 × 32, stride = 2" in descriptions
    assert "Convolution 2D, 1 × 1 × 128" in descriptions
    assert descriptions.count("Average pooling, 2 × 2") == 4
    assert descriptions.count("Dropout, P = 0.1") == 4


def test_rows_fit_the_schema(tmp_path):
    records.write(describe(build_network(16, 5, 0.125)), NETWORK, tmp_path / "network.parquet")
    assert records.read(tmp_path / "network.parquet", NETWORK)["parameters"].to_pylist()[0] == 9 * 2


def test_the_level_decides_the_outputs_together_with_the_image():
    keras.utils.set_random_seed(1)
    model = build_network(24, 5, 0.25)
    image = np.random.default_rng(1).uniform(-1, 1, (1, 24, 24, 1)).astype(np.float32)
    outputs = model([np.repeat(image, 5, axis=0), np.eye(5, dtype=np.float32)]).numpy()
    assert len(np.unique(outputs[:, 0])) == 5
    dense = model.get_layer("block6_dense")
    logits = np.log(outputs)
    expected = dense.kernel.numpy()[-5:]
    np.testing.assert_allclose(
        (logits - logits[:1]) - (logits - logits[:1])[:, :1],
        (expected - expected[:1]) - (expected - expected[:1])[:, :1],
        atol=1e-5,
    )


@pytest.mark.parametrize(("outputs", "last"), [(13, "SoftMax"), (1, "Linear activation")])
def test_outputs_follow_the_scale(outputs, last):
    model = build_network(16, outputs, 0.125)
    assert model.output_shape == (None, outputs)
    assert describe(model)[-1]["description"] == last


@pytest.mark.parametrize(("l2", "penalties"), [(0.0, 0), (0.25, 14)])
def test_a_penalty_lies_on_every_kernel_or_there_is_none(l2, penalties):
    assert len(build_network(16, 5, 0.125, l2=l2).losses) == penalties


def test_the_smallest_resolution_works_and_one_pixel_less_is_refused():
    assert build_network(SMALLEST, 5, 0.125).output_shape == (None, 5)
    with pytest.raises(ValueError, match=r"smallest is 16 x 16 pixels\. Received: 15"):
        build_network(SMALLEST - 1)
