import io
from dataclasses import replace

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from discgrade.grades import FRACTIONAL, nearest
from discgrade.learning.grading.samples import load_samples
from discgrade.learning.grading.task import grading_task, hits, targets
from discgrade.settings.model import Protocol


@pytest.fixture
def samples(cohort, run, tmp_path):
    return load_samples(
        cohort.samples,
        cohort.discs,
        cohort.splits,
        run=run,
        scale="fractional",
        protocol=Protocol("as_read", "validation"),
        scratch=tmp_path,
    )


def test_targets_are_one_hot_ranks_or_the_grades_themselves():
    grades = np.array([1.0, 2.0, 5.0])
    assert targets(grades, "integral").argmax(axis=1).tolist() == [0, 1, 4]
    assert targets(grades, "fractional").argmax(axis=1).tolist() == [0, 3, 12]
    assert targets(grades, "integral").sum(axis=1).tolist() == [1, 1, 1]
    assert targets(grades, "continuous").tolist() == [[1], [2], [5]]


def test_hits_of_probabilities_are_the_most_probable_grades():
    outputs = np.array([[0.4, 0.3, 0.3, 0, 0], [0, 0, 0.2, 0.8, 0], [0, 0, 0, 0.6, 0.4]], np.float32)
    assert float(hits("integral")(targets(np.array([1.0, 3.0, 4.0]), "integral"), outputs)) == 2


def test_hits_of_a_regression_are_the_nearest_fractional_grades():
    random = np.random.default_rng(1)
    reference = random.choice(FRACTIONAL, 500)
    outputs = reference + random.normal(0, 0.2, 500)
    expected = np.sum(nearest(outputs) == reference)
    assert 100 < expected < 400
    found = hits("continuous")(targets(reference, "continuous"), outputs[:, None].astype(np.float32))
    assert float(found) == expected


def test_class_weights_are_those_of_the_training_part(samples, settings):
    task = grading_task(samples, replace(settings, class_weights="balanced"), io.StringIO())
    labels = np.searchsorted(FRACTIONAL, samples.grades - 0.01)
    trained = labels[samples.train]
    known = np.unique(trained)
    expected = dict(zip(known, compute_class_weight("balanced", classes=known, y=trained), strict=True))
    assert task.objective.weighted
    np.testing.assert_allclose(task.weights, [expected.get(label, 0) for label in labels], rtol=1e-6)


def test_without_class_weights_every_sample_counts_alike(samples, settings):
    task = grading_task(samples, settings, io.StringIO())
    assert not task.objective.weighted
    assert set(task.weights) == {1}


def test_class_weights_of_a_regression_are_refused(samples, settings):
    with pytest.raises(ValueError, match=r"`class_weights` need a scale of grades\. Received: `scale: continuous`"):
        grading_task(samples, replace(settings, scale="continuous", class_weights="balanced"), io.StringIO())


@pytest.mark.parametrize(("scale", "outputs"), [("fractional", 13), ("integral", 5), ("continuous", 1)])
def test_the_network_has_an_output_for_each_grade(samples, settings, scale, outputs):
    whole = replace(samples, grades=np.rint(samples.grades))
    task = grading_task(whole, replace(settings, scale=scale), io.StringIO())
    assert task.network().output_shape == (None, outputs)
