"""Slices turned upright: the patient's axes run as they should on every picture, and boxes come back."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.imaging.box import Box
from discgrade.imaging.upright import Letters, Turn, letters, plane, upright

AXES = np.eye(3)
ROWS, COLUMNS = 5, 7


def orientations():
    """Every way to lay an image along the patient's axes: 6 x 4 directions of a row and a column."""
    pairs = product([*AXES, *-AXES], repeat=2)
    return [tuple(np.concatenate([row, column])) for row, column in pairs if row @ column == 0]


def positions(orientation):
    """Where each pixel lies in the patient, (rows, columns, 3)."""
    row, column = np.reshape(orientation, (2, 3))
    down, along = np.mgrid[:ROWS, :COLUMNS]
    return down[..., None] * column + along[..., None] * row


@pytest.mark.parametrize("orientation", orientations())
def test_every_stored_way_is_shown_the_same_way(orientation):
    turn = upright(orientation)
    shown = np.stack([turn.pixels(axis) for axis in np.moveaxis(positions(orientation), -1, 0)], -1)
    right, down = shown[0, 1] - shown[0, 0], shown[1, 0] - shown[0, 0]
    left, back, head = AXES
    wanted = {"sagittal": (back, -head), "coronal": (left, -head), "axial": (left, back)}[plane(orientation)]
    assert np.array_equal([right, down], wanted)
    expected = {"sagittal": "APHF", "coronal": "RLHF", "axial": "RLAP"}[plane(orientation)]
    assert letters(orientation, turn) == Letters(*expected)


@pytest.mark.parametrize("orientation", orientations())
def test_a_box_turns_with_its_pixels(orientation):
    turn = upright(orientation)
    stored = np.zeros((ROWS, COLUMNS))
    box = Box(2, 1, 4, 2)
    stored[1:3, 2:6] = 1
    shown = turn.box(box, ROWS, COLUMNS)
    left, upper, right, lower = shown.edges()
    marked = np.zeros(turn.shape(ROWS, COLUMNS))
    marked[upper:lower, left:right] = 1
    assert np.array_equal(turn.pixels(stored), marked)


numbers = st.floats(-500, 500).map(lambda value: round(value, 3))


@given(st.builds(Turn, st.booleans(), st.booleans(), st.booleans()), numbers, numbers, numbers, numbers)
def test_a_box_comes_back_from_the_shown_to_the_stored_image(turn, x, y, width, height):
    box = turn.back(turn.box(Box(x, y, width, height), 320, 256), 320, 256)
    assert (box.x, box.y, box.width, box.height) == pytest.approx((x, y, width, height), abs=1e-9)


def test_an_oblique_slice_is_turned_by_its_nearest_axes():
    tilted = (-0.1, 0.995, 0.0, 0.05, 0.0, -0.99875)
    assert upright(tilted) == Turn()
    assert letters(tilted, Turn()) == Letters("A", "P", "H", "F")


def test_an_unknown_direction_is_not_turned_and_has_no_letters():
    assert upright(None) == Turn()
    assert plane((0.0,) * 6) is None
    assert letters(None, Turn()) == Letters()
