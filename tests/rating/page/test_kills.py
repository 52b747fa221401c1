"""Server and browser killed at random moments of a reading: nothing acknowledged is lost, nothing half is kept.

DISCGRADE_KILLS says how many: 20 take some three minutes.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

import pytest
from chromium import CHROMIUM, require_chromium
from playwright.sync_api import Error, expect, sync_playwright
from rate_server import serving
from rating_browser import Seat

from discgrade.rating.ledger.store import Store

pytestmark = pytest.mark.ci

KILLS = int(os.environ.get("DISCGRADE_KILLS", "6"))
KEYS = ["Enter", "1", "2", "3", "4", "5", ",", ".", "ArrowDown", "ArrowRight", "PageDown", "n", "p", "z", "y", "Delete"]
# The page tells what it sends and what it takes as kept.
TELL = """
    const plain = window.fetch;
    window.fetch = async (path, options) => {
        const body = /actions|undo|redo/.test(path) ? options.body : null;
        if (body) console.log("sent " + body);
        const answer = await plain(path, options);
        if (body && answer.ok) console.log("kept " + (await answer.clone().json()).seq + " " + JSON.parse(body).id);
        return answer;
    };
"""


@dataclass
class ShownSettings:
    """What the pages said: bodies that were sent by their words, and numbers that were acknowledged."""

    sent: dict[str, dict] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    def __call__(self, message):
        kind, _, rest = message.text.partition(" ")
        if kind == "sent":
            body = json.loads(rest)
            self.sent[body["id"]] = body
        elif kind == "kept":
            seq, _, word = rest.partition(" ")
            self.kept[word] = int(seq)


@contextlib.contextmanager
def chromium(folder):
    """A browser in a process group of its own, so that all of it can be killed."""
    (folder / "DevToolsActivePort").unlink(missing_ok=True)
    words = ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        [CHROMIUM, *words], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 20
        while not (folder / "DevToolsActivePort").exists() or not (folder / "DevToolsActivePort").read_text():
            assert time.monotonic() < end, "Chromium did not start"
            time.sleep(0.02)
        yield process, int((folder / "DevToolsActivePort").read_text().split()[0])
    finally:
        kill(process)
        process.wait()


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def kill_both(victims, pause):
    victims[0]()
    time.sleep(pause)
    victims[1]()


def sit_down(driver, port, address, told):
    """Open the page as a rater does after a crash: what is asked is answered, and the picture is waited for."""
    page = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0].new_page()
    page.add_init_script(TELL)
    page.on("console", told)
    seat = Seat(page)
    page.goto(address)
    page.wait_for_selector("#work:not([hidden]), dialog[open]")
    if page.locator("#dialog-title").is_visible():
        page.keyboard.press("Enter")
    seat.ready()
    return seat


def work(seat, rng):
    """Read at random until somebody is killed."""
    with contextlib.suppress(Error):
        while True:
            if rng.random() < 0.15:
                seat.press("t")
                seat.page.keyboard.insert_text(f"note {rng.random()}")
                seat.press("Escape")
            seat.press(rng.choice(KEYS))
            if seat.page.locator("dialog[open]").count():
                seat.press("Escape")
            if seat.page.locator('#saved[data-state="waiting"]').count():
                return


def test_kills_of_server_and_browser_lose_nothing_that_was_acknowledged(spines, tmp_path):
    require_chromium()
    study, rng, told, port = tmp_path / "p", random.Random(5), ShownSettings(), 0
    with sync_playwright() as driver:
        for _ in range(KILLS):
            with serving(spines, study, "--port", port) as server, chromium(tmp_path / "b") as (browser, debugging):
                port = server.port
                seat = sit_down(driver, debugging, server.addresses[0], told)
                check_shown(seat, server)
                victims = rng.sample([server.process.kill, lambda browser=browser: kill(browser)], 2)
                killer = threading.Timer(rng.uniform(0.05, 2.5), kill_both, [victims, rng.choice([0, 0, 0.2])])
                killer.start()
                work(seat, rng)
                killer.join()
    check_kept(study, told)


def check_shown(seat, server):
    """The page shows what the server keeps."""
    resume = server.json("/api/worklist?mode=blind")["resume"]
    discs = server.json(f"/api/items/{resume['item']}")["reading"]["discs"]
    marks = ["no grade" if one["grade"] is None else f"grade {one['grade']:g}" for one in discs]
    for one, mark in zip(discs, marks, strict=True):
        label = seat.page.locator(f'#discs [data-disc="{one["disc"]}"]').get_attribute("aria-label")
        assert label.startswith(f"{one['level']}: {mark}, {'box drawn' if one['box'] else 'no box'}")
    expect(seat.page.locator("#discs [aria-current]")).to_have_attribute("data-disc", str(resume["disc"]))


def check_kept(study, told):
    """All that was acknowledged stands in the database under its number, and each row is whole, as it was sent."""
    store = Store(study, write=False)
    assert store._database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = {action.id: action for action in store.all()}
    store.close()
    print(f"{KILLS} kills: {len(told.sent)} sent, {len(told.kept)} acknowledged, {len(rows)} kept")
    assert len(told.kept) > 10 * KILLS
    assert {word: rows[word].seq for word in told.kept} == told.kept
    for word, action in rows.items():
        sent = told.sent.get(word)
        assert sent is not None or word not in told.kept
        for name in ("disc", "grade", "text") if sent and "kind" in sent else ():
            assert action.payload.get(name) == sent.get(name)
    assert sorted(action.seq for action in rows.values()) == list(range(1, len(rows) + 1))
