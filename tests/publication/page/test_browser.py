"""The report in a browser: widths, schemes, keyboard, sorting, traces, large figures, and what axe-core finds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.ci

AXE = Path(__file__).parents[3] / "envs" / "page" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """() => axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
    [impact, id, nodes.map(({ html }) => html.slice(0, 120))]))"""
SIZES = [(380, 800), (800, 1100), (1400, 1000)]


def colour(element: str) -> str:
    """Return the expression of an element's background."""
    return f"getComputedStyle(document.querySelector('{element}')).backgroundColor"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser, whole):
    """A function that opens the report; what the console says of faults is asserted at the end."""
    faults: list[str] = []
    pages: list[Page] = []

    def start(width: int = 1400, height: int = 1000, **settings: object) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, **settings)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request", lambda request: None if request.url[:5] in ("file:", "data:") else faults.append(request.url)
        )
        page.goto(whole.page.as_uri())
        pages.append(page)
        return page

    yield start
    for page in pages:
        page.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_axe_finds_no_fault(opened, scheme, width, height):
    if not AXE.exists():
        assert not os.environ.get("CI"), "axe-core should be installed in CI: npm ci --prefix envs/page"
        pytest.skip("axe-core is not installed: npm ci --prefix envs/page")
    page = opened(width, height, color_scheme=scheme)
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate(FAULTS) == []
    page.locator("a.n").first.click()
    assert page.evaluate(FAULTS) == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_page_is_never_wider_than_the_window(opened, width, height):
    page = opened(width, height)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_summary_fits_one_screen(opened):
    page = opened(1400, 1000)
    bottom = page.locator("#summary .halves").bounding_box()
    assert bottom["y"] + bottom["height"] <= 1000


def test_schemes_differ_and_a_figure_stays_on_white(opened):
    colours = [
        opened(color_scheme=scheme).evaluate(f"[{colour('body')}, {colour('.enlarge img')}]")
        for scheme in ("light", "dark")
    ]
    assert colours[0][0] != colours[1][0]
    assert colours[0][1] == colours[1][1] == "rgb(255, 255, 255)"


def test_a_wide_table_says_that_it_scrolls(opened):
    page = opened(380, 800)
    assert "scroll it sideways" in page.locator("#table2 .scroll-hint").inner_text()
    box = page.locator("#table2 .scroll")
    box.evaluate("(box) => { box.scrollLeft = box.scrollWidth }")
    page.wait_for_function("!document.querySelector('#table2 .scroll').classList.contains('more')")


def test_a_heading_sorts_within_sections_and_a_third_press_restores(opened):
    page = opened()
    rows = page.locator("#cohort tbody").nth(1).locator("tr:not(.section)")
    before = rows.all_inner_texts()
    heading = page.locator("#cohort thead tr").last.locator("th").nth(1)
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    values = [row.split("\t")[1].replace(",", "") for row in rows.all_inner_texts()]
    numbers = [float(value) for value in values if value.strip().isdigit()]
    assert numbers == sorted(numbers) and len(numbers) > 3
    heading.locator("button").press("Enter")
    heading.locator("button").press("Enter")
    assert rows.all_inner_texts() == before


def test_published_rows_stay_below_their_own(opened):
    page = opened()
    body = page.locator("#table2 tbody").filter(has_text="Models,")
    page.locator("#table2 thead tr").last.locator("th").nth(2).locator("button").click()
    classes = body.locator("tr:not(.section)").evaluate_all("(rows) => rows.map((row) => row.className)")
    assert classes[0] == "" and "quiet" in classes


def test_a_number_is_reached_by_keyboard_and_tells_where_it_came_from(opened):
    page = opened()
    first = page.locator("#table2 a.n").first
    assert page.locator("#table2 a.n[tabindex='0']").count() == 1
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.locator("#trace")
    assert dialog.evaluate("(one) => one.open")
    assert "scores.parquet, value: Cohen's κ" in dialog.inner_text()
    assert (
        "discgrade trace results/invented/tables/table2.csv --row intra_rater --column kappa_linear"
        in dialog.inner_text()
    )
    page.keyboard.press("Escape")
    assert not dialog.evaluate("(one) => one.open")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('#table2 a.n')")


def test_a_figure_enlarges(opened):
    page = opened()
    button = page.locator(".enlarge").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#picture img").get_attribute("alt") == button.locator("img").get_attribute("alt")
    assert page.locator("#picture img").bounding_box()["width"] > button.bounding_box()["width"]
    page.locator("#picture button").click()
    assert not page.locator("#picture").evaluate("(one) => one.open")


def test_paper_shows_what_is_folded_away_and_no_controls(opened):
    page = opened()
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
