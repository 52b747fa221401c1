"""What a rater may not learn, in the page and in all that the server sends to it; and what is shown where it may."""

import re

import pytest
from playwright.sync_api import expect
from rating_browser import apart, shoot, sit
from rating_study import LEVELS, Page

from discgrade.rating import export
from discgrade.rating.disputes import Dispute
from discgrade.rating.queue import Rater
from discgrade.settings.groups.rating import Rating

pytestmark = pytest.mark.ci


def read_all(served, rater, grade):
    """Read everything, as a program would."""
    window = Page(served.study.app, f"secret-of-rater-{rater}")
    window.open()
    window.read_all(grade)
    window.post("/api/window/close", window=window.token)


def origins(served):
    rows = [
        dict(zip(export.COLUMNS, row, strict=True)) for row in export.rows(served.study.store, served.study.settings)
    ]
    return [(row["rater"], row["grade"]) for row in rows if row["origin"] == "reviewed"]


def test_no_identity_is_in_page_address_title_or_traffic(browser, serving, scans):
    seat = sit(browser, serving(scans).address())
    seat.page.wait_for_selector("#overlay .box.ghost")
    seat.press("Enter", "3", "Enter", "Enter", "3", "Enter")
    seat.saved()
    seat.press("o")
    expect(seat.page.locator("#dialog-title")).to_have_text("Worklist")
    seen = "\n".join([seat.page.content(), seat.page.title(), seat.page.url, *(f"{a} {b}" for a, b in seat.heard)])
    assert len(seat.heard) > 10
    assert not re.search(r"Person\d|Erika|4711|2\.25\.|1950|2019|secret-of|\.dcm", seen)
    assert (seat.page.title(), seat.page.url.rpartition("/")[2]) == ("discgrade", "")


def test_a_reading_that_comes_28_days_later_tells_nothing_of_the_first(browser, serving, scans):
    served = serving(scans, settings=Rating(levels=LEVELS, reread=1.0, second_rater=0.0))
    apart(lambda: read_all(served, 0, 4.7))
    served.study.clock.forward(days=27)
    seat = sit(browser, served.address())
    expect(seat.page.locator("#dialog")).to_contain_text("4 of 4 finished. Nothing is left to read for now.")
    seat.page.context.close()
    served.study.clock.forward(days=2)
    seat = sit(browser, served.address())
    seat.page.wait_for_selector("#overlay .box.ghost")
    assert seat.progress().startswith("Study 5 of 8")
    told = [text for address, text in seat.heard if "/api/items" in address or "/api/actions" in address]
    assert told
    assert not any(re.search(r'"(grade|box)":(?!null)', text) for text in told)
    assert "4.7" not in seat.page.locator("#discs").inner_html()
    assert seat.page.locator("[data-grade][aria-pressed=true]").count() == 0
    seat.press("o")
    expect(seat.page.get_by_role("button", name="finished, closed")).to_have_count(4)
    assert seat.page.locator("dialog .worklist button:disabled").count() == 4
    seat.press("Escape", "Enter", "2")
    seat.saved()
    assert served.reading()[0].reading == 2
    assert seat.faults == []


def test_two_raters_at_once_see_nothing_of_each_other(browser, serving, scans):
    settings = Rating(levels=LEVELS, reread=0.0, second_rater=1.0)
    served = serving(scans, settings=settings)
    seats = [sit(browser, served.address(rater)) for rater in (0, 1)]
    for seat in seats:
        seat.page.wait_for_selector("#overlay .box.ghost")
    for keys in ("Enter", "grade", "Enter", "Enter", "grade"):
        for seat, grade in zip(seats, "15", strict=True):
            seat.press(grade if keys == "grade" else keys)
    for rater, (seat, mine, other) in enumerate(zip(seats, "15", "51", strict=True)):
        seat.saved()
        assert [disc.grade for disc in served.reading(rater)[1].discs] == [float(mine)] * 2
        assert served.reading(rater)[1].done
        given = [text for address, text in seat.heard if "/api/items" in address or "/api/actions" in address]
        assert not any(f'"grade":{other}.0' in text for text in given)
        assert [one.get_attribute("data-mode") for one in seat.page.locator("#modes button").all()] == ["blind"]


