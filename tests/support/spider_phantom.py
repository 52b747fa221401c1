"""A few phantom patients in SPIDER's layout, made once."""

from pathlib import Path

import pytest

from discgrade.phantom.command import proportions
from discgrade.phantom.spider import make_spider


@pytest.fixture(scope="session")
def spider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five patients, the fifth of whom has a three-dimensional T2 as well; nobody writes to it."""
    folder = tmp_path_factory.mktemp("spider") / "spider"
    make_spider(folder, proportions(5, 5), workers=2)
    return folder
