"""Planted noise is found, each kind by its sign, and none where none was planted."""

import numpy as np
import pytest

from discgrade.reliability.labels.signs import FEWEST, intraclass, signs
from discgrade.settings.model import Intervals

DRAWN = Intervals(probability=0.95, draws=500, seed=1)
FOUND = 0.01


def judged(labelled):
    return {sign.metric: sign for sign in signs(labelled, DRAWN)}


def found_in(labelled):
    return {name for name, sign in judged(labelled).items() if sign.p < FOUND}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_found_in_the_phantoms_own_readings(labelled, seed):
    assert found_in(labelled(seed=seed)) == set()


def test_a_drift_is_found_with_its_size(labelled):
    drifted = labelled(lambda grades, days, rng: grades + 0.6 * (days[:, None] / 9 - 0.5))
    change = drifted.discs["grade"] - labelled().discs["grade"]
    # What rounding to the scale left of it, from the middle of the first of ten days to that of the last.
    planted = np.polyfit(np.linspace(0.05, 0.95, 10)[drifted.discs["day"].astype(int)], change, 1)[0]
    sign = judged(drifted)["drift"]
    assert sign.p < FOUND
    assert 0 < sign.lower < planted < sign.upper


def test_a_careless_day_is_found_and_named(labelled):
    def careless(grades, days, rng):
        return grades + np.where(days[:, None] == 6, 0.9, 0.0) * rng.standard_normal(grades.shape)

    noisy = labelled(careless)
    assert judged(noisy)["careless"].detail == "6"
    assert judged(noisy)["careless"].value > 1.5
    assert found_in(noisy) == {"careless"}


def test_swapped_rows_are_found_with_their_share(labelled):
    pairs = 30

    def swapped(grades, days, rng):
        """Exchange neighbours that differ by a grade or more: 5 % of the sheet's 1,200 pairs in two."""
        spoiled = grades.copy()
        apart = np.argwhere(np.abs(np.diff(grades, axis=1)) >= 1)
        for patient, level in apart[rng.permutation(len(apart))[:pairs]]:
            spoiled[patient, [level, level + 1]] = grades[patient, [level + 1, level]]
        return spoiled

    noisy = labelled(swapped)
    sign = judged(noisy)["swapped"]
    assert found_in(noisy) == {"swapped"}
    assert sign.n == 1200
    # Exchanges of discs that look alike are no gain, and some are gains by chance.
    assert 0.3 * pairs / 1200 < sign.value < pairs / 1200


def test_a_shift_that_a_patients_discs_share_is_found_with_its_size(labelled):
    def shifted(grades, days, rng):
        return grades + 0.4 * rng.standard_normal((len(grades), 1))

    sign = judged(labelled(shifted))["shared"]
    assert sign.p < FOUND
    # Variance of the shift over that of shift, blur and hesitation.
    assert sign.lower < 0.16 / (0.16 + 0.36**2 + 0.04) < sign.upper


def test_a_model_that_pulls_towards_the_middle_is_no_sign(labelled):
    pulled = labelled()
    pulled.discs["expected"] = 3 + 0.5 * (pulled.discs["expected"] - 3)
    assert found_in(pulled) == set()


def test_the_intraclass_correlation_is_that_of_pairs():
    residual, owner = np.array([1.0, 3.0, 2.0, -6.0]), np.array([0, 0, 1, 1])
    centred = residual - residual.mean()
    by_hand = np.mean([centred[0] * centred[1], centred[2] * centred[3]]) / np.mean(centred**2)
    assert intraclass(residual, owner) == pytest.approx(by_hand)
    assert intraclass(np.array([1.0, 1.0, -1.0, -1.0]), owner) == pytest.approx(1)
    doubled = intraclass(np.concatenate([residual, residual[:2]]), np.array([0, 0, 1, 1, 2, 2]))
    assert intraclass(residual, owner, np.array([2.0, 1.0])) == pytest.approx(doubled)


def test_without_days_the_order_is_not_judged(labelled):
    undated = labelled()
    undated.discs["day"] = np.nan
    found = judged(undated)
    assert {name for name, sign in found.items() if np.isnan(sign.value)} == {"drift", "careless"}
    assert found["drift"].reason == "The sheet does not say when discs were read."


def test_one_day_is_no_order(labelled):
    found = labelled()
    found.discs["day"] = 4.0
    assert judged(found)["drift"].reason == "All discs were read on one day."
    assert judged(found)["careless"].reason == f"No two days have {FEWEST} discs each."
