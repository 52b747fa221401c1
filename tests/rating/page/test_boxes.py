"""Boxes: drawn, moved, resized, taken back."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.ci


def box(served, disc=0):
    mark = served.reading()[1].discs[disc].mark
    return None if mark is None else (mark.box.x, mark.box.y, mark.box.width, mark.box.height)


def test_a_drag_draws_a_box(seat, served):
    seat.drag((300, 300), (420, 380))
    seat.saved()
    (drawn,) = seat.rects("held")
    assert drawn == pytest.approx({"x": 300, "y": 300, "width": 120, "height": 80}, abs=3)
    assert box(served) is not None


def test_two_clicks_draw_a_box(seat, served):
    seat.click(300, 300)
    assert box(served) is None
    seat.to(360, 350)
    assert len(seat.rects("rubber")) == 1
    seat.click(420, 380)
    seat.saved()
    (drawn,) = seat.rects("held")
    assert drawn == pytest.approx({"x": 300, "y": 300, "width": 120, "height": 80}, abs=3)


def test_a_handle_resizes_and_the_middle_moves(seat, served):
    seat.drag((300, 300), (420, 380))
    seat.saved()
    (one,) = seat.rects("held")
    right, lower = one["x"] + one["width"], one["y"] + one["height"]
    seat.drag((right, lower), (right + 60, lower + 30))
    (two,) = seat.rects("held")
    assert two == pytest.approx(one | {"width": one["width"] + 60, "height": one["height"] + 30}, abs=3)
    seat.drag((two["x"] + 50, two["y"] + 40), (two["x"] + 90, two["y"] + 20))
    (three,) = seat.rects("held")
    assert three == pytest.approx(two | {"x": two["x"] + 40, "y": two["y"] - 20}, abs=3)


def test_arrows_nudge_by_a_pixel_and_with_shift_by_ten(seat, served):
    seat.press("Enter")
    seat.saved()
    x, y, width, height = box(served)
    seat.press("ArrowRight", "Shift+ArrowDown", "ArrowUp", "Control+ArrowRight", "Control+Shift+ArrowDown")
    seat.saved()
    assert box(served) == (x + 1, y + 9, width + 1, height + 10)


def test_undo_has_no_end_and_redo_brings_all_back(seat, served):
    seat.press("Enter", "ArrowRight", "ArrowRight", "3", ".", "Enter", "Enter", "2")
    seat.saved()
    done = served.reading()[1].discs
    assert [disc.grade for disc in done] == [3.3, 2.0]
    for _ in range(7):
        seat.press("z")
    seat.saved()
    assert [(disc.mark, disc.grade) for disc in served.reading()[1].discs] == [(None, None)] * 2
    seat.press("z")
    expect(seat.page.locator("#told")).to_have_text("Nothing to undo")
    for _ in range(7):
        seat.press("y")
    seat.saved()
    assert [(disc.mark, disc.grade) for disc in served.reading()[1].discs] == [(d.mark, d.grade) for d in done]


def test_undo_pressed_once_too_often_shows_what_is_kept(seat, served):
    seat.press("Enter", "3")
    seat.saved()
    seat.press("z", "z", "z")
    expect(seat.page.locator("#told")).to_have_text("Nothing to undo")
    seat.saved()
    assert served.reading()[1].discs[0].grade is None
    assert seat.disc() == "L5/S1: no grade, no box"


def test_a_box_follows_to_another_slice(seat, served):
    seat.press("Enter")
    seat.saved()
    before = served.reading()[1].discs[0].mark
    seat.press("PageDown", "b")
    seat.saved()
    after = served.reading()[1].discs[0].mark
    assert (after.box, after.instance != before.instance) == (before.box, True)


def test_a_click_takes_up_another_discs_box(seat):
    seat.press("Enter", "2", "Enter", "Enter", "2")
    seat.saved()
    (other,) = seat.rects("other")
    seat.click(other["x"] + 20, other["y"] + 15)
    seat.until(lambda: seat.disc().startswith("L5/S1"))


def test_a_sixth_lumbar_vertebra_names_the_discs_anew(seat, served):
    seat.page.get_by_text("Levels", exact=True).click()
    seat.page.get_by_label("Lumbar vertebrae").select_option("6")
    seat.saved()
    assert [disc.level for disc in served.reading()[1].discs] == ["L6/S1", "L5/L6"]
    seat.page.get_by_label("Name of this disc").select_option("S1/S2")
    seat.page.get_by_role("button", name="Add a disc above").click()
    seat.saved()
    assert [disc.level for disc in served.reading()[1].discs] == ["S1/S2", "L5/L6", "L4/L5"]


def test_a_box_is_proposed_from_the_latest_one_however_quick_the_keys_are(seat, served):
    seat.press("Enter", *["Shift+ArrowRight"] * 3, "3", "Enter", "Enter", "ArrowUp", "4")
    seat.saved()
    lower, upper = (disc.mark.box for disc in served.reading()[1].discs)
    first = box(served)
    seat.press("z", "z", "z")
    seat.saved()
    ghost = seat.page.evaluate("fetch('/api/worklist?mode=blind').then(one => one.json())")["resume"]
    proposed = seat.page.evaluate(f"fetch('/api/items/{ghost['item']}').then(one => one.json())")
    assert (lower.x, upper.x, upper.y + 1) == (
        first[0],
        *(proposed["reading"]["discs"][1]["ghost"][key] for key in "xy"),
    )


def test_nothing_is_painted_over_the_disc_that_is_graded(seat):
    seat.press("Enter")
    seat.saved()
    assert seat.page.locator("#overlay .box.held").evaluate("one => getComputedStyle(one).fill") == "none"
