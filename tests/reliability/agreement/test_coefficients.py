"""Coefficients against what R's irr, irrCAC and psych, SAS and statsmodels print, and scikit-learn; slopes by steps."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from discgrade.reliability.agreement.coefficients import METRICS, coefficients, gradients, gwet_ac, within_one
from discgrade.reliability.scores.metrics import kappa

# irrCAC: cont3x3abstractors and cont4x4diagnosis.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
DIAGNOSIS = [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]]
# irr: raters 2 and 3 of `anxiety`; nobody gave a 5.
SECOND = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
THIRD = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]


@pytest.mark.parametrize(
    ("table", "printed"),
    [(ABSTRACTORS, (0.84933, 0.90002, 0.94024)), (DIAGNOSIS, (0.45616, 0.37707, 0.29857))],
)
def test_gwets_coefficients_are_those_of_irrcac(table, printed):
    assert [float(gwet_ac(table, power)) for power in (0, 1, 2)] == pytest.approx(printed, abs=5e-6)


@pytest.mark.parametrize(
    ("table", "printed"),
    [(ABSTRACTORS, (0.79641, 0.84290, 0.89216)), (DIAGNOSIS, (0.43150, 0.40681, 0.38319))],
)
def test_kappas_are_those_of_irrcac(table, printed):
    assert [float(kappa(table, power)) for power in (0, 1, 2)] == pytest.approx(printed, abs=5e-6)


def test_kappas_are_those_of_irr_on_its_example():
    grades = sorted({*SECOND, *THIRD})
    matrix = np.zeros((5, 5))
    np.add.at(matrix, ([grades.index(one) for one in SECOND], [grades.index(one) for one in THIRD]), 1)
    found = coefficients(matrix)
    printed = {"kappa_unweighted": -0.006289308, "kappa_linear": 0.1459075, "kappa_quadratic": 0.2520325}
    assert {name: float(found[name]) for name in printed} == pytest.approx(printed, abs=1e-7)


def test_kappas_are_those_of_psych():
    """Cohen's own table in the help of cohen.kappa (.492), and two outputs: four subjects, 15 paintings."""
    assert kappa([[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]], 0) == pytest.approx(0.492, abs=5e-4)
    pairs = [[2, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert [float(kappa(pairs, power)) for power in (0, 2)] == pytest.approx([0.60, 0.86], abs=5e-3)
    assert kappa([[5, 2], [3, 5]], 0) == pytest.approx(0.34, abs=5e-3)


def test_kappas_are_those_of_sas_and_statsmodels():
    """SAS's output is statsmodels' own oracle; the other numbers were printed by cohens_kappa of statsmodels 0.15."""
    sas = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
    assert [float(kappa(sas, power)) for power in (0, 1)] == pytest.approx([0.4842, 0.4701], abs=5e-5)
    grades = [[12, 5, 1, 0, 0], [4, 30, 9, 1, 0], [0, 8, 41, 11, 2], [0, 1, 10, 22, 6], [0, 0, 1, 4, 13]]
    printed = [0.5408126283574276, 0.6938445321501238, 0.8228427806711215]
    assert [float(kappa(grades, power)) for power in (0, 1, 2)] == pytest.approx(printed, abs=1e-12)


def test_kappas_of_many_tables_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    for _ in range(5):
        one, other = rng.integers(1, 6, (2, 60))
        matrix = np.zeros((5, 5))
        np.add.at(matrix, (one - 1, other - 1), 1)
        found = coefficients(matrix)
        for name, weights in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")):
            known = cohen_kappa_score(one, other, labels=range(1, 6), weights=weights)
            assert found[f"kappa_{name}"] == pytest.approx(known)
        assert found["within_one"] == pytest.approx((np.abs(one - other) <= 1).mean())


def test_prevalence_that_ruins_kappa_leaves_gwets_coefficient():
    matrix = np.zeros((5, 5))
    matrix[1, 1], matrix[1, 2], matrix[2, 1] = 95, 2, 3
    assert kappa(matrix) < 0.01
    assert gwet_ac(matrix) > 0.9
    assert within_one(matrix) == 1


@pytest.mark.parametrize("metric", METRICS)
def test_slopes_predict_what_a_sample_more_does(metric):
    matrix = np.random.default_rng(2).integers(1, 40, (5, 5)).astype(float)
    slopes = gradients(matrix, metric)
    assert slopes @ matrix.ravel() == pytest.approx(0, abs=1e-3)
    for cell in (0, 7, 23):
        more = matrix.copy()
        more.ravel()[cell] += 0.01
        change = (coefficients(more)[metric] - coefficients(matrix)[metric]) / 0.01
        assert slopes[cell] == pytest.approx(change, abs=2e-5)
