"""A drift and a careless day are found, where the sheet has days."""

import numpy as np

from discgrade.reliability.labels.signs.days import FEWEST


def test_a_drift_is_found_with_its_size(labelled, judged):
    drifted = labelled(lambda grades, days, rng: grades + 0.6 * (days[:, None] / 9 - 0.5))
    change = drifted.discs["grade"] - labelled().discs["grade"]
    # What rounding to the scale left of it, from the middle of the first of ten days to that of the last.
    planted = np.polyfit(np.linspace(0.05, 0.95, 10)[drifted.discs["day"].astype(int)], change, 1)[0]
    sign = judged(drifted)["drift"]
    assert sign.p < 0.01
    assert 0 < sign.lower < planted < sign.upper


def test_a_careless_day_is_found_and_named(labelled, found_in, judged):
    def careless(grades, days, rng):
        return grades + np.where(days[:, None] == 6, 0.9, 0.0) * rng.standard_normal(grades.shape)

    noisy = labelled(careless)
    assert judged(noisy)["careless"].detail == "6"
    assert judged(noisy)["careless"].value > 1.5
    assert found_in(noisy) == {"careless"}


def test_without_days_the_order_is_not_judged(labelled, judged):
    undated = labelled()
    undated.discs["day"] = np.nan
    found = judged(undated)
    assert {name for name, sign in found.items() if np.isnan(sign.value)} == {"drift", "careless"}
    assert found["drift"].reason == "The sheet does not say when discs were read."


def test_one_day_is_no_order(labelled, judged):
    found = labelled()
    found.discs["day"] = 4.0
    assert judged(found)["drift"].reason == "All discs were read on one day."
    assert judged(found)["careless"].reason == f"No two days have {FEWEST} discs each."
