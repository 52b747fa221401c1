"""What a grade rests on."""

import numpy as np
import pytest

from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.judging.grader import Grader
from discgrade.grading.judging.saliency import saliency


@pytest.fixture
def grader(tiny_bundle, monkeypatch):
    """A grader whose expected grade is the brightness of the right half: 1 black, 5 white."""
    made = Grader(open_bundle(tiny_bundle))

    def expected(samples, level):
        half = samples[:, :, samples.shape[2] // 2 :].astype(float)
        return 1 + 4 * half.mean(axis=(1, 2)) / 65535

    monkeypatch.setattr(made, "expected", expected)
    return made


def test_a_part_counts_where_covering_it_changes_the_grade(grader):
    roi = np.zeros((40, 60), np.uint16)
    roi[:, 40:] = 65535
    found = saliency(roi, "L4/L5", grader)
    assert found.shape == (40, 60)
    assert found[:, 45:].min() > 0
    np.testing.assert_allclose(found[:, :20], 0, atol=1e-6)


def test_a_large_region_gets_a_small_map_of_its_shape(grader):
    assert saliency(np.zeros((150, 300), np.uint16), "L4/L5", grader).shape == (48, 96)


def test_a_region_of_one_grey_rests_on_nothing(grader):
    assert np.abs(saliency(np.full((30, 40), 700, np.uint16), "L4/L5", grader)).max() < 1e-3
