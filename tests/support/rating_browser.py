"""The raters' page in Debian's Chromium: a rating study that is served in a thread, and a rater who uses the page."""

import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from playwright.sync_api import Browser, Error, Page, Response, expect
from rating_study import Study

from discgrade.rating.ledger.reading import Reading
from discgrade.rating.ledger.work import Work
from discgrade.rating.server.guard import Doors
from discgrade.rating.server.running import application

T = TypeVar("T")

SECRET = "secret-of-rater-"
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def apart(step: Callable[[], T]) -> T:
    """Do something in a thread of its own: Playwright has this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(step).result()


class Served:
    """A rating study that is served over HTTP until `stop`.

    Args:
        study: The study; its clock may be set while it is served.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        secrets = {f"{SECRET}{number}": rater.name for number, rater in enumerate(study.raters)}
        app = application(study.desk, study.scans, Doors(secrets, frozenset({self.origin}), "discgrade_test"))
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()

    def address(self, rater: int = 0) -> str:
        return f"{self.origin}/?key={SECRET}{rater}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()

    def reading(self, rater: int = 0, mode: str = "blind") -> tuple[Work, Reading]:
        """Return what was read last by a rater, and what has become of it, as it is kept."""
        name = self.study.raters[rater].name
        with self.study.desk.lock:
            last = next(self.study.store.latest(name, mode, ("open",), standing=False))
            return last.work, self.study.desk.reading(name, last.work)


@dataclass
class Seat:
    """A rater before the page.

    Attributes:
        page: The browser's page.
        heard: All that the server answered, but for pixels and drawings: address and content.
        faults: What the page complained of.
    """

    page: Page
    heard: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("response", self._hear)

    def _hear(self, response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if "json" in kind or "octet-stream" in kind:
            try:
                body = response.body()
            except Error:  # the page went on before all of it came
                return
            length = int.from_bytes(body[:4], "little") if "octet-stream" in kind else 0
            text = body[4 : 4 + length] if length else body
            self.heard.append((response.url, text.decode()))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> None:
        """Wait until all is kept."""
        self.page.wait_for_selector('#saved[data-state="saved"]')

    def ready(self) -> None:
        """Wait until a picture is there."""
        self.page.wait_for_selector("#work:not([hidden])")
        expect(self.page.locator("#place")).to_contain_text("Slice")
        self.page.wait_for_selector("#overlay rect")
        self.saved()

    def drawn(self) -> None:
        """Wait until the slice is there and all that was done is drawn: the page draws with the browser's frames."""
        self.page.wait_for_selector("#stage:not([data-waits])")
        self.page.evaluate(FRAME)

    def until(self, holds: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"not within {seconds} s"
            self.page.wait_for_timeout(20)

    def disc(self) -> str:
        """Return what the page says of the disc that is open."""
        self.drawn()
        return self.page.locator("#discs [aria-current]").get_attribute("aria-label") or ""

    def progress(self) -> str:
        return self.page.locator("#progress").inner_text()

    def wait_progress(self, text: str) -> None:
        expect(self.page.locator("#progress")).to_have_text(text)
        self.saved()

    def rects(self, kind: str) -> list[dict[str, float]]:
        """Return the boxes of a kind as they lie on the stage, in pixels of the screen."""
        self.drawn()
        names = ["x", "y", "width", "height"]
        script = "(all, names) => all.map(one => Object.fromEntries(names.map(n => [n, +one.getAttribute(n)])))"
        found: list[dict[str, float]] = self.page.locator(f"#overlay .box.{kind}").evaluate_all(script, names)
        return found

    def corner(self) -> tuple[float, float]:
        """Return where the stage lies in the window."""
        frame = self.page.locator("#stage").bounding_box()
        assert frame is not None
        return frame["x"], frame["y"]

    def to(self, x: float, y: float) -> None:
        """Move the pointer to a point of the stage."""
        left, upper = self.corner()
        self.page.mouse.move(left + x, upper + y)

    def drag(self, start: tuple[float, float], end: tuple[float, float], **how: Any) -> None:
        self.to(*start)
        self.page.mouse.down(**how)
        self.to((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.to(*end)
        self.page.mouse.up(**how)

    def click(self, x: float, y: float) -> None:
        self.to(x, y)
        self.page.mouse.down()
        self.page.mouse.up()


def sit(browser: Browser, address: str, width: int = 1280, height: int = 860, **how: Any) -> Seat:
    """Open a page in a fresh browser, with no cookie yet."""
    context = browser.new_context(viewport={"width": width, "height": height}, **how)
    seat = Seat(context.new_page())
    seat.page.goto(address)
    return seat


def shoot(seat: Seat, name: str) -> None:
    """Take a picture of the page for people to look at, if DISCGRADE_SHOTS names a folder."""
    if folder := os.environ.get("DISCGRADE_SHOTS"):
        seat.page.screenshot(path=Path(folder, f"{name}.png"))
