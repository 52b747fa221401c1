"""Invented outputs of a model on patients whose discs are alike."""

import numpy as np

from discgrade.reliability.certainty.mapping import Outputs

CUTS = np.array([-1.2, -0.3, 0.5, 1.3])


def draw_outputs(patients: int, seed: int, sharpness: float = 1.0, most: int = 6) -> Outputs:
    """Draw 1 to `most` discs of each patient, who share half of their degeneration and half of the model's error.

    The model's probabilities are those of a normal distribution around what it saw, its precision too large by
    `sharpness`.
    """
    draw = np.random.default_rng(seed)
    owner = np.repeat(np.arange(patients), draw.integers(1, most + 1, patients))
    shared = draw.normal(size=(2, patients))[:, owner] * np.sqrt(0.5)
    own = draw.normal(size=(2, len(owner))) * np.sqrt(0.5)
    truth, error = shared + own
    seen = truth + 0.5 * error
    # Of the truth given what was seen: variances 1 and 0.25.
    expected, spread = seen / 1.25, np.sqrt(0.2)
    below = np.column_stack([_normal((cut - expected) / spread) for cut in CUTS])
    edges = np.hstack([np.zeros((len(owner), 1)), below, np.ones((len(owner), 1))])
    powers = np.maximum(np.diff(edges, axis=1), 1e-9) ** sharpness
    grades = np.searchsorted(CUTS, truth)
    names = np.array([f"P{number:05d}" for number in owner], object)
    return Outputs(powers / powers.sum(axis=1, keepdims=True), "integral", grades, names)


def _normal(values: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(values))
