"""Scores against the paper's printed rows, scikit-learn, SciPy and closed forms."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from discgrade.grades import FRACTIONAL, INTEGRAL
from discgrade.publication.published import PAPER, published
from discgrade.reliability.scores.metrics import (
    GLOBAL,
    MACRO,
    accuracy,
    error_scores,
    global_scores,
    kappa,
    per_grade_scores,
    why_undefined,
)

# Rater 1 (rows) against rater 2: the only integer matrix that fits the paper's inter-rater values.
INTER_RATER = np.array([[0, 1, 0, 0, 0], [0, 1, 2, 0, 0], [0, 0, 30, 0, 0], [0, 0, 16, 34, 1], [0, 0, 4, 2, 5]])


def random_confusion(seed: int, grades: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 30, (grades, grades))


def samples_of(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.indices(confusion.shape)
    counts = confusion.ravel().astype(int)
    return np.repeat(rows.ravel(), counts), np.repeat(columns.ravel(), counts)


def with_empty_class(confusion: np.ndarray) -> np.ndarray:
    confusion = confusion.copy()
    confusion[2, :] = confusion[:, 2] = 0
    return confusion


MATRICES = [
    *(pytest.param(random_confusion(seed), id=f"random-{seed}") for seed in range(5)),
    pytest.param(random_confusion(7, 13), id="13-grades"),
    pytest.param(with_empty_class(random_confusion(8)), id="empty-class"),
    pytest.param(np.triu(random_confusion(9)), id="grade-never-predicted-for-higher"),
    pytest.param(INTER_RATER, id="inter-rater"),
]


def test_inter_rater_row_of_table_2_is_reproduced():
    row = next(row for row in published("table2") if row["row"] == "inter_rater" and row["reference"] == PAPER)
    scores = global_scores(INTER_RATER)
    printed = {metric: row[metric] for metric in GLOBAL if row.get(metric)} | {"kappa_linear": row["kappa"]}
    assert len(printed) == 9
    assert {metric: f"{scores[metric]:.3f}" for metric in printed} == printed


def test_inter_rater_columns_of_table_3_are_reproduced_but_for_the_misprint():
    scores = per_grade_scores(INTER_RATER)
    differing = [
        (row["grade"], metric, row[metric], f"{scores[metric][int(row['grade']) - 1]:.3f}")
        for row in published("table3")
        if row["row"] == "inter_rater"
        for metric in ("precision", "sensitivity", "f1", "jaccard")
        if row[metric] != f"{scores[metric][int(row['grade']) - 1]:.3f}"
    ]
    assert differing == [("3", "precision", "0.579", "0.577")]


@pytest.mark.parametrize("confusion", MATRICES)
def test_global_scores_equal_scikit_learn(confusion):
    truth, predicted = samples_of(confusion)
    labels = np.arange(len(confusion))
    macro = {"labels": labels, "average": "macro", "zero_division": 0}
    expected = {
        "kappa_unweighted": reference.cohen_kappa_score(truth, predicted, labels=labels),
        "kappa_linear": reference.cohen_kappa_score(truth, predicted, labels=labels, weights="linear"),
        "kappa_quadratic": reference.cohen_kappa_score(truth, predicted, labels=labels, weights="quadratic"),
        "accuracy": reference.accuracy_score(truth, predicted),
        "mcc": reference.matthews_corrcoef(truth, predicted),
        "precision": reference.precision_score(truth, predicted, **macro),
        "sensitivity": reference.recall_score(truth, predicted, **macro),
        "f1": reference.f1_score(truth, predicted, **macro),
        "jaccard": reference.jaccard_score(truth, predicted, **macro),
    }
    scores = global_scores(confusion)
    for metric, value in expected.items():
        assert scores[metric] == pytest.approx(value, abs=1e-12), metric


@pytest.mark.parametrize("confusion", MATRICES)
def test_specificity_is_the_sensitivity_of_the_rest(confusion):
    truth, predicted = samples_of(confusion)
    for grade in range(len(confusion)):
        expected = reference.recall_score(truth != grade, predicted != grade, zero_division=0)
        assert per_grade_scores(confusion)["specificity"][grade] == pytest.approx(expected, abs=1e-12)


def test_weights_count_as_samples_do():
    rng = np.random.default_rng(3)
    truth, predicted, weights = rng.integers(0, 5, 400), rng.integers(0, 5, 400), rng.exponential(size=400)
    confusion = reference.confusion_matrix(truth, predicted, sample_weight=weights)
    scores = global_scores(confusion)
    kappa_linear = reference.cohen_kappa_score(truth, predicted, weights="linear", sample_weight=weights)
    assert scores["kappa_linear"] == pytest.approx(kappa_linear, abs=1e-12)
    assert scores["mcc"] == pytest.approx(
        reference.matthews_corrcoef(truth, predicted, sample_weight=weights), abs=1e-12
    )


def test_lin_concordance_is_that_of_the_samples_with_population_moments():
    truth, predicted = (side.astype(float) for side in samples_of(random_confusion(4)))
    covariance = np.cov(truth, predicted, bias=True)
    expected = 2 * covariance[0, 1] / (np.trace(covariance) + (truth.mean() - predicted.mean()) ** 2)
    assert global_scores(random_confusion(4))["lin_ccc"] == pytest.approx(expected, abs=1e-12)


def test_errors_are_those_of_the_fractional_grades():
    confusion = random_confusion(5, 13)
    truth, predicted = (FRACTIONAL[side] for side in samples_of(confusion))
    scores = error_scores(confusion)
    assert scores["mae"] == pytest.approx(reference.mean_absolute_error(truth, predicted), abs=1e-12)
    assert scores["bias"] == pytest.approx((predicted - truth).mean(), abs=1e-12)
    assert scores["pearson_r"] == pytest.approx(stats.pearsonr(truth, predicted).statistic, abs=1e-12)
    assert scores["within_one"] == pytest.approx((np.abs(predicted - truth) < 1.01).mean(), abs=1e-12)


def test_exactly_one_grade_apart_is_within_one():
    confusion = np.zeros((13, 13))
    confusion[4, 7] = 1  # 2.3 against 3.3: 0.9999... or 1.0000...1 in floating point
    assert error_scores(confusion)["within_one"] == 1


def test_kappa_by_value_weighs_grades_by_their_distance():
    confusion = random_confusion(6, 13)
    truth, predicted = (FRACTIONAL[side] for side in samples_of(confusion))
    observed = np.abs(truth - predicted).mean()
    chance = np.abs(truth[:, None] - predicted).mean()
    scores = global_scores(confusion, values=FRACTIONAL)
    assert scores["kappa_linear"] == pytest.approx(1 - observed / chance, abs=1e-12)
    assert scores["kappa_linear"] != pytest.approx(global_scores(confusion)["kappa_linear"], abs=1e-4)
    assert scores["kappa_unweighted"] == pytest.approx(global_scores(confusion)["kappa_unweighted"], abs=1e-12)


@pytest.mark.parametrize(
    "metric", ["kappa_unweighted", "kappa_linear", "kappa_quadratic", "accuracy", "mcc", "lin_ccc"]
)
def test_scores_are_symmetric(metric):
    confusion = random_confusion(1)
    assert global_scores(confusion)[metric] == pytest.approx(global_scores(confusion.T)[metric], abs=1e-12)


def test_swapping_the_sides_swaps_precision_and_sensitivity():
    confusion = random_confusion(2)
    there, back = per_grade_scores(confusion), per_grade_scores(confusion.T)
    np.testing.assert_allclose(there["precision"], back["sensitivity"], atol=1e-15)


@pytest.mark.parametrize("metric", ["kappa_unweighted", "accuracy", "mcc", "f1", "jaccard", "specificity"])
def test_nominal_scores_do_not_depend_on_the_order_of_grades(metric):
    confusion, order = random_confusion(3), np.array([3, 0, 4, 1, 2])
    permuted = confusion[np.ix_(order, order)]
    assert global_scores(confusion)[metric] == pytest.approx(global_scores(permuted)[metric], abs=1e-12)


def test_perfect_agreement_scores_one():
    scores = global_scores(np.diag([3, 1, 4, 1, 5]))
    assert {metric: float(value) for metric, value in scores.items()} == dict.fromkeys(GLOBAL, 1.0)


def test_chance_agreement_scores_zero():
    rows, columns = np.array([1, 2, 3, 4, 5]), np.array([5, 1, 1, 2, 4])
    scores = global_scores(np.outer(rows, columns))
    for metric in ("kappa_unweighted", "kappa_linear", "kappa_quadratic", "mcc", "lin_ccc"):
        assert scores[metric] == pytest.approx(0, abs=1e-12), metric


def test_scale_of_the_weights_does_not_matter():
    one, other = global_scores(INTER_RATER), global_scores(INTER_RATER / 960)
    for metric in GLOBAL:
        assert one[metric] == pytest.approx(other[metric], abs=1e-12)


def test_many_matrices_score_as_each_alone():
    stack = np.stack([random_confusion(seed) for seed in range(6)]).reshape(2, 3, 5, 5)
    together, per_grade = global_scores(stack), per_grade_scores(stack)
    for index in np.ndindex(2, 3):
        alone = global_scores(stack[index])
        assert all(together[metric][index] == pytest.approx(alone[metric], abs=1e-14) for metric in GLOBAL)
    assert {name: score.shape for name, score in per_grade.items()} == dict.fromkeys(MACRO, (2, 3, 5))


def test_one_grade_only_is_undefined_but_for_what_counts():
    confusion = np.diag([0, 0, 5, 0, 0])
    scores = global_scores(confusion)
    undefined = {metric for metric, value in scores.items() if np.isnan(value)}
    assert undefined == {"kappa_unweighted", "kappa_linear", "kappa_quadratic", "mcc", "lin_ccc"}
    assert scores["accuracy"] == 1
    assert scores["sensitivity"] == pytest.approx(1 / 5)
    assert np.isnan(error_scores(confusion, INTEGRAL)["pearson_r"])
    assert (
        why_undefined(confusion, INTEGRAL, "kappa_linear")
        == "no variance: every reference grade is 3 and every predicted grade is 3"
    )


def test_constant_prediction_has_kappa_and_concordance_zero_but_no_correlation():
    confusion = np.zeros((5, 5))
    confusion[:, 2] = [1, 4, 9, 3, 2]
    scores = global_scores(confusion)
    assert scores["kappa_linear"] == 0
    assert scores["lin_ccc"] == 0
    assert np.isnan(scores["mcc"])
    assert np.isnan(error_scores(confusion, INTEGRAL)["pearson_r"])
    assert why_undefined(confusion, INTEGRAL, "mcc") == "no variance: every predicted grade is 3"


@pytest.mark.parametrize("seed", range(20))
def test_chance_corrected_scores_of_a_constant_prediction_are_exactly_zero_for_any_weights(seed):
    confusion = np.zeros((13, 13))
    confusion[:, seed % 13] = np.random.default_rng(seed).exponential(size=13)
    scores = global_scores(confusion, values=FRACTIONAL)
    for metric in ("kappa_unweighted", "kappa_linear", "kappa_quadratic", "lin_ccc"):
        assert scores[metric] == 0
        assert not np.signbit(scores[metric])


def test_a_grade_without_reference_samples_has_no_score_but_counts_as_zero_in_averages():
    confusion = random_confusion(8)
    confusion[2, :] = 0
    of_grade, overall = per_grade_scores(confusion), global_scores(confusion)
    for metric in ("precision", "sensitivity", "f1", "jaccard"):
        assert np.isnan(of_grade[metric][2])
        assert np.isfinite(np.delete(of_grade[metric], 2)).all()
        assert overall[metric] == pytest.approx(np.nansum(of_grade[metric]) / 5, abs=1e-12)
        assert why_undefined(confusion, INTEGRAL, metric, 3.0) == "no reference grade is 3"
    assert np.isfinite(of_grade["specificity"]).all()


def test_specificity_of_the_only_reference_grade_is_undefined():
    confusion = np.zeros((5, 5))
    confusion[2] = [0, 3, 5, 1, 0]
    scores = per_grade_scores(confusion)
    assert np.flatnonzero(np.isnan(scores["specificity"])).tolist() == [2]
    assert why_undefined(confusion, INTEGRAL, "specificity", 3.0) == "every reference grade is 3"


@pytest.mark.parametrize("weight", [0.1, 1 / 3, 1e-9, 7e5])
def test_one_grade_only_is_undefined_for_any_weight(weight):
    confusion = np.zeros((13, 13))
    confusion[4, 4] = weight
    assert np.isnan(global_scores(confusion, values=FRACTIONAL)["lin_ccc"])
    assert np.isnan(kappa(confusion))
    assert np.isnan(error_scores(confusion)["pearson_r"])


def test_no_samples_are_undefined_throughout():
    scores = global_scores(np.zeros((5, 5))) | error_scores(np.zeros((5, 5)), INTEGRAL)
    assert all(np.isnan(value) for value in scores.values())
    assert np.isnan(accuracy(np.zeros((5, 5))))
    assert why_undefined(np.zeros((5, 5)), INTEGRAL, "mcc") == "no samples"
    assert why_undefined(np.zeros((5, 5)), INTEGRAL, "f1", 2.0) == "no samples"


@pytest.mark.parametrize(
    ("confusion", "message"),
    [
        (np.zeros((5, 4)), r"shape should be \(\.\.\., K, K\), K >= 2. Received: \(5, 4\)"),
        (np.zeros(5), r"Received: \(5,\)"),
        (np.zeros((1, 1)), r"Received: \(1, 1\)"),
        (-np.eye(5), "finite and not negative"),
        (np.full((5, 5), np.nan), "finite and not negative"),
    ],
)
def test_impossible_matrices_are_refused(confusion, message):
    with pytest.raises(ValueError, match=message):
        global_scores(confusion)


@pytest.mark.parametrize("values", [[1, 2, 3], [1, 2, 2, 3, 4], [5, 4, 3, 2, 1]])
def test_impossible_values_are_refused(values):
    with pytest.raises(ValueError, match=r"Invalid `values`\. They should be 5 ascending grades"):
        global_scores(INTER_RATER, values=values)
