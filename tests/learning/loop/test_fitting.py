"""The loop serves any task: here it learns where a bright spot is, as a map, which has nothing to do with grades."""

import ast
import io
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from discgrade.learning import loop
from discgrade.learning.loop import checkpoints, fitting
from discgrade.learning.loop.task import Objective, Task

SIDE = 16


def network():
    image = keras.Input((SIDE, SIDE, 1))
    x = layers.SpatialDropout2D(0.1)(layers.Conv2D(4, 3, padding="same", activation="relu")(image))
    return keras.Model(image, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(layers.BatchNormalization()(x)))


def squared_error(target, outputs):
    return ops.mean(ops.square(target - outputs), axis=(1, 2, 3))


def found(target, outputs):
    """The number of spots that are brightest where they should be."""
    places = [ops.argmax(ops.reshape(values, (-1, SIDE * SIDE)), axis=-1) for values in (target, outputs)]
    return ops.sum(ops.cast(places[0] == places[1], "float32"))


@pytest.fixture
def spots():
    random = np.random.default_rng(1)
    row, column = random.integers(2, SIDE - 2, (2, 90))
    y, x = np.mgrid[:SIDE, :SIDE]
    maps = np.exp(-((x - column[:, None, None]) ** 2 + (y - row[:, None, None]) ** 2) / 4)
    pixels = 30000 + 30000 * maps + 1000 * random.standard_normal(maps.shape)
    rows = np.arange(90)
    return Task(
        network=network,
        objective=Objective(squared_error, found),
        pixels=pixels.astype(np.uint16),
        targets=maps[..., None].astype(np.float32),
        weights=np.ones(90, np.float32),
        train=rows[:60],
        validation=rows[60:75],
        scored=rows[75:],
        full=60,
    )


@pytest.fixture
def fit(spots, settings, tmp_path):
    """A function that trains and returns the epochs, the outputs for the scored samples, and the log."""

    def fit(folder="run", **changes):
        log = io.StringIO()
        (tmp_path / folder).mkdir(exist_ok=True)
        model = fitting.build(spots, seed=1)
        training = replace(settings, learning_rate=0.5, epochs=12, **changes)
        place = {"choice": "validation", "folder": tmp_path / folder, "log": log}
        return *fitting.fit(model, spots, training, 1, **place), log.getvalue()

    return fit


def test_another_task_is_learnt(fit, spots):
    history, outputs, _ = fit()
    assert outputs.shape == (15, SIDE, SIDE, 1)
    assert history[-1].loss < history[0].loss / 2
    expected = spots.targets[spots.scored].reshape(15, -1).argmax(axis=1)
    assert np.mean(outputs.reshape(15, -1).argmax(axis=1) == expected) > 0.8
    assert max(epoch.val_accuracy for epoch in history) > 0.8


def test_the_outputs_are_those_of_the_chosen_epochs_weights(fit, spots, settings, tmp_path):
    model = fitting.build(spots, seed=1)
    training = replace(settings, learning_rate=0.5, epochs=12)
    _, outputs = fitting.fit(model, spots, training, 1, choice="validation", folder=tmp_path, log=io.StringIO())
    images = spots.pixels[spots.scored][..., None] / np.float32(32767.5) - 1
    np.testing.assert_allclose(outputs, model(images), atol=1e-5)


class StoppedError(Exception):
    """Stands for whatever ends a training."""


def test_it_resumes_to_the_same_bits(fit, monkeypatch):
    whole = fit("whole")
    save = checkpoints.save

    def save_and_stop(folder, history, groups):
        save(folder, history, groups)
        if len(history) == 5:
            raise StoppedError

    monkeypatch.setattr(checkpoints, "save", save_and_stop)
    with pytest.raises(StoppedError):
        fit("resumed")
    monkeypatch.undo()
    history, outputs, log = fit("resumed")
    assert "resumes after epoch 5" in log
    assert history == whole[0]
    np.testing.assert_array_equal(outputs, whole[1])


def test_the_loop_knows_no_task():
    imported = {
        name
        for file in Path(loop.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name
    }
    assert "discgrade.learning.loop.task" in imported
    assert not [name for name in imported if name.startswith(("discgrade.learning.grading", "discgrade.grades"))]
    assert "grades" not in imported
