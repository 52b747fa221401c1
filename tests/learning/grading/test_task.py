import io
from dataclasses import replace

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from discgrade.grades import FRACTIONAL, LEVELS, nearest
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


def test_soft_targets_fall_off_with_the_distance_in_grades():
    soft = targets(np.array([2.0, 5.0]), "integral", 0.35)
    near = np.exp(-1 / 0.35)
    expected = np.array([near, 1, near, near**2, near**3])
    np.testing.assert_allclose(soft[0], expected / expected.sum(), rtol=1e-6)
    np.testing.assert_allclose(soft.sum(axis=1), 1, rtol=1e-6)
    fractional = targets(np.array([2.0]), "fractional", 0.35)[0]
    assert fractional[2] / fractional[3] == pytest.approx(np.exp(-0.3 / 0.35), rel=1e-5)


def test_a_soft_target_is_hit_by_the_reference_grade():
    grades = np.array([1.0, 3.0, 5.0])
    outputs = targets(np.array([1.0, 3.0, 4.0]), "integral")
    assert float(hits("integral")(targets(grades, "integral", 0.35), outputs)) == 2


def test_soft_targets_of_a_regression_are_refused():
    with pytest.raises(ValueError, match="`softness` needs a scale of grades"):
        targets(np.array([1.0]), "continuous", 0.35)


def test_the_context_is_the_level(samples, settings):
    task = grading_task(samples, settings, io.StringIO())
    named = [disc.partition("-")[2] for disc in samples.disc]
    assert [LEVELS[place] for place in task.context.argmax(axis=1)] == named
    assert set(task.context.sum(axis=1)) == {1}


@pytest.mark.parametrize(("views", "portion"), [(None, 1), (1, 0.5), (2, 1), (5, 1)])
def test_an_epoch_shows_so_many_views_of_each_disc(samples, settings, views, portion):
    assert grading_task(samples, replace(settings, views=views), io.StringIO()).portion == portion


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
