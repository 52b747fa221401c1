"""Maps of probabilities: the temperature that was put in, scikit-learn's isotonic map, and the choice between them."""

from dataclasses import replace

import numpy as np
import pytest
from certain_patients import draw_outputs
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from discgrade.reliability.certainty.calibration import calibrated, exceeding
from discgrade.reliability.certainty.mapping import FITS, GROUPS, groups, learn, ranked_score


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_a_known_sharpness(sharpness):
    outputs = draw_outputs(3000, seed=1, sharpness=sharpness)
    assert FITS["temperature"](outputs).temperature == pytest.approx(sharpness, rel=0.06)


def test_the_isotonic_map_is_scikit_learns_of_each_exceeded_grade():
    outputs = draw_outputs(300, seed=2, sharpness=2.0)
    mapped = exceeding(calibrated(outputs.probabilities, "integral", FITS["isotonic"](outputs)))
    above = exceeding(outputs.probabilities)
    for place in range(4):
        fitted = IsotonicRegression(out_of_bounds="clip").fit(above[:, place], outputs.grades > place)
        expected = 0.99 * fitted.predict(above[:, place]) + 0.01 * above[:, place]
        # Where the four maps cross, the later is levelled; they are fitted on one sample and nearly never do.
        assert np.mean(np.abs(mapped[:, place] - expected) > 1e-9) < 0.02


def test_the_ranked_probability_score_is_the_mean_of_brier_scores():
    outputs = draw_outputs(50, seed=3)
    above = exceeding(outputs.probabilities)
    expected = np.mean([brier_score_loss(outputs.grades > place, above[:, place]) for place in range(4)])
    assert ranked_score(outputs.probabilities, outputs.grades).mean() == pytest.approx(expected)


def test_the_map_is_chosen_by_what_it_does_for_other_patients():
    assert learn(draw_outputs(2000, seed=4, sharpness=3.0), 0.9).method == "temperature"
    bent = draw_outputs(2000, seed=5)
    squeezed = 0.2 + 0.6 * exceeding(bent.probabilities)
    edges = np.hstack([np.ones((len(bent), 1)), squeezed, np.zeros((len(bent), 1))])
    assert learn(replace(bent, probabilities=-np.diff(edges, axis=1)), 0.9).method == "isotonic"


def test_groups_share_no_patient_and_do_not_depend_on_the_order():
    outputs = draw_outputs(40, seed=6)
    found = list(groups(outputs.patients))
    assert len(found) == GROUPS
    assert np.array_equal(np.sum(found, axis=0), np.ones(len(outputs)))
    owners = [set(outputs.patients[chosen]) for chosen in found]
    assert sum(map(len, owners)) == len(set(outputs.patients))
    turned = [set(outputs.patients[::-1][chosen]) for chosen in groups(outputs.patients[::-1])]
    assert turned == owners


def test_what_was_learned_says_on_whom():
    outputs = draw_outputs(60, seed=7)
    learned = learn(outputs, 0.8)
    assert (learned.patients, learned.discs, learned.coverage) == (60, len(outputs), 0.8)


def test_a_single_patient_gives_no_map_and_no_threshold():
    outputs = draw_outputs(1, seed=8)
    learned = learn(outputs, 0.9)
    assert learned.method == "none"
    assert learned.thresholds == (None,) * 5
