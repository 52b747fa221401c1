import keras
import numpy as np
import pytest
from keras import ops

from discgrade.learning.grading.network import build_network
from discgrade.learning.loop import batches
from discgrade.learning.loop.engines.start import start_engine
from discgrade.learning.loop.task import Objective, Task


@pytest.fixture
def task():
    random = np.random.default_rng(1)
    rows = np.arange(10)
    return Task(
        network=lambda: build_network(24, 5, 0.0625),
        objective=Objective(keras.losses.categorical_crossentropy, lambda target, outputs: ops.sum(target * outputs)),
        pixels=random.integers(0, 65536, (10, 24, 24), dtype=np.uint16),
        targets=np.eye(5, dtype=np.float32)[random.integers(0, 5, 10)],
        weights=random.random(10, dtype=np.float32),
        train=rows,
        validation=rows,
        scored=rows,
        full=10,
    )


@pytest.fixture
def engine(task):
    model = task.network()
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build(model.trainable_variables)
    return start_engine(model, optimizer, task.objective)


def test_batches_are_the_rows_asked_for(engine, task):
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    for rows, batch in zip(order, batches.Batches(engine, task).whole(order), strict=True):
        for ours, array in zip(batch, (task.pixels, task.targets, task.weights), strict=True):
            np.testing.assert_array_equal(ours, array[rows])


def test_samples_on_the_device_and_in_main_memory_give_the_same_batches(engine, task, monkeypatch):
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    engine.gpu = True
    monkeypatch.setattr(batches, "gpu_use", lambda: (0, 1000, 0))
    resident = batches.Batches(engine, task)
    monkeypatch.setattr(batches, "gpu_use", lambda: (999.99, 1000, 0))
    streamed = batches.Batches(engine, task)
    assert resident.resident
    assert not streamed.resident
    for ours, theirs in zip(resident.whole(order), streamed.whole(order), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_one_graph_serves_batches_of_any_size(engine, task):
    for size in (1, 4, 10):
        engine.step(task.pixels[:size], task.targets[:size], task.weights[:size])
        assert engine.predict(task.pixels[:size]).shape == (size, 5)
    assert engine._step.experimental_get_tracing_count() == 1
    assert engine._predict.experimental_get_tracing_count() == 1
