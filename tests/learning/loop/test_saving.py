import time
import zipfile

import keras
import numpy as np
import pytest

from discgrade.learning.grading.network import build_network
from discgrade.learning.loop import saving


@pytest.fixture
def model():
    keras.utils.set_random_seed(1)
    return build_network(24, 5, 0.0625)


def test_a_saved_model_opens_with_keras_alone(model, tmp_path):
    saving.save_model(model, tmp_path / "model.keras")
    images = np.random.default_rng(1).uniform(-1, 1, (3, 24, 24, 1)).astype(np.float32)
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(images), model(images))


def test_a_saved_model_carries_no_date_and_no_address(model, tmp_path):
    saving.save_model(model, tmp_path / "one.keras")
    time.sleep(1.1)
    saving.save_model(keras.models.clone_model(model), tmp_path / "other.keras")
    with zipfile.ZipFile(tmp_path / "one.keras") as one, zipfile.ZipFile(tmp_path / "other.keras") as other:
        assert one.read("metadata.json") == other.read("metadata.json")
        assert {info.date_time for info in one.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    saving.save_model(model, tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == (tmp_path / "one.keras").read_bytes()
