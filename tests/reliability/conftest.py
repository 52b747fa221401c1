"""A scored study that several tests look at."""

from types import SimpleNamespace

import pytest
from invented_study import CONFIG, draw, make_study, score


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """An invented study with two seeds and an external cohort, its scores, intervals and comparisons."""
    grid = CONFIG["grid"] | {"seeds": [1, 2]}
    made = make_study(tmp_path_factory.mktemp("scored"), patients=48, external=6, grid=grid)
    score(made)
    draw(made)
    return made
