"""What axe-core finds on the page: contrast, names, roles and focus, in each mode, dialog, width and colour scheme."""

import os
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rating_browser import apart, sit
from rating_study import LEVELS

from discgrade.rating.disputes import Dispute
from discgrade.rating.queue import Rater
from discgrade.settings.groups.rating import Rating

pytestmark = pytest.mark.ci

AXE = Path(__file__).parents[3] / "envs" / "page" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """() => axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
    [id, impact, nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary}`)]))"""


@cache
def axe():
    if not AXE.exists():
        assert not os.environ.get("CI"), "axe-core should be installed in CI: npm ci --prefix envs/page"
        pytest.skip("axe-core is not installed: npm ci --prefix envs/page")
    return AXE.read_text(encoding="utf-8")


def faults(seat):
    """Return what axe-core finds on the page as it is now, with how serious it is."""
    seat.page.evaluate(axe())
    return seat.page.evaluate(FAULTS)


def test_axe_finds_a_fault_that_is_made(seat):
    seat.page.evaluate("document.querySelector('#note').removeAttribute('aria-label')")
    seat.page.evaluate("document.querySelector('#note').removeAttribute('placeholder')")
    seat.page.evaluate("document.querySelector('#progress').style.color = '#ddd'")
    assert {one[0] for one in faults(seat)} == {"label", "color-contrast"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", [(1400, 900), (820, 1180)])
def test_axe_finds_no_fault_in_a_reading_and_its_dialogs(browser, served, scheme, width, height):
    seat = sit(browser, served.address(), width, height, color_scheme=scheme, reduced_motion="reduce")
    seat.ready()
    assert faults(seat) == []
    seat.press("Enter", "3", "x")
    seat.page.wait_for_selector("dialog[open]")
    assert faults(seat) == []
    seat.press("2", "Enter")
    for summary in seat.page.locator("summary").all():
        summary.click()
    seat.saved()
    assert faults(seat) == []
    for key in "?o":
        seat.page.locator("#stage").focus()
        seat.press(key)
        seat.page.wait_for_selector("dialog[open]")
        assert faults(seat) == []
        seat.press("Escape")
    assert seat.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_where_other_grades_are_in_view(browser, serving, spines, scheme):
    raters = (Rater("Dr Main"), Rater("Dr Other", "second"), Rater("Dr Judge", "adjudicator"))
    served = serving(spines, settings=Rating(levels=LEVELS, reread=0.0, second_rater=1.0), raters=raters)
    for rater, grade in ((0, 2.0), (1, 3.3)):
        apart(lambda rater=rater, grade=grade: served.study.page(rater, take=True).read_all(grade))
    word = next(iter(served.study.desk.studies))
    probabilities = [{"grade": grade, "p": 0.2} for grade in (1.0, 2.0, 3.0, 4.0, 5.0)]
    shown = {"pseudo": 1.0, "expected": 3.0, "probabilities": probabilities}
    served.study.desk.pseudo = [Dispute(word, "L4/L5", 2.0, shown)]
    seat = sit(browser, served.address(2), 1400, 900, color_scheme=scheme)
    for mode in ("Adjudication", "Review"):
        seat.page.get_by_role("button", name=mode).click()
        expect(seat.page.get_by_role("button", name=mode)).to_have_attribute("aria-pressed", "true")
        expect(seat.page.locator("#shown")).to_be_visible()
        seat.saved()
        assert faults(seat) == []
    assert seat.faults == []
