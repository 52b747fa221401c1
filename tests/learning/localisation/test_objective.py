"""Tests for discgrade.learning.localisation.objective, in closed form."""

import numpy as np
import pytest

from discgrade.learning.localisation.objective import localisation_objective
from discgrade.learning.localisation.views import NOWHERE

SIDE, CELLS, LEVELS = 64, 16, 2
NOTHING = np.full(4, NOWHERE, np.float32)
UNKNOWN = np.full(4, np.nan, np.float32)


@pytest.fixture
def objective():
    return localisation_objective(SIDE, CELLS, LEVELS)


def maps(logit=-20.0):
    """Return maps of one sample whose boxes are a quarter of the side, in the middle of each cell."""
    found = np.zeros((1, CELLS, CELLS, LEVELS + 4), np.float32)
    found[..., :LEVELS] = logit
    return found


def losses(objective, targets, outputs):
    return np.asarray(objective.loss(np.stack([targets]).astype(np.float32), outputs))


def test_a_level_that_was_not_drawn_adds_nothing(objective):
    assert losses(objective, [UNKNOWN, UNKNOWN], maps(3.0)).tolist() == [0.0]


def test_of_a_level_that_is_nowhere_only_the_logits_count(objective):
    expected = np.log(1 + CELLS**2 * np.exp(-3.0))
    assert losses(objective, [NOTHING, UNKNOWN], maps(-3.0)) == pytest.approx([expected], rel=1e-5)


def test_the_bell_of_a_centre_is_what_the_softmax_should_be(objective):
    # A centre in the middle of a cell: the logits of a bell of the same spread have the bell's own entropy as loss.
    outputs, rows = maps(-50.0), np.arange(CELLS) - 7
    bell = np.exp(-(rows[:, None] ** 2 + rows[None, :] ** 2) / (2 * 0.6**2))
    bell /= bell.sum()
    outputs[0, :, :, 0] = np.log(np.maximum(bell, 1e-30)) + 40
    # Every cell tells the way to the centre, and the right size.
    outputs[0, :, :, LEVELS] = -rows[None, :]
    outputs[0, :, :, LEVELS + 1] = -rows[:, None]
    target = np.array([7.5 * 4, 7.5 * 4, SIDE / 4, SIDE / 4])
    entropy = -(bell * np.log(np.maximum(bell, 1e-30))).sum()
    assert losses(objective, [target, UNKNOWN], outputs) == pytest.approx([entropy], abs=1e-4)


def test_wrong_sizes_and_offsets_cost_what_they_weigh(objective):
    target = np.array([7.5 * 4, 7.5 * 4, SIDE / 4, SIDE / 4])
    right = maps()
    wrong = right.copy()
    wrong[..., LEVELS + 2] += 0.25
    before, after = losses(objective, [target, UNKNOWN], right), losses(objective, [target, UNKNOWN], wrong)
    assert after - before == pytest.approx([2.0 * 0.25], abs=1e-3)


def test_hits_are_shares_of_the_levels_that_were_drawn(objective):
    outputs = maps(-5.0)
    outputs[0, 7, 7, 0] = 9.0
    right = np.array([30, 30, 16, 16], np.float32)
    far = np.array([50, 50, 16, 16], np.float32)

    def hits(*targets):
        return float(objective.hits(np.stack([targets]).astype(np.float32), outputs))

    assert hits(right, UNKNOWN) == 1
    assert hits(far, UNKNOWN) == 0
    assert hits(right, right) == 0.5
    assert hits(right, NOTHING) == 1
    assert hits(NOTHING, UNKNOWN) == 0
