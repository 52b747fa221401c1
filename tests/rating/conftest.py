"""Rating studies to try things on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rating_study import Study, write_scans


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four studies, each of one sagittal T2 series with three slices."""
    return write_scans(tmp_path_factory.mktemp("scans"))


@pytest.fixture
def serve(scans: Path, tmp_path: Path) -> Iterator[Callable[..., Study]]:
    """A function that starts a rating study: by default the four studies, two levels, a main and a second rater."""
    started: list[Study] = []

    def start(folder: Path = scans, **settings: Any) -> Study:
        started.append(Study(folder, tmp_path / "private", **settings))
        return started[-1]

    yield start
    for study in started:
        study.stop()


@pytest.fixture
def study(serve: Callable[..., Study]) -> Study:
    """A rating study."""
    return serve()
