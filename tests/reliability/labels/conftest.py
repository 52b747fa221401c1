"""Readings of the phantom's spines, with known noise planted, and a model that sees the hidden degeneration blurred."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from discgrade.grades import FRACTIONAL, INTEGRAL, LEVELS, nearest
from discgrade.phantom import readings
from discgrade.phantom.population import draw_patient
from discgrade.reliability.labels.labelled import Labelled

PATIENTS, A_DAY = 300, 30
BLUR = 0.36
"""How far, in grades, the default study's model is off the readings."""


@pytest.fixture(scope="session")
def degeneration():
    """Hidden degeneration of the phantom's first cohort, (300, 5)."""
    return np.array([draw_patient(20210201, "primary", index).degeneration for index in range(PATIENTS)])


@pytest.fixture(scope="session")
def labelled(degeneration) -> Callable[..., Labelled]:
    """A function that reads these discs in the phantom's way, ten days of 30 patients, and lets `plant` spoil grades.

    `plant` takes grades (300, 5), the days of the patients (300,) and a generator, and returns grades.
    """

    def read(plant=lambda grades, days, rng: grades, seed: int = 1) -> Labelled:
        rng = np.random.default_rng(seed)
        hesitant = rng.random(degeneration.size) < readings.HESITATION
        seen = readings.perceived(degeneration.ravel(), hesitant, rng.standard_normal(degeneration.size))
        grades = readings.first_reading(seen, "primary").reshape(degeneration.shape)
        expected = np.clip(degeneration + BLUR * rng.standard_normal(degeneration.shape), 1, 5).ravel()
        days = np.arange(PATIENTS) // A_DAY
        given = nearest(plant(grades, days, rng), FRACTIONAL).ravel()
        return _labelled(given, expected, np.repeat(days, len(LEVELS)))

    return read


def _labelled(grades, expected, days) -> Labelled:
    names = [f"P{place // 5:04d}-{place % 5}" for place in range(len(grades))]
    discs = pd.DataFrame(
        {
            "patient": [name[:5] for name in names],
            "level": np.resize(np.array(LEVELS, object), len(grades)),
            "cohort": "primary",
            "origin": "human",
            "grade": grades,
            "expected": expected,
            "day": days.astype(float),
        },
        index=pd.Index(names, name="disc"),
    )
    shares = np.exp(-0.5 * ((expected[:, None] - INTEGRAL) / (BLUR + 0.1)) ** 2)
    samples = pd.DataFrame({"disc": names, "reference": grades, "predicted": nearest(expected, FRACTIONAL)})
    return Labelled(discs, shares / shares.sum(1, keepdims=True), samples)
