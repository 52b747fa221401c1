"""What is kept when things go wrong: the server killed, the disc full, a second window."""

import pytest
from playwright.sync_api import expect
from rate_server import serving as process
from rating_browser import apart, sit

pytestmark = pytest.mark.ci


def test_a_reading_goes_on_after_the_server_was_killed(browser, spines, tmp_path):
    study = tmp_path / "p"
    with process(spines, study) as first:
        seat = sit(browser, first.addresses[0])
        seat.ready()
        seat.press("Enter", "2", "Enter", "Enter")
        seat.saved()
        first.kill()
        seat.press("3")
        expect(seat.page.locator("#saved")).to_contain_text("Not saved: the server does not answer")
    with process(spines, study, "--port", first.port):
        seat.saved()
        assert seat.disc() == "L4/L5: grade 3, box drawn, done"
        again = sit(browser, first.addresses[0])
        expect(again.page.locator("#dialog-title")).to_have_text("Another window is open")
        again.press("Enter")
        again.ready()
        assert again.disc() == "L4/L5: grade 3, box drawn, done"
        assert seat.faults == again.faults == []


def test_a_full_disc_is_said_and_what_was_done_is_kept_when_there_is_room(seat, served):
    base = served.study.store._database

    def limit(pages):
        return lambda: base.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    apart(limit(base.execute("PRAGMA page_count").fetchone()[0]))
    seat.press("t")
    for number in range(60):
        seat.page.locator("#note").fill(f"{number} " + "x" * 1900)
        seat.page.locator("#note").blur()
        if seat.page.locator("#again").is_visible():
            break
    expect(seat.page.locator("#saved")).to_contain_text("Not saved: ")
    assert "full" in seat.page.locator("#saved").inner_text()
    apart(limit(100_000))
    seat.page.get_by_role("button", name="Try again").click()
    seat.saved()
    assert served.reading()[1].discs[0].note.startswith(f"{number} ")


def test_a_later_window_takes_over_only_after_its_rater_was_told(seat, served):
    other = seat.page.context.new_page()
    other.goto(served.address())
    expect(other.locator("#dialog-title")).to_have_text("Another window is open")
    seat.press("Enter", "3")
    seat.saved()
    other.get_by_role("button", name="Go on here").click()
    expect(other.locator("#discs [aria-current] .value")).to_have_attribute("data-text", "3")
    seat.page.bring_to_front()
    seat.press("4")
    expect(seat.page.locator("#dialog-title")).to_have_text("This window may not act any more")
    assert served.reading()[1].discs[0].grade == 3.0
    seat.page.get_by_role("button", name="Go on here instead").click()
    seat.page.wait_for_selector("#work:not([hidden])")
    seat.press("4")
    seat.saved()
    assert served.reading()[1].discs[0].grade == 4.0


def test_a_window_that_is_loaded_again_or_was_closed_is_not_asked(seat, served):
    seat.press("Enter", "3")
    seat.saved()
    seat.page.reload()
    seat.ready()
    assert seat.disc().startswith("L5/S1: grade 3")
    seat.page.goto("about:blank")
    seat.page.goto(served.address())
    seat.ready()
    assert not seat.page.locator("#dialog").is_visible()