def test_adjudication_shows_both_grades_and_says_that_it_is_not_blind(browser, serving, spines):
    raters = (Rater("Dr Main"), Rater("Dr Other", "second"), Rater("Dr Judge", "adjudicator"))
    served = serving(spines, settings=Rating(levels=LEVELS, reread=0.0, second_rater=1.0), raters=raters)
    for rater, grade in ((0, 2.0), (1, 3.3)):
        apart(lambda rater=rater, grade=grade: read_all(served, rater, grade))
    seat = sit(browser, served.address(2))
    seat.page.wait_for_selector("#overlay .box.current")
    assert seat.progress().startswith("Disc 1 of 6")
    assert seat.page.locator("#shown").inner_text().split("\n\n") == ["Not blind", "Rater A: 2", "Rater B: 3.3"]
    shoot(seat, "adjudication")
    assert seat.page.locator("#spine").is_hidden()
    seat.press("3", ",", "Enter")
    seat.wait_progress("Disc 2 of 6 · 1 finished")
    assert origins(served) == [("Dr Judge", 2.7)]
    assert seat.faults == []


def test_review_shows_the_models_distribution(browser, serving, spines):
    served = serving(spines)
    apart(lambda: read_all(served, 0, 2.0))
    word = next(iter(served.study.desk.studies))
    probabilities = [{"grade": grade, "p": p} for grade, p in ((1.0, 0.1), (3.7, 0.6), (4.0, 0.3))]
    shown = {"pseudo": 1.0, "expected": 3.52, "probabilities": probabilities}
    served.study.desk.pseudo = [Dispute(word, "L4/L5", 2.52, shown)]
    seat = sit(browser, served.address())
    expect(seat.page.get_by_role("button", name="Review")).to_have_attribute("aria-pressed", "true")
    expect(seat.page.locator("#shown-grades")).to_contain_text("Pseudo-label 1, expected 3.52")
    assert seat.page.get_by_role("meter", name="Grade 3.7: 60 %").count() == 1
    seat.page.wait_for_selector("#overlay rect")
    seat.press("Enter", "4", ",")
    seat.saved()
    shoot(seat, "review")
    assert origins(served) == [("Dr Main", 3.7)]
    assert seat.faults == []


def test_a_study_that_is_not_read_yet_is_reviewed_only_by_who_was_told(browser, serving, spines):
    served = serving(spines)
    word = next(iter(served.study.desk.studies))
    shown = {"pseudo": 1.0, "expected": 3.52, "probabilities": []}
    served.study.desk.pseudo = [Dispute(word, "L4/L5", 2.52, shown)]
    seat = sit(browser, served.address())
    seat.ready()
    seat.page.get_by_role("button", name="Review").click()
    expect(seat.page.locator("#dialog-title")).to_have_text("Not read blind yet")
    assert not any('"expected":3.52' in text or '"difference":2.52' in text for _, text in seat.heard)
    seat.page.wait_for_timeout(600)  # by then the look at the blind study has been kept, and answered
    seat.page.get_by_role("button", name="Leave it").click()
    expect(seat.page.get_by_role("button", name="not read blind yet")).to_have_count(1)
    seat.wait_progress("Disc 1 of 1 · 0 finished")
    seat.page.get_by_role("button", name="not read blind yet").click()
    seat.page.get_by_role("button", name="Look at it all the same").click()
    expect(seat.page.locator("#shown-grades")).to_contain_text("expected 3.52")
    seat.page.get_by_role("button", name="Reading").click()
    seat.wait_progress("Study 1 of 2 · 0 finished")
    assert [fault for fault in seat.faults if "409" not in fault] == []
