"""How the page looks: on a tablet, in both colour schemes, to a screen reader."""

import pytest
from rating_browser import shoot, sit

pytestmark = pytest.mark.ci

NAMED = "button, select, textarea, input, meter, progress, summary, dialog[open], [role=group], [role=toolbar]"
NAME = """all => all.filter(one => one.getClientRects().length).map(one => [one.outerHTML.slice(0, 80),
    one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.textContent.trim()
    || [...(one.labels ?? [])].map(label => label.textContent.trim()).join("")])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", [(1280, 860), (1024, 768), (768, 1024)])
def test_nothing_is_cut_off(browser, served, scheme, width, height):
    seat = sit(browser, served.address(), width, height, color_scheme=scheme)
    seat.ready()
    seat.press("Enter", "3")
    seat.saved()
    shoot(seat, f"{scheme}-{width}")
    wide = seat.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    frame = seat.page.locator("#stage").bounding_box()
    assert min(frame["width"], frame["height"]) > 400
    ground = seat.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(246, 247, 248)", "dark": "rgb(21, 25, 28)"}[scheme]


def test_everything_that_is_used_has_a_name(seat):
    for summary in seat.page.locator("summary").all():
        summary.click()
    named = seat.page.locator(NAMED).evaluate_all(NAME)
    assert len(named) > 40
    assert [element for element, name in named if not name] == []
    seat.press("?")
    assert seat.page.get_by_role("dialog", name="Keys").is_visible()


def test_the_five_drawings_are_shown(seat):
    script = "all => all.map(one => one.naturalWidth)"
    assert seat.page.locator("#cards img").evaluate_all(script) == [192] * 5
