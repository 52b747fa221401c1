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


def leave_at_once(seat, how):
    """Leave the page without waiting for anything, as a rater does who closes the window."""
    if how == "closed":
        seat.page.close(run_before_unload=True)
    else:
        seat.page.goto("about:blank")


@pytest.mark.parametrize("how", ["closed", "left"])
def test_a_note_and_a_slice_of_the_last_moment_are_kept(browser, served, how):
    seat = sit(browser, served.address())
    seat.ready()
    seat.press("Enter", "2", "Enter", "PageDown", "t")
    before = seat.page.locator("#place").inner_text().split()[1]
    seat.page.keyboard.insert_text("seen at the last moment")
    leave_at_once(seat, how)
    again = sit(browser, served.address())
    again.ready()
    assert not again.page.locator("#dialog").is_visible()
    assert again.disc().startswith("L4/L5")
    assert again.page.locator("#note").input_value() == "seen at the last moment"
    assert again.page.locator("#place").inner_text().split()[1] == before
    assert seat.faults == again.faults == []


def test_what_has_begun_is_not_called_saved(seat, served):
    seat.press("t")
    seat.page.keyboard.insert_text("half a")
    assert seat.page.locator("#saved").inner_text().endswith("Saving …")
    seat.saved()
    assert served.reading()[1].discs[0].note == "half a"
    seat.press("Escape", "PageDown")
    assert seat.page.locator("#saved").inner_text().endswith("Saving …")
    seat.saved()
    assert served.reading()[1].slice is not None


def test_what_is_on_its_way_when_the_window_closes_is_kept_in_order(seat, served):
    seat.page.route("**/api/actions", lambda route: None)
    seat.press("Enter", "2", "4", "z", "Enter", "x", "Enter")
    seat.page.goto("about:blank")
    expect(seat.page).to_have_url("about:blank")
    for _ in range(50):
        discs = served.reading()[1].discs
        if discs[1].refusal:
            break
        seat.page.wait_for_timeout(50)
    assert (discs[0].grade, discs[0].mark is not None, discs[1].refusal.reason) == (2.0, True, "not_shown")
