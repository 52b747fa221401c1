import io
import time
import zipfile

import keras
import numpy as np
import pytest

from discgrade import records
from discgrade.learning.grading import prediction, samples
from discgrade.learning.grading.network import build_network
from discgrade.learning.grading.training import train_model

AS_READ = {"score": "as_read", "checkpoint": "validation"}


@pytest.fixture
def model():
    keras.utils.set_random_seed(1)
    return build_network(24, 5, 0.0625)


def pixels(count):
    return np.random.default_rng(2).integers(0, 65536, (count, 24, 24), dtype=np.uint16)


def test_a_saved_model_opens_with_keras_alone(model, tmp_path):
    prediction.save_model(model, tmp_path / "model.keras")
    images = np.random.default_rng(1).uniform(-1, 1, (3, 24, 24, 1)).astype(np.float32)
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(images), model(images))


def test_a_saved_model_carries_no_date_and_no_address(model, tmp_path):
    prediction.save_model(model, tmp_path / "one.keras")
    time.sleep(1.1)
    prediction.save_model(keras.models.clone_model(model), tmp_path / "other.keras")
    with zipfile.ZipFile(tmp_path / "one.keras") as one, zipfile.ZipFile(tmp_path / "other.keras") as other:
        assert one.read("metadata.json") == other.read("metadata.json")
        assert {info.date_time for info in one.infolist()} == {prediction.DATE}
    prediction.save_model(model, tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == (tmp_path / "one.keras").read_bytes()


@pytest.mark.parametrize("count", [0, 1, prediction.BATCH, prediction.BATCH + 1])
def test_any_number_of_images_is_predicted(model, tmp_path, count):
    prediction.save_model(model, tmp_path / "model.keras")
    outputs = prediction.predict(tmp_path / "model.keras", pixels(count))
    images = pixels(count)[..., None] / np.float32(32767.5) - 1
    assert outputs.shape == (count, 5)
    if count:
        np.testing.assert_allclose(outputs, model(images), atol=1e-5)


def test_images_of_another_size_are_refused(model, tmp_path):
    prediction.save_model(model, tmp_path / "model.keras")
    with pytest.raises(
        ValueError, match=r"Invalid images for model\.keras: it takes \(24, 24\)\. Received: \(25, 25\)"
    ):
        prediction.predict(tmp_path / "model.keras", np.zeros((2, 25, 25), np.uint16))


def test_the_saved_model_gives_the_table_of_predictions(cohort, settings, run, tmp_path):
    files = {"model": "model.keras", "network": "n.parquet", "history": "h.parquet", "predictions": "p.parquet"}
    inputs = {"discs": cohort.discs, "splits": cohort.splits, "run": run, "protocol": AS_READ}
    outputs = {name: tmp_path / file for name, file in files.items()}
    changes = {"network": "discgrade.learning.grading.network:build_network", "epochs": 1}
    train_model(
        samples=cohort.samples,
        training=settings | changes,
        state=tmp_path / "state",
        log=io.StringIO(),
        **inputs,
        **outputs,
    )
    data = samples.load_samples(cohort.samples, **inputs, scale="fractional", spool=tmp_path)
    table = records.read(outputs["predictions"], records.PREDICTIONS)
    predicted = prediction.predict(outputs["model"], data.pixels[data.scored])
    assert table["disc"].to_pylist() == data.disc[data.scored].tolist()
    np.testing.assert_allclose(predicted, table["outputs"].to_pylist(), atol=1e-5)
