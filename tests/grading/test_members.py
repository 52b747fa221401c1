import numpy as np
import pytest
from tiny_bundle import RESOLUTION

from discgrade.grades import LEVELS
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.members import Ensemble


def samples(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (count, RESOLUTION, RESOLUTION)).astype(np.uint16)


@pytest.fixture
def bundle(tiny_bundle):
    return open_bundle(tiny_bundle)


def test_each_member_gives_probabilities_and_an_embedding(bundle):
    found = Ensemble(bundle).outputs(samples(3), LEVELS[:3])
    assert found.members.shape == (2, 3, 13)
    assert [one.shape for one in found.embeddings] == [(3, 8), (3, 8)]
    np.testing.assert_allclose(found.members.sum(axis=2), 1, rtol=1e-6)
