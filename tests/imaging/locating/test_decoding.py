"""Tests for discgrade.imaging.locating.decoding: outputs whose discs are known in closed form."""

from dataclasses import replace

import numpy as np
import pytest

from discgrade.imaging.locating.decoding import find_discs, probabilities
from discgrade.imaging.locating.facts import Expected, LocatorFacts
from discgrade.imaging.locating.found import CUT_OFF, EDGE, MISSING_BETWEEN, UNSURE_LEVEL
from discgrade.imaging.locating.input import Placement

SIZE = (64.0, 6.0)
STEP = Expected(SIZE, SIZE, (0.0, 6.0), (32.0, 6.0))
LEVELS = ("L5/S1", "L4/L5", "L3/L4")
FACTS = LocatorFacts(128, 2.0, 32, LEVELS, (STEP, STEP, replace(STEP, right=None, up=None)), 0.5)
SAME = Placement(0, 0, 1, 1, 128, 128)
# A level 32 mm above another lies 16 pixels and 4 cells higher.
ROWS = {"L5/S1": 22, "L4/L5": 18, "L3/L4": 14}


def output(rows=ROWS, column=15, logit=9.0, offset=(0.0, 0.0), size=(0.0, 0.0)):
    """Return an output with one sure cell a level."""
    maps = np.full((32, 32, 7), -9, np.float32)
    maps[..., 3:] = (*offset, *size)
    for level, row in rows.items():
        maps[row, column, LEVELS.index(level)] = logit
    return maps


def test_boxes_lie_where_offsets_and_sizes_put_them():
    found = find_discs(output(offset=(0.25, -0.5), size=(np.log(0.5), np.log(0.75))), SAME, FACTS)
    assert [disc.level for disc in found.discs] == list(LEVELS)
    for disc in found.discs:
        # Every cell around the peak tells the same offset from its own middle; the peak's outweighs them.
        assert disc.box.x + disc.box.width / 2 == pytest.approx(4 * (15.5 + 0.25), abs=0.01)
        assert disc.box.y + disc.box.height / 2 == pytest.approx(4 * (ROWS[disc.level] + 0.5 - 0.5), abs=0.01)
        assert (disc.box.width, disc.box.height) == pytest.approx((16, 24), abs=0.01)
        assert disc.probability > 0.99
    assert not found.flags
    assert found.reason is None


def test_boxes_are_told_in_pixels_of_the_slice():
    moved = find_discs(output(), Placement(-10, 20, 3, 2, 400, 400), FACTS).discs[0].box
    box = find_discs(output(), SAME, FACTS).discs[0].box
    assert (moved.x, moved.y) == pytest.approx((3 * box.x - 10, 2 * box.y + 20))
    assert (moved.width, moved.height) == pytest.approx((3 * box.width, 2 * box.height))


def test_probabilities_and_nowhere_make_one():
    maps = np.random.default_rng(1).normal(0, 3, (32, 32, 7)).astype(np.float32)
    chances, nowhere = probabilities(maps, 3)
    assert chances.sum(axis=(1, 2)) + nowhere == pytest.approx(np.ones(3))
    assert (chances[0, 3, 4] / nowhere[0]) == pytest.approx(np.exp(maps[3, 4, 0]), rel=1e-5)


def test_order_mends_a_level_that_sits_one_too_high():
    maps = output()
    # The network takes L4/L5 for L3/L4 as well, and somewhat more so than the right disc.
    maps[ROWS["L4/L5"], 15, 2], maps[ROWS["L3/L4"], 15, 2] = 9.0, 8.5
    found = {disc.level: disc for disc in find_discs(maps, SAME, FACTS).discs}
    assert found["L3/L4"].box.y + found["L3/L4"].box.height / 2 == pytest.approx(4 * 14.5, abs=0.1)


def test_nothing_seen_is_told_with_the_reason():
    found = find_discs(output(rows={}), SAME, FACTS)
    assert found.discs == ()
    assert found.score == 0
    assert found.reason == "no disc is seen"


def test_improbable_discs_are_not_proposed():
    found = find_discs(output(logit=-2.0), SAME, FACTS)
    assert found.discs == ()
    assert "no disc is probable enough" in found.reason


def test_a_stack_without_the_lowest_level_is_flagged_as_cut_off():
    found = find_discs(output(rows={"L4/L5": 28, "L3/L4": 24}), SAME, FACTS)
    assert [disc.level for disc in found.discs] == ["L4/L5", "L3/L4"]
    assert CUT_OFF in found.flags


def test_a_missing_level_between_two_is_flagged():
    found = find_discs(output(rows={"L5/S1": 22, "L3/L4": 14}), SAME, FACTS)
    assert [disc.level for disc in found.discs] == ["L5/S1", "L3/L4"]
    assert MISSING_BETWEEN in found.flags


def test_levels_that_may_all_be_one_higher_are_flagged_and_improbable():
    maps = output()
    for number in range(3):
        maps[18 - 4 * number, 15, number] = 9.6
    found = find_discs(maps, SAME, replace(FACTS, threshold=0.0))
    assert UNSURE_LEVEL in found.flags
    assert all(disc.probability < 0.8 for disc in found.discs)
    strict = find_discs(maps, SAME, replace(FACTS, threshold=0.9))
    assert strict.discs == ()
    assert strict.flags == (UNSURE_LEVEL,)
    assert "no disc is probable enough" in strict.reason


def test_of_two_discs_that_may_be_the_lowest_level_the_lower_one_is():
    maps = output()
    for number in range(3):
        maps[18 - 4 * number, 15, number] = 9.5
    found = {disc.level: disc for disc in find_discs(maps, SAME, replace(FACTS, threshold=0.0)).discs}
    # Of the upper count, exp(0.5) times as probable for each of three levels, a tenth is left.
    assert found["L5/S1"].box.y + found["L5/S1"].box.height / 2 == pytest.approx(4 * 22.5, abs=0.1)
    assert found["L5/S1"].probability == pytest.approx(1 / (1 + np.exp(1.5) / 10), abs=0.01)


def test_any_other_count_that_keeps_discs_from_being_proposed_is_flagged():
    maps = output()
    for number in range(3):
        maps[18 - 4 * number, 15, number] = 8.0
    assert not find_discs(maps, SAME, FACTS).flags
    strict = find_discs(maps, SAME, replace(FACTS, threshold=0.9995))
    assert strict.flags == (UNSURE_LEVEL,)


def test_a_box_over_the_border_is_flagged():
    found = find_discs(output(column=2), SAME, FACTS)
    assert all(disc.flags == (EDGE,) for disc in found.discs)
