"""Debian's Chromium, in which pages are tested."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"


def require_chromium() -> None:
    """Skip a test where Chromium is not installed; in CI it fails."""
    if not Path(CHROMIUM).exists():
        assert not os.environ.get("CI"), "Chromium (Debian: chromium) should be installed in CI"
        pytest.skip("chromium is not installed")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run it. Its driver keeps an event loop running, which other modules' tests want for themselves."""
    require_chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
