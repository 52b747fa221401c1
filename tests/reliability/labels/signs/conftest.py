"""What the signs of planted noise are."""

import pytest

from discgrade.reliability.labels.signs.every import signs
from discgrade.settings.model import Intervals

DRAWN = Intervals(probability=0.95, draws=500, seed=1)
FOUND = 0.01


@pytest.fixture
def judged():
    """A function that returns the signs of labelled discs by their metric."""
    return lambda labelled: {sign.metric: sign for sign in signs(labelled, DRAWN)}


@pytest.fixture
def found_in(judged):
    """A function that returns the metrics of the signs that labelled discs show."""
    return lambda labelled: {name for name, sign in judged(labelled).items() if sign.p < FOUND}
