"""Tests for discgrade.learning.localisation.views."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from discgrade.learning.localisation import views
from discgrade.learning.localisation.views import NOWHERE, Part, Views, changed_view


@pytest.fixture
def made(slices):
    return Views(slices, copies=20, seed=1)


def test_view_0_is_the_slice_as_read(slices, made):
    rows = made.rows(np.array([0, 2]), changed=False)
    assert rows.tolist() == [0, 42]
    assert (Part(made, "pixels")[rows] == slices.pixels[[0, 2]]).all()
    assert np.array_equal(Part(made, "boxes")[rows], slices.boxes[[0, 2]], equal_nan=True)


def test_rows_of_changed_views_are_all_others(made):
    assert made.rows(np.array([1]), changed=True).tolist() == list(range(22, 42))


def test_a_view_is_the_same_whatever_was_asked_for_before(slices, made):
    rows = made.rows(np.array([1]), changed=True)
    once = Part(made, "pixels")[rows]
    again = Part(Views(slices, copies=20, seed=1), "pixels")[rows[::-1]][::-1]
    assert (once == again).all()
    assert (once != Part(Views(slices, copies=20, seed=2), "pixels")[rows]).any()


def test_boxes_follow_the_picture(slices, monkeypatch):
    monkeypatch.setattr(views, "CUT", (0, 0, 0))
    monkeypatch.setattr(views, "NEGATIVE", 0)
    monkeypatch.setattr(views, "_greys", lambda grey, drawn: grey)
    soft = cv2.GaussianBlur(slices.fine[2], (0, 0), 2)
    for seed in range(20):
        view = changed_view(soft, slices.boxes[2], np.random.default_rng(seed))
        rows, columns = np.mgrid[:64, :64] + 0.5
        weight = view.pixels / view.pixels.sum()
        x, y, width, height = view.boxes[0]
        assert ((weight * columns).sum(), (weight * rows).sum()) == pytest.approx((x, y), abs=0.05)
        assert view.pixels.sum() / (257 * 200) == pytest.approx(width * height, rel=0.03)
        assert np.isnan(view.boxes[1]).all()


def test_levels_that_a_view_cuts_off_are_nowhere(slices, monkeypatch):
    monkeypatch.setattr(views, "CUT", (1, 0.4, 0.6))
    shown = [changed_view(slices.fine[0], slices.boxes[0], np.random.default_rng(seed)).boxes for seed in range(20)]
    gone = [boxes[:, 0] == NOWHERE for boxes in shown]
    assert any(one.any() for one in gone)
    for boxes, one in zip(shown, gone, strict=True):
        assert ((boxes[~one, :2] >= 0) & (boxes[~one, :2] <= 64)).all()


def test_what_is_left_of_a_cut_slice_lies_in_the_middle(slices):
    boxes = slices.boxes[0]
    for seed in range(10):
        rest, kept, moved = views._cut_off(np.full((128, 128), 9, np.uint8), boxes, np.random.default_rng(seed))
        there = np.flatnonzero(rest.any(axis=1)) / 2
        assert (there[0] + there[-1]) / 2 + moved == pytest.approx(32, abs=0.6)
        inside = (boxes[:, 1] > there[0]) & (boxes[:, 1] < there[-1])
        assert (kept[inside] == boxes[inside]).all()
        assert (kept[~inside] == NOWHERE).all()


def test_a_spine_that_lies_or_stands_on_its_head_is_none(slices, monkeypatch):
    monkeypatch.setattr(views, "CUT", (0, 0, 0))
    monkeypatch.setattr(views, "NEGATIVE", 1)
    view = changed_view(slices.fine[0], slices.boxes[0], np.random.default_rng(1))
    assert (view.boxes == NOWHERE).all()
    assert view.pixels.any()


def test_a_slice_in_another_order_has_the_same_views(slices, made):
    turned = replace(
        slices,
        keys=slices.keys[::-1],
        pixels=slices.pixels[::-1],
        fine=slices.fine[::-1],
        boxes=slices.boxes[::-1],
    )
    assert (Views(turned, 20, 1).view(5).pixels == made.view(2 * 21 + 5).pixels).all()
