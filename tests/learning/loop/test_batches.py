from dataclasses import replace

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
        context=random.random((10, 3), dtype=np.float32),
    )


@pytest.fixture
def engine(task):
    """An engine of a network that takes images alone."""
    return engine_of(task)


@pytest.fixture
def told(task):
    """A task whose network takes the context as well, and its engine."""
    told = replace(task, network=lambda: with_context(task))
    return told, engine_of(told)


def with_context(task):
    image, context = keras.Input((24, 24, 1)), keras.Input((3,))
    x = keras.layers.Concatenate()([task.network()(image), context])
    return keras.Model([image, context], keras.layers.Dense(5, "softmax")(x))


def engine_of(task):
    model = task.network()
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build(model.trainable_variables)
    return start_engine(model, optimizer, task.objective)


def test_batches_are_the_rows_asked_for(engine, task):
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    for rows, batch in zip(order, batches.Batches(engine, task).whole(order), strict=True):
        (pixels,), *compared = batch
        for ours, array in zip([pixels, *compared], (task.pixels, task.targets, task.weights), strict=True):
            np.testing.assert_array_equal(ours, array[rows])


def test_a_network_that_takes_the_context_gets_that_of_the_rows(told):
    task, engine = told
    rows = np.array([9, 0, 3], np.int32)
    ((pixels, context),) = batches.Batches(engine, task).inputs(rows[None])
    np.testing.assert_array_equal(pixels, task.pixels[rows])
    np.testing.assert_array_equal(context, task.context[rows])


def test_samples_on_the_device_and_in_main_memory_give_the_same_batches(told, monkeypatch):
    task, engine = told
    order = np.array([[9, 0, 0], [3, 4, 5]], np.int32)
    engine.gpu = True
    monkeypatch.setattr(batches, "gpu_use", lambda: (0, 1000, 0))
    resident = batches.Batches(engine, task)
    monkeypatch.setattr(batches, "gpu_use", lambda: (999.99, 1000, 0))
    streamed = batches.Batches(engine, task)
    assert resident.resident
    assert not streamed.resident
    for ours, theirs in zip(resident.whole(order), streamed.whole(order), strict=True):
        for one, other in zip([*ours[0], *ours[1:]], [*theirs[0], *theirs[1:]], strict=True):
            np.testing.assert_array_equal(one, other)


def test_one_graph_serves_batches_of_any_size(told):
    task, engine = told
    for size in (1, 4, 10):
        inputs = task.pixels[:size], task.context[:size]
        engine.step(inputs, task.targets[:size], task.weights[:size])
        assert engine.predict(inputs).shape == (size, 5)
    assert engine._step.experimental_get_tracing_count() == 1
    assert engine._predict.experimental_get_tracing_count() == 1
