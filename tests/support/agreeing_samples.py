"""Samples of a model that agrees worse in the discs of one manufacturer."""

import numpy as np
import pandas as pd

from discgrade.grades import INTEGRAL, LEVELS
from discgrade.reliability.agreement.samples import Samples


def make_samples(patients=60, worse=0.3, seed=1, levels=5):
    """Make a sample of each level of each patient; those of maker B are predicted with more noise."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), levels)
    maker = np.where(patient % 2 == 0, "A", "B")
    reference = np.clip(np.round(3 + rng.normal(0, 1, patients)[patient] + rng.normal(0, 0.5, len(patient))), 1, 5)
    noise = np.where(maker == "B", 0.5 + worse, 0.5)
    predicted = INTEGRAL[np.clip(np.round(reference + rng.normal(0, noise)), 1, 5).astype(int) - 1]
    discs = pd.DataFrame(
        {
            "patient": [f"P{number:03d}" for number in patient],
            "level": np.tile(LEVELS[:levels], patients),
            "grade": [f"{grade:g}" for grade in reference],
            "manufacturer": maker,
            "field_strength": None,
            "sex": np.where(patient % 3 == 0, "F", "M"),
            "age_group": "under 40",
        }
    )
    numbers = np.arange(len(patient))
    return Samples(reference, predicted, numbers, np.zeros(len(numbers), np.int64), discs, 1)
