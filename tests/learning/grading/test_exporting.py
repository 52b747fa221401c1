"""Trained networks as ONNX files."""

import io
from dataclasses import replace

import keras
import numpy as np
import onnxruntime
import pytest
from keras import layers
from table_rows import disc_row

from discgrade import records
from discgrade.grades import LEVELS, one_hot_levels
from discgrade.imaging.roi import Roi
from discgrade.imaging.sampling import normalise, sample
from discgrade.learning.grading import exporting
from discgrade.learning.grading.exporting import export_members
from discgrade.learning.grading.task import network_of
from discgrade.learning.loop.saving import save_model
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.regions import ROIS
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.records.results.training import PREDICTIONS
from discgrade.settings.members import Trained
from discgrade.settings.run import Run

SIDE = 24
RUNS = [Run("default", SIDE, 1, f"fold-{fold:02d}", 1) for fold in (1, 2)]


def shuffled(network: keras.Model, seed: int) -> keras.Model:
    """Give a network weights as a training leaves them: no bias, mean and variance is 0 or 1."""
    random = np.random.default_rng(seed)
    for weights in network.weights:
        spread = random.normal(0, 0.3, weights.shape)
        weights.assign(np.exp(spread) if "variance" in weights.path else spread)
    return network


def rois(count: int) -> dict[str, Roi]:
    random = np.random.default_rng(3)
    greys = [random.integers(0, 65536, (30 + number, 40)).astype(np.uint16) for number in range(count)]
    return {f"p{number:03d}-{LEVELS[number % 5]}": Roi(grey, 0.5, 0, 1, 0, 0) for number, grey in enumerate(greys)}


@pytest.fixture
def study(tmp_path, settings):
    """A function that writes what `export_members` reads, for two runs of a variant, and calls it."""

    def export(folder="one", count=6, **changes):
        where = tmp_path / folder
        training = replace(settings, **changes)
        regions = rois(count)
        rows = [disc_row(number, disc, disc[-5:], 2.0) for number, disc in enumerate(regions)]
        records.write(rows, DISCS, where / "discs.parquet")
        records.write([roi.to_row(disc) for disc, roi in regions.items()], ROIS, where / "rois.parquet")
        paths = {"models": [], "predictions": [], "networks": []}
        for number, run in enumerate(RUNS):
            paths["models"].append(where / f"{run.split}.keras")
            save_model(shuffled(network_of(training, SIDE), number), paths["models"][-1])
            scored = [{"disc": disc, "copy": 0, "part": "test", "outputs": []} for disc in list(regions)[number::2]]
            paths["predictions"].append(where / f"{run.split}.parquet")
            records.write(scored, PREDICTIONS, paths["predictions"][-1])
            paths["networks"].append(where / f"{run.split}.onnx")
        log = io.StringIO()
        export_members(
            trained=[Trained(run, training) for run in RUNS],
            rois=[where / "rois.parquet"],
            discs=where / "discs.parquet",
            border="edge",
            embeddings=where / "embeddings.parquet",
            log=log,
            **paths,
        )
        return where, log.getvalue()

    return export


def test_an_exported_network_computes_what_keras_does(study, settings):
    where, log = study()
    network = network_of(settings, SIDE)
    network.load_weights(where / "fold-02.keras")
    images = normalise(np.stack([sample(roi.pixels, SIDE) for roi in rois(6).values()]))
    (found,) = onnxruntime.InferenceSession(where / "fold-02.onnx").run(["outputs"], {"image": images})
    np.testing.assert_allclose(found, network(images, training=False), rtol=0, atol=1e-6)
    assert np.ptp(found, axis=0).max() > 0.001
    assert log.count("of Keras on 3 discs") == 2


def test_embeddings_are_what_enters_the_last_dense_layer(study, settings):
    where, _ = study()
    network = network_of(settings, SIDE)
    network.load_weights(where / "fold-01.keras")
    kernel, bias = network.layers[-2].get_weights()
    table = records.read(where / "embeddings.parquet", EMBEDDINGS)
    first = [row for row in table.to_pylist() if row["split"] == "fold-01"]
    assert [row["disc"] for row in first] == sorted(list(rois(6))[0::2])
    images = normalise(np.stack([sample(rois(6)[row["disc"]].pixels, SIDE) for row in first]))
    logits = np.array([row["embedding"] for row in first]) @ kernel + bias
    powers = np.exp(logits)
    np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), network(images), rtol=0, atol=1e-5)


def test_the_bytes_are_the_same_whatever_was_exported_before(study):
    once, twice = (study(folder)[0] for folder in ("one", "two"))
    for name in ("fold-01.onnx", "fold-02.onnx", "embeddings.parquet"):
        assert (once / name).read_bytes() == (twice / name).read_bytes(), name


def levelled(resolution, outputs, **settings):
    """A network that takes the level, ends in a 1 x 1 convolution and names nothing."""
    image, level = keras.Input((resolution, resolution, 1)), keras.Input((5,))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    x = layers.Concatenate()([x, level])
    return keras.Model([image, level], layers.Softmax()(layers.Dense(outputs)(x)))


def convolutional(resolution, outputs, **settings):
    """A network without a dense layer."""
    image = keras.Input((resolution, resolution, 1))
    return keras.Model(image, layers.Softmax()(layers.GlobalAveragePooling2D()(layers.Conv2D(outputs, 5)(image))))


def test_a_network_may_take_the_level(study, monkeypatch):
    monkeypatch.setattr("tiny.levelled", levelled, raising=False)
    where, _ = study(network="tiny:levelled")
    session = onnxruntime.InferenceSession(where / "fold-01.onnx")
    assert {one.name: one.shape for one in session.get_inputs()} == {
        "image": ["batch", SIDE, SIDE, 1],
        "level": ["batch", 5],
    }
    images = np.zeros((5, SIDE, SIDE, 1), np.float32)
    (found,) = session.run(["outputs"], {"image": images, "level": one_hot_levels(LEVELS)})
    assert len(np.unique(found, axis=0)) == 5


def test_the_residual_network_is_exported_with_its_level(study):
    _, log = study(network="discgrade.learning.grading.residual:build_network", width=0.0625, scale="integral")
    assert log.count("of Keras on 3 discs") == 2


def test_the_embedding_of_a_network_without_a_dense_layer_is_its_outputs(study, monkeypatch):
    monkeypatch.setattr("tiny.convolutional", convolutional, raising=False)
    where, _ = study(network="tiny:convolutional")
    images = normalise(np.stack([sample(roi.pixels, SIDE) for roi in rois(6).values()]))
    outputs, embedding = onnxruntime.InferenceSession(where / "fold-01.onnx").run(
        ["outputs", "embedding"], {"image": images}
    )
    np.testing.assert_array_equal(outputs, embedding)


def test_a_regression_is_exported_too(study):
    where, _ = study(scale="continuous", loss="mean_absolute_error")
    session = onnxruntime.InferenceSession(where / "fold-01.onnx")
    assert {one.name: one.shape[1] for one in session.get_outputs()}["outputs"] == 1


def test_a_network_that_computes_something_else_is_not_let_out(study, monkeypatch):
    monkeypatch.setattr(exporting, "CLOSE", -1.0)
    with pytest.raises(ValueError, match=r"network of default/24px/share-1/fold-01/seed-1 should .* difference of \d"):
        study()


def test_a_scored_disc_without_a_region_is_named(study, monkeypatch):
    monkeypatch.setattr(exporting, "_scored", lambda _: {"p900-L1/L2": "test"})
    with pytest.raises(ValueError, match=r"1 discs that .* no region: \['p900-L1/L2'\]"):
        study()
