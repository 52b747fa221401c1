"""How quick the raters' page is in Debian's Chromium: the first picture, the next disc, twenty raters, memory.

python tests/benchmarks/rating_page.py [STUDIES] [pictures] [raters] [memory]
"""

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rating import RATE, RATERS, print_times, write_scans

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "support")]

from chromium import CHROMIUM  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from rate_server import Server, serving  # noqa: E402

from discgrade.host import kernel_bytes  # noqa: E402

OPENED, ACTIONS = 100, 600
HEAP = {"its scripts": "usedSize", "its pictures": "backingStorageSize"}
# Times in the page, in ms: of the last click or key, of frames with a new picture or disc since, and of answers.
CLOCK = """
    window.times = {begun: 0, picture: [], disc: [], answers: []};
    const shown = (list) => requestAnimationFrame(() => setTimeout(() => list.push(performance.now() - times.begun)));
    for (const event of ["click", "keydown"])
        addEventListener(event, () => { times.begun = performance.now(); }, {capture: true});
    const paint = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...all) {
        paint.apply(this, all);
        if (!this.canvas.isConnected) shown(times.picture);
    };
    addEventListener("DOMContentLoaded", () => {
        const seen = (changes) => changes.some(({target}) => target.hasAttribute("aria-current")) && shown(times.disc);
        const what = {subtree: true, attributeFilter: ["aria-current"]};
        new MutationObserver(seen).observe(document.querySelector("#discs"), what);
    });
    const plain = window.fetch;
    window.fetch = async (path, options) => {
        const from = performance.now();
        const answer = await plain(path, options);
        if (path === "/api/actions") times.answers.push(performance.now() - from);
        return answer;
    };
"""


def main(studies: int, parts: Sequence[str]) -> None:
    """Print times in ms (median, 95th percentile) and memory in MB."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        scans, raters = Path(name, "scans"), Path(name, "raters.csv")
        write_scans(scans, studies)
        raters.write_text("name,role\n" + "".join(f"Rater {number},main\n" for number in range(RATERS)))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(scans, Path(name, "p"), "--raters", raters) as server:
            if "pictures" in parts:
                _pictures(browser, server)
            if "raters" in parts:
                _many(browser, server)
            if "memory" in parts:
                _memory(browser, server, studies)


def _open(browser: Browser, server: Server, rater: int) -> Page:
    """Open a rater's page with its clock, in a browser that has no cookie yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, bypass_csp=True)
    context.add_init_script(CLOCK)
    page = context.new_page()
    page.goto(server.addresses[rater].rpartition(" ")[2])
    page.wait_for_selector("#work:not([hidden]), dialog[open]")
    if page.locator("dialog[open]").count():  # another window of this rater was not closed
        page.keyboard.press("Enter")
    page.wait_for_selector("#overlay rect")
    return page


def _pictures(browser: Browser, server: Server) -> None:
    """Studies clicked in the worklist that nobody saw before, and in some of them discs, each with its own slice."""
    page = _open(browser, server, 0)
    pictures, discs = [], []
    numbers = random.Random(1).sample(range(1, _total(page)), min(OPENED, _total(page) - 1))
    for number in numbers:
        page.keyboard.press("o")
        page.evaluate("times.picture = []")
        page.locator(".worklist button").nth(number).click()
        page.wait_for_function("times.picture.length")
        pictures.append(page.evaluate("times.picture[0]"))
        page.wait_for_timeout(100)
        if len(discs) < OPENED:
            discs += _discs(page)
    print_times("a study from the worklist: its first picture", pictures)
    print_times("the next disc, on another slice", discs)
    page.context.close()


def _total(page: Page) -> int:
    return int(page.locator("#progress").inner_text().split(" of ")[1].split()[0])


def _discs(page: Page) -> list[float]:
    """Give each disc a box on a slice of its own, and go through all of them with Enter once they are graded."""
    for _ in range(5):
        page.keyboard.press("Enter")
        page.keyboard.press("3")
        page.keyboard.press("PageDown")
        page.keyboard.press("b")
        page.keyboard.press("n")
    found = []
    for _ in range(4):
        page.wait_for_selector('#saved[data-state="saved"]')
        page.evaluate("times.disc = []")
        page.keyboard.press("p")
        page.wait_for_function("times.disc.length")
        found.append(page.evaluate("times.disc[0]"))
    return found


def _many(browser: Browser, server: Server) -> None:
    """Twenty raters, each in a page of an own browser context, who move boxes: ten actions a second in all."""
    pages = [_open(browser, server, rater) for rater in range(RATERS)]
    for page in pages:
        page.keyboard.press("Enter")
        page.wait_for_selector('#saved[data-state="saved"]')
        page.evaluate("times.answers = []")
    late, due = 0.0, time.perf_counter()
    for number in range(ACTIONS):
        due += 1 / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        late = max(late, time.perf_counter() - due)
        pages[number % RATERS].keyboard.press(random.choice(["ArrowLeft", "ArrowRight"]))
    answers = [one for page in pages for one in page.evaluate("times.answers")]
    print_times(f"an answer, {RATERS} raters, {RATE} a second", answers)
    for page in pages:
        page.context.close()


def _memory(browser: Browser, server: Server, studies: int) -> None:
    """All discs of all studies read in one window by keyboard; memory of the server and of the page on the way.

    The page's processes also keep what Playwright has them note of each request: that grows, what it holds does not.
    """
    page = _open(browser, server, 1)
    session, own = browser.new_browser_cdp_session(), page.context.new_cdp_session(page)
    times: list[float] = []
    for place in range(1, studies + 1):
        for _ in range(5):
            for key in ("Enter", "3", "Enter"):
                page.keyboard.press(key)
        page.wait_for_function(_IS_AT, arg=min(place + 1, studies))
        times += page.evaluate("times.disc.splice(0)")
        times = times[-5000:]
        if place % max(1, studies // 10) == 0:
            served = kernel_bytes(Path(f"/proc/{server.process.pid}/status"), "VmRSS") or 0
            shown = sum(_renderers(session))
            heap = own.send("Runtime.getHeapUsage")
            parts = ", ".join(f"{name} {int(heap[key]) >> 20}" for name, key in HEAP.items())
            print(f"{5 * place} discs, MB: server {served >> 20}, page's processes {shown >> 20}, {parts}", flush=True)
    print_times("the next disc, while 5 discs a study are read", times)


_IS_AT = """number => document.querySelector("#progress").textContent.startsWith(`Study ${number} of`)
    && document.querySelector("#saved").dataset.state === "saved" """


def _renderers(session: object) -> list[int]:
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]  # type: ignore[attr-defined]
    pids = [one["id"] for one in found if one["type"] == "renderer"]
    return [kernel_bytes(Path(f"/proc/{pid}/status"), "VmRSS") or 0 for pid in pids]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, sys.argv[2:] or ("pictures", "raters", "memory"))
