"""Where boxes are proposed: near where a rater draws them, on invented spines and by the geometry alone."""

import numpy as np
import pytest

from discgrade.imaging.box import Box
from discgrade.phantom.population import draw_patient
from discgrade.phantom.spine.region import region
from discgrade.phantom.spine.stacking import build_spine
from discgrade.rating.server.ghosts import ghosts

SHAPE, SPACING = (400, 400), (0.7, 0.7)
PLACES = [0, 1, 2, 3, 4]


def drawn_boxes(number):
    """Boxes of a phantom patient from below, on a slice of 280 mm whose centre lies 15 mm before L3."""
    boxes = []
    for disc in reversed(build_spine(draw_patient(3, "primary", number)).lumbar_discs):
        front, top, back, bottom = region(disc)
        boxes.append(Box((front + 15) / 0.7 + 200, top / 0.7 + 200, (back - front) / 0.7, (bottom - top) / 0.7))
    return boxes


def off(ghost, box):
    """Distance of the centres in mm."""
    return 0.7 * np.hypot(
        ghost.x + (ghost.width - box.width) / 2 - box.x, ghost.y + (ghost.height - box.height) / 2 - box.y
    )


@pytest.mark.parametrize(("known", "most"), [(1, 9.0), (2, 7.0), (3, 7.0)])
def test_the_next_disc_is_proposed_within_some_millimetres(known, most):
    errors = []
    for number in range(40):
        boxes = drawn_boxes(number)
        proposed = ghosts([*boxes[:known], *[None] * (5 - known)], PLACES, SHAPE, SPACING)
        assert proposed[:known] == [None] * known
        errors.append(off(proposed[known], boxes[known]))
    assert np.median(errors) < most
    assert np.quantile(errors, 0.9) < 2 * most


def test_sizes_are_those_of_the_neighbours():
    proposed = ghosts([Box(100, 300, 80, 50), None], [0, 1], SHAPE, SPACING)
    assert (proposed[1].width, proposed[1].height) == (80, 50)
    assert proposed[1].y < 300


def test_a_gap_is_filled_between_its_neighbours():
    boxes = drawn_boxes(1)
    proposed = ghosts([boxes[0], None, boxes[2], None, boxes[4]], PLACES, SHAPE, SPACING)
    assert off(proposed[1], boxes[1]) < 8
    assert off(proposed[3], boxes[3]) < 8


@pytest.mark.parametrize("spacing", [(0.7, 0.7), (None, None)])
def test_without_any_box_all_are_proposed_from_below(spacing):
    proposed = ghosts([None] * 5, PLACES, SHAPE, spacing)
    heights = [box.y for box in proposed]
    assert heights == sorted(heights, reverse=True)
    assert all(0 < box.x < 400 for box in proposed)


def test_pixels_that_are_not_square_are_counted_in_millimetres():
    square = ghosts([Box(150, 300, 70, 40), None], [0, 1], (400, 400), (0.7, 0.7))[1]
    tall = ghosts([Box(150, 150, 70, 20), None], [0, 1], (200, 400), (1.4, 0.7))[1]
    assert tall.y == pytest.approx(square.y / 2, abs=1)
    assert tall.x == pytest.approx(square.x, abs=1)


def test_nothing_is_proposed_outside_the_slice():
    proposed = ghosts([Box(100, 5, 60, 30), None, None], [0, 1, 2], SHAPE, SPACING)
    assert proposed[1:] == [None, None]
