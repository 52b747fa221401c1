import keras
import numpy as np
import pytest

from discgrade.learning.grading.losses import find_loss
from discgrade.learning.grading.network import build_network
from discgrade.learning.grading.objective import Objective
from discgrade.learning.loop import batches
from discgrade.learning.loop.engines import start_engine


@pytest.fixture
def engine():
    model = build_network(24, 5, 0.0625)
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build(model.trainable_variables)
    return start_engine(model, optimizer, Objective(find_loss("categorical_crossentropy"), "integral"))


@pytest.fixture
def arrays():
    random = np.random.default_rng(1)
    pixels = random.integers(0, 65536, (10, 24, 24), dtype=np.uint16)
    return pixels, np.eye(5, dtype=np.float32)[random.integers(0, 5, 10)], random.random(10, dtype=np.float32)


def test_batches_are_the_rows_asked_for(engine, arrays):
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    for rows, batch in zip(order, batches.Feed(engine, *arrays).batches(order), strict=True):
        for ours, array in zip(batch, arrays, strict=True):
            np.testing.assert_array_equal(ours, array[rows])


def test_samples_on_the_device_and_in_main_memory_give_the_same_batches(engine, arrays, monkeypatch):
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    engine.gpu = True
    monkeypatch.setattr(batches, "gpu_use", lambda: (0, 1000, 0))
    resident = batches.Feed(engine, *arrays)
    monkeypatch.setattr(batches, "gpu_use", lambda: (999.99, 1000, 0))
    streamed = batches.Feed(engine, *arrays)
    assert resident.resident
    assert not streamed.resident
    for ours, theirs in zip(resident.batches(order), streamed.batches(order), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_one_graph_serves_batches_of_any_size(engine, arrays):
    pixels, targets, weights = arrays
    for size in (1, 4, 10):
        engine.step(pixels[:size], targets[:size], weights[:size])
        assert engine.predict(pixels[:size]).shape == (size, 5)
    assert engine._step.experimental_get_tracing_count() == 1
    assert engine._predict.experimental_get_tracing_count() == 1
