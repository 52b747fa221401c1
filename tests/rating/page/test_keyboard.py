"""A reading without a mouse."""

import pytest
from playwright.sync_api import expect
from rating_browser import Seat, sit

from discgrade.rating import export
from discgrade.settings.groups.rating import Rating

pytestmark = pytest.mark.ci


def test_a_whole_reading_by_keyboard_alone(browser, serving, spines):
    served = serving(spines, settings=Rating(reread=0.0))
    seat = sit(browser, served.address())
    seat.ready()
    for study in range(1, 4):
        for _ in range(5):
            seat.press("Enter", "ArrowDown", "4", ",", "Enter")
        if study < 3:
            seat.wait_progress(f"Study {study + 1} of 3 · {study} finished")
            seat.ready()
    seat.page.wait_for_selector("dialog[open]")
    assert "3 of 3 finished. Nothing is left to read for now." in seat.page.locator("#dialog").inner_text()
    seat.saved()
    rows = list(export.rows(served.study.store, served.study.settings))
    assert len(rows) == 15
    assert {row[export.COLUMNS.index("grade")] for row in rows} == {3.7}
    assert seat.faults == []


def test_a_disc_that_cannot_be_graded_and_a_note_by_keyboard(seat, served):
    seat.press("x", "3")
    assert seat.page.locator("dialog input:checked").get_attribute("value") == "operated"
    seat.press("Enter", "t")
    seat.page.keyboard.type("screws at 1, 2")
    seat.press("Escape")
    seat.saved()
    disc = served.reading()[1].discs[0]
    assert (disc.refusal.reason, disc.note, disc.grade) == ("operated", "screws at 1, 2", None)


def test_another_reason_needs_words(seat, served):
    seat.press("x", "5", "Enter")
    assert seat.page.locator("dialog .fault").inner_text() == "Say which reason, in words"
    seat.page.keyboard.type("artefact of a zip")
    seat.press("Enter")
    seat.saved()
    assert served.reading()[1].discs[0].refusal.text == "artefact of a zip"


def test_arrows_leaf_through_the_slices_and_the_slice_is_kept(seat, served):
    before = seat.page.locator("#place").inner_text()
    seat.press("ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight")
    first, last = before.removeprefix("Slice ").split(" of ")
    assert seat.page.locator("#place").inner_text() == f"Slice {int(first) + 2} of {last}"
    seat.page.wait_for_timeout(600)
    seat.saved()
    work, reading = served.reading()
    assert served.study.desk.studies[work.study].places[reading.slice] == (0, int(first) + 1)


def test_steps_need_a_grade_first_and_end_at_five(seat, served):
    seat.press(".")
    assert "Give a grade first" in seat.page.locator("#told").inner_text()
    seat.press("5", ".", ",", ",")
    seat.saved()
    assert served.reading()[1].discs[0].grade == 4.3


def test_the_integral_scale_has_no_steps_between(browser, serving, spines):
    served = serving(spines, settings=Rating(scale="integral", levels=("L5/S1",), reread=0.0))
    seat = sit(browser, served.address())
    seat.ready()
    assert seat.page.locator("#steps").is_hidden()
    seat.press("Enter", "3", ".")
    seat.saved()
    assert served.reading()[1].discs[0].grade == 4.0


def test_keys_wait_for_the_picture_and_nothing_is_called_saved_meanwhile(browser, served):
    seat, held = Seat(browser.new_context().new_page()), []
    seat.page.route("**/slices/*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    seat.page.goto(served.address())
    seat.page.wait_for_selector("#work:not([hidden])")
    seat.saved()
    seat.press("Enter", "ArrowRight", "3")
    expect(seat.page.locator("#saved")).to_have_attribute("data-state", "saving")
    assert held
    seat.page.unroute("**/slices/*")  # lets those go that were held
    seat.saved()
    assert served.reading()[1].discs[0].done
    assert seat.faults == []
