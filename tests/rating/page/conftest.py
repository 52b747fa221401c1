"""A browser, studies that it can be tried on, and raters before it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from playwright.sync_api import Browser
from rate_server import discgrade
from rating_browser import Seat, Served, sit
from rating_study import Study


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def spines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans of three invented patients."""
    folder = tmp_path_factory.mktemp("phantom")
    done = discgrade("phantom", folder, "--patients", 3, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    return folder / "dicom"


@pytest.fixture
def serving(tmp_path: Path, scans: Path) -> Iterator[Callable[..., Served]]:
    """A function that serves a rating study."""
    started: list[Served] = []

    def start(folder: Path = scans, **settings: Any) -> Served:
        started.append(Served(Study(folder, tmp_path / "private", **settings)))
        return started[-1]

    yield start
    for served in started:
        served.stop()
        served.study.stop()


@pytest.fixture
def served(serving: Callable[..., Served], spines: Path) -> Served:
    """Three phantoms to be read, two discs of each."""
    return serving(spines)


@pytest.fixture
def seat(browser: Browser, served: Served) -> Iterator[Seat]:
    """The main rater before the page, with the first picture shown."""
    found = sit(browser, served.address())
    found.ready()
    yield found
    found.page.context.close()
    assert found.faults == []
