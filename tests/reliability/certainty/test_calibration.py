"""Calibration as applied: closed forms, softmax, and what a set must hold."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import discgrade
from discgrade.grades import FRACTIONAL, integral
from discgrade.reliability.certainty.calibration import Calibration, calibrated, integral_probabilities, prediction_sets
from discgrade.settings.plain import plain, typed

PLAIN = Calibration("none", 1.0, (), (0.5, 0.5, None, 0.5, 0.5), 0.9, None, 20, 100)
UNCHANGED = tuple(((0.0, 1.0), (0.0, 1.0)) for _ in range(4))


def probabilities(count: int = 50, grades: int = 13, sharp: float = 2.0) -> np.ndarray:
    values = np.exp(sharp * np.random.default_rng(1).normal(size=(count, grades)))
    return values / values.sum(axis=1, keepdims=True)


def test_the_fractional_grades_that_round_to_an_integral_one_are_summed():
    each = integral_probabilities(np.eye(13), "fractional")
    assert np.array_equal(each.argmax(axis=1) + 1, integral(FRACTIONAL))
    assert np.array_equal(each.sum(axis=1), np.ones(13))


def test_no_map_leaves_integral_probabilities_as_they_are():
    values = probabilities(grades=5)
    assert np.allclose(calibrated(values, "integral", PLAIN), values, atol=1e-15)


def test_a_temperature_divides_the_logits():
    logits = np.random.default_rng(2).normal(scale=3, size=(40, 5))
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    softer = np.exp(logits / 1.7) / np.exp(logits / 1.7).sum(axis=1, keepdims=True)
    tempered = replace(PLAIN, method="temperature", temperature=1.7)
    assert np.allclose(calibrated(softmax, "integral", tempered), softer, atol=1e-12)


def test_a_probability_of_zero_has_a_temperature_too():
    tempered = replace(PLAIN, method="temperature", temperature=2.0)
    assert np.isfinite(calibrated([[1.0, 0, 0, 0, 0]], "integral", tempered)).all()


def test_knots_on_the_diagonal_change_nothing():
    values = probabilities(grades=5)
    assert np.allclose(calibrated(values, "integral", replace(PLAIN, method="isotonic", knots=UNCHANGED)), values)


def test_mapped_probabilities_are_probabilities_even_where_the_maps_cross():
    crossing = (*UNCHANGED[:2], ((0.0, 1.0), (0.6, 0.9)), UNCHANGED[3])
    mapped = calibrated(probabilities(), "fractional", replace(PLAIN, method="isotonic", knots=crossing))
    assert (mapped >= 0).all()
    assert np.allclose(mapped.sum(axis=1), 1)


def test_a_set_holds_the_grades_within_their_thresholds_and_those_without_one():
    sets = prediction_sets([[0.55, 0.3, 0.0, 0.15, 0.0]], [0.5, 0.7, None, 0.8, 0.9])
    assert sets.tolist() == [[True, True, True, False, False]]


def test_a_grade_between_two_of_a_set_is_in_it():
    thresholds = [0.8, 0.5, 0.5, 0.8, 0.8]
    sets = prediction_sets([[0.3, 0.1, 0.1, 0.4, 0.1], [0.0, 0.0, 0.6, 0.1, 0.3]], thresholds)
    assert sets.tolist() == [[True, True, True, True, False], [False, False, True, True, True]]


def test_a_set_holds_at_least_what_the_thresholds_say():
    values = np.random.default_rng(4).dirichlet([0.5] * 5, 500)
    thresholds = np.array([0.9, 0.6, 0.8, 0.7, 0.95])
    sets = prediction_sets(values, thresholds)
    assert sets[1 - values <= thresholds].all()
    assert (np.abs(np.diff(np.pad(sets, ((0, 0), (1, 1))).astype(int), axis=1)).sum(axis=1) == 2).all()


def test_what_an_isotonic_map_calls_impossible_keeps_its_order():
    impossible = replace(PLAIN, method="isotonic", knots=(((0.0, 1.0), (0.0, 0.0)), *UNCHANGED[1:]))
    values = np.array([[0.2, 0.8, 0.0, 0.0, 0.0], [0.1, 0.9, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0]])
    mapped = calibrated(values, "integral", impossible)
    assert np.allclose(mapped[:, 1], 0.01 * values[:, 1])


def test_no_set_is_empty():
    sets = prediction_sets([[0.2, 0.2, 0.2, 0.2, 0.2], [0.1, 0.1, 0.6, 0.1, 0.1]], [0.1] * 5)
    assert sets.tolist() == [[True, False, False, False, False], [False, False, True, False, False]]


def test_what_is_no_table_of_probabilities_is_refused():
    with pytest.raises(ValueError, match="continuous scale gives a grade"):
        integral_probabilities([[2.0]], "continuous")
    with pytest.raises(ValueError, match=r"shape \(N, 13\). Received: \(1, 5\)"):
        integral_probabilities([[0.2] * 5], "fractional")
    with pytest.raises(ValueError, match="should be finite"):
        integral_probabilities([[np.nan] * 5], "integral")


def test_a_calibration_returns_from_plain_values():
    mapped = replace(PLAIN, method="isotonic", knots=UNCHANGED, cuts=(0.5, 0.4))
    assert typed(Calibration, plain(mapped)) == mapped


def test_it_is_applied_without_what_only_the_fit_needs():
    code = (
        "import sys, discgrade.reliability.certainty.calibration, discgrade.reliability.certainty.novelty;"
        "print([name for name in ('pandas', 'scipy', 'sklearn', 'pyarrow') if name in sys.modules])"
    )
    place = {"PYTHONPATH": str(Path(discgrade.__file__).parents[1])}
    told = subprocess.run([sys.executable, "-c", code], env=place, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
