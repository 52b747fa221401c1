import math
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from discgrade.learning.loop import schedule
from discgrade.settings.model import Plateau

PLATEAU = Plateau(monitor="val_loss", factor=0.1, patience=3)


@pytest.fixture
def plateau(settings):
    return replace(settings, learning_rate=1.0, plateau=PLATEAU)


def history(*losses):
    """Epochs of these validation losses; their training losses fall."""
    return [
        schedule.Epoch(number, 0.1, -number, 0.5, loss, 0.5, best=False) for number, loss in enumerate(losses, start=1)
    ]


@pytest.mark.parametrize(("samples", "steps"), [(64, 2), (65, 3), (1, 1)])
def test_an_epoch_has_enough_steps_for_every_sample(samples, steps):
    assert schedule.steps_per_epoch(samples, 32) == steps


def test_epochs_read_one_stream_of_permutations():
    rows = np.array([3, 5, 8, 13, 21])
    epochs = [schedule.sample_order(7, epoch, rows, steps=2, batch=4) for epoch in range(1, 6)]
    stream = np.concatenate(epochs).ravel()
    assert epochs[0].shape == (2, 4)
    assert all(sorted(stream[start : start + 5]) == rows.tolist() for start in range(0, 40, 5))


def test_the_order_changes_with_pass_and_seed():
    rows = np.arange(100)
    first, second = (schedule.sample_order(1, epoch, rows, 1, 100) for epoch in (1, 2))
    assert (first != second).any()
    assert (first != schedule.sample_order(2, 1, rows, 1, 100)).any()


def test_more_steps_than_samples_repeat_the_samples_equally_often():
    order = schedule.sample_order(1, 1, np.arange(10), steps=5, batch=8)
    assert np.bincount(order.ravel()).tolist() == [4] * 10


def test_the_rate_falls_after_patience_epochs_without_a_lower_loss(plateau):
    rates = [schedule.learning_rate(history(*[5, 4, 4, 4, 4, 4, 4, 3][:length]), plateau) for length in range(9)]
    np.testing.assert_allclose(rates, [1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1])


def test_the_training_loss_can_be_monitored_instead(plateau):
    settings = replace(plateau, plateau=replace(PLATEAU, monitor="loss"))
    assert schedule.learning_rate(history(*[4] * 8), settings) == 1


def test_the_plateau_is_that_of_keras(plateau):
    losses = np.random.default_rng(3).uniform(0.99, 1, 60) * np.linspace(1, 0.98, 60)
    callback = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=3)
    optimizer = keras.optimizers.SGD(1.0)
    callback.set_model(SimpleNamespace(optimizer=optimizer))
    callback.on_train_begin()
    for epoch, loss in enumerate(losses, start=1):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        ours = schedule.learning_rate(history(*losses[:epoch]), plateau)
        assert ours == pytest.approx(float(optimizer.learning_rate), rel=1e-5)


def test_the_cosine_falls_from_the_rate_to_nearly_0(settings):
    cosine = replace(settings, schedule="cosine", learning_rate=0.2, epochs=10)
    rates = [schedule.learning_rate(history(*range(epoch)), cosine) for epoch in range(10)]
    assert rates[0] == 0.2
    assert rates[5] == pytest.approx(0.1)
    assert rates[9] == pytest.approx(0.1 * (1 + math.cos(0.9 * math.pi)))


def test_one_cycle_rises_to_the_rate_over_three_tenths_and_falls_to_nearly_0(settings):
    cycle = replace(settings, schedule="one_cycle", learning_rate=0.5, epochs=20)
    rates = [schedule.learning_rate(history(*range(epoch)), cycle) for epoch in range(20)]
    assert int(np.argmax(rates)) in (5, 6)
    assert rates[:6] == sorted(rates[:6])
    assert rates[6:] == sorted(rates[6:], reverse=True)
    # An epoch has the rate of its middle: halfway up between the third and the fourth, halfway down at 13/20.
    assert (rates[2] + rates[3]) / 2 == pytest.approx(0.5 * (1 + 1 / 25) / 2)
    assert (rates[12] + rates[13]) / 2 == pytest.approx(0.5 / 2, rel=0.05)
    assert 0.5 / 25 < rates[0] < 0.5 / 15
    assert rates[19] < 0.5 / 250


def test_of_equal_accuracies_the_first_is_best():
    assert schedule.is_best([], 0.0, "validation")
    assert schedule.is_best(history(1, 1), 0.6, "validation")
    assert not schedule.is_best(history(1, 1), 0.5, "validation")


def test_the_last_epoch_can_be_taken_whatever_its_accuracy():
    assert schedule.is_best(history(1, 1), 0.0, "last")
