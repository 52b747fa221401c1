"""One step of each optimizer, by its published formula."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from discgrade.learning.loop.optimizers import make_optimizer

WEIGHT = np.array([1.0, -2.0, 0.5], np.float32)
GRADIENT = np.array([0.1, 0.3, -0.2], np.float32)


@pytest.fixture
def stepped(settings):
    """A function that returns the weights after some equal steps."""

    def stepped(steps=1, **changes):
        weight = keras.Variable(WEIGHT)
        optimizer = make_optimizer(replace(settings, **changes))
        optimizer.build([weight])
        for _ in range(steps):
            optimizer.apply([keras.ops.convert_to_tensor(GRADIENT)], [weight])
        return np.asarray(weight.numpy())

    return stepped


def test_sgd_adds_the_gradient_to_its_momentum(stepped):
    given = {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9}
    np.testing.assert_allclose(stepped(2, **given), WEIGHT - 0.1 * (1 + 1.9) * GRADIENT, rtol=1e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_step_takes_the_rate_times_the_decay_of_every_weight_away(stepped, optimizer):
    given = {"optimizer": optimizer, "learning_rate": 0.1}
    taken = stepped(weight_decay=0.0, **given) - stepped(weight_decay=0.05, **given)
    np.testing.assert_allclose(taken, 0.1 * 0.05 * WEIGHT, rtol=1e-4)


def test_the_first_step_of_adamw_is_the_rate_in_the_direction_of_the_gradient(stepped):
    step = stepped(optimizer="adamw", learning_rate=0.01, weight_decay=0.0) - WEIGHT
    np.testing.assert_allclose(step, -0.01 * np.sign(GRADIENT), rtol=1e-3)
