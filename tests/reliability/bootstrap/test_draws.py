"""The Bayesian bootstrap against scikit-learn with sample weights, closed forms and simulation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from discgrade.grades import FRACTIONAL, integral
from discgrade.reliability.bootstrap import weights
from discgrade.reliability.bootstrap.draws import Bootstrap, Draws, fold_draws, mean_draws, score_draws
from discgrade.reliability.bootstrap.summaries import difference, highest_density, larger, posterior_mean
from discgrade.reliability.bootstrap.weights import unit_weights
from discgrade.reliability.scores.pairs import Pairs
from discgrade.settings.model import Unit


def make_pairs(seed: int = 1, *, patients: int = 40, noise: float = 1.5, shared: float = 0.0, copies: int = 1) -> Pairs:
    """Draw pairs of ranks; `shared` is the standard deviation of an error that all discs of a patient share."""
    rng, discs = np.random.default_rng(seed), 5
    patient = np.repeat(np.arange(patients), discs * copies)
    disc = np.repeat(np.arange(patients * discs), copies)
    reference = np.repeat(rng.integers(0, 13, patients * discs), copies)
    error = rng.normal(0, noise, len(disc)) + rng.normal(0, shared, patients)[patient]
    return Pairs(
        reference=reference,
        predicted=np.clip(np.round(reference + error), 0, 12).astype(int),
        disc=np.array([f"D{number:05d}" for number in disc], object),
        patient=np.array([f"P{number:05d}" for number in patient], object),
        detail="fractional",
    )


def bootstrap_of(unit: Unit = "patient", draws: int = 40_000, seed: int = 1) -> Bootstrap:
    return Bootstrap(unit, draws, seed, probability=0.9973)


def column(draws: Draws, metric: str, grade: float | None = None) -> np.ndarray:
    return draws.values[:, draws.columns.index((metric, grade))]


def test_draws_equal_scikit_learn_with_the_same_sample_weights():
    pairs, bootstrap = make_pairs(copies=2), bootstrap_of(draws=20, seed=4)
    draws = score_draws([pairs], bootstrap)[0]
    weights = np.concatenate(list(unit_weights(40, None, 20, 4)))
    _, patient = np.unique(pairs.patient.astype(str), return_inverse=True)
    truth, predicted = FRACTIONAL[pairs.reference], FRACTIONAL[pairs.predicted]
    whole_truth, whole_predicted = integral(truth).astype(int), integral(predicted).astype(int)
    for draw in range(20):
        weight = {"sample_weight": weights[draw][patient]}
        macro = weight | {"labels": range(1, 6), "average": "macro", "zero_division": 0}
        each = weight | {"labels": range(1, 6), "average": None, "zero_division": 0}
        linear = weight | {"weights": "linear"}
        expected = {
            ("kappa_linear", None): reference.cohen_kappa_score(whole_truth, whole_predicted, **linear),
            ("kappa_linear_fractional", None): reference.cohen_kappa_score(pairs.reference, pairs.predicted, **linear),
            ("accuracy", None): reference.accuracy_score(whole_truth, whole_predicted, **weight),
            ("mcc", None): reference.matthews_corrcoef(whole_truth, whole_predicted, **weight),
            ("f1", None): reference.f1_score(whole_truth, whole_predicted, **macro),
            ("jaccard", None): reference.jaccard_score(whole_truth, whole_predicted, **macro),
            ("mae", None): reference.mean_absolute_error(truth, predicted, **weight),
            ("precision", 3.0): reference.precision_score(whole_truth, whole_predicted, **each)[2],
        }
        for (metric, grade), value in expected.items():
            assert column(draws, metric, grade)[draw] == pytest.approx(value, abs=1e-9), metric


def test_accuracy_of_independent_discs_has_the_beta_posterior():
    """With one disc a patient, k right of n, the posterior of the share is Beta(k, n - k) (Rubin 1981)."""
    reference_rank = np.full(50, 6)
    predicted = np.where(np.arange(50) < 38, 6, 12)
    names = np.array([f"P{number}" for number in range(50)], object)
    pairs = Pairs(reference_rank, predicted, names, names, "fractional")
    for unit in ("patient", "disc"):
        draws = score_draws([pairs], bootstrap_of(unit, draws=20_000))[0]
        beta = stats.beta(38, 12)
        assert stats.kstest(column(draws, "accuracy"), beta.cdf).pvalue > 0.001
        index = draws.columns.index(("accuracy", None))
        lower, upper = highest_density(draws.values, 0.9)[index]
        assert beta.cdf(upper) - beta.cdf(lower) == pytest.approx(0.9, abs=0.01)
        assert beta.pdf(lower) == pytest.approx(beta.pdf(upper), rel=0.15)


def test_mean_of_folds_has_the_dirichlet_moments():
    """Under Dirichlet(1, ..., 1) over n folds the mean has the plain mean and population variance / (n + 1)."""
    folds = [make_pairs(seed, patients=10) for seed in range(10)]
    draws = fold_draws(folds, bootstrap_of("fold", draws=40_000))
    scores = np.array([score_draws([fold], bootstrap_of(draws=1))[0].observed for fold in folds])
    np.testing.assert_allclose(draws.observed, scores.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(draws.values.mean(axis=0), scores.mean(axis=0), atol=0.002)
    np.testing.assert_allclose(draws.values.var(axis=0), scores.var(axis=0) / 11, rtol=0.04, atol=1e-7)
    assert (draws.unit, draws.units, draws.samples) == ("fold", 10, 500)


def test_alike_discs_weighed_as_one_have_the_same_posterior_as_each_alone():
    pairs = make_pairs(patients=60)
    alone = replace(pairs, patient=pairs.disc)
    merged = score_draws([pairs], bootstrap_of("disc", draws=20_000))[0]
    single = score_draws([alone], bootstrap_of("patient", draws=20_000, seed=2))[0]
    for metric in ("kappa_linear", "mae", "lin_ccc"):
        assert stats.ks_2samp(column(merged, metric), column(single, metric)).pvalue > 0.001
    assert merged.units == single.units == 300


def test_runs_on_the_same_discs_are_paired_draw_by_draw():
    pairs, other = make_pairs(seed=1), make_pairs(seed=1, noise=3)
    for unit in ("patient", "disc"):
        bootstrap = bootstrap_of(unit, draws=200)
        together = score_draws([pairs, other, pairs], bootstrap)
        np.testing.assert_array_equal(together[0].values, together[2].values)
        assert np.corrcoef(column(together[0], "kappa_linear"), column(together[1], "kappa_linear"))[0, 1] > 0.1


def test_a_run_has_the_same_draws_alone_and_among_others():
    pairs = make_pairs(seed=1)
    among = score_draws([pairs, make_pairs(seed=1, noise=3)], bootstrap_of(draws=50))[0]
    np.testing.assert_allclose(score_draws([pairs], bootstrap_of(draws=50))[0].values, among.values, atol=1e-12)


def test_draws_do_not_depend_on_the_order_of_samples_or_the_size_of_chunks(monkeypatch):
    pairs = make_pairs()
    order = np.random.default_rng(1).permutation(len(pairs))
    sides = {side: getattr(pairs, side)[order] for side in ("reference", "predicted", "disc", "patient")}
    for unit in ("patient", "disc"):
        draws = score_draws([pairs], bootstrap_of(unit, draws=100))[0].values
        shuffled = score_draws([replace(pairs, **sides)], bootstrap_of(unit, draws=100))[0].values
        np.testing.assert_array_equal(draws, shuffled)
        with monkeypatch.context() as patch:
            patch.setattr(weights, "_CHUNK_DRAWS", 7)
            np.testing.assert_allclose(score_draws([pairs], bootstrap_of(unit, draws=100))[0].values, draws, atol=1e-12)


def test_seeds_differ_and_repeat():
    pairs = make_pairs()
    draws = [score_draws([pairs], bootstrap_of(draws=50, seed=seed))[0].values for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_mean_over_seeds_averages_draw_by_draw():
    trainings = score_draws([make_pairs(seed=1), make_pairs(seed=1, noise=2)], bootstrap_of(draws=30))
    mean = mean_draws(trainings)
    np.testing.assert_allclose(mean.values, (trainings[0].values + trainings[1].values) / 2)
    np.testing.assert_allclose(mean.observed, (trainings[0].observed + trainings[1].observed) / 2)


def test_undefined_scores_have_no_interval_and_no_warning():
    pairs = make_pairs(patients=5)
    constant = replace(pairs, reference=np.full(25, 6), predicted=np.full(25, 6))
    draws = score_draws([constant], bootstrap_of(draws=100))[0]
    bounds = dict(zip(draws.columns, highest_density(draws.values, 0.95), strict=True))
    assert np.isnan(bounds["kappa_linear", None]).all()
    np.testing.assert_array_equal(bounds["accuracy", None], [1, 1])


def test_runs_that_predict_alike_have_the_same_bits_wherever_they_stand():
    pairs = make_pairs(seed=1)
    others = [make_pairs(seed=1, noise=noise) for noise in np.linspace(0.5, 4, 9)]
    runs = [run for other in others for run in (pairs, other)]
    for unit in ("patient", "disc"):
        draws = score_draws(runs, bootstrap_of(unit, draws=100))
        for again in draws[2::2]:
            np.testing.assert_array_equal(draws[0].values, again.values)


@pytest.mark.parametrize("unit", ["patient", "disc"])
def test_constant_predictors_are_a_tie_without_spread(unit):
    pairs = make_pairs()
    one, other = (replace(pairs, predicted=np.full(len(pairs), rank)) for rank in (3, 8))
    draws = score_draws([one, other], bootstrap_of(unit, draws=200))
    for metric in ("kappa_linear", "kappa_quadratic", "kappa_linear_fractional", "lin_ccc"):
        index = draws[0].columns.index((metric, None))
        apart = difference(draws[0].values[:, [index]], draws[1].values[:, [index]])
        np.testing.assert_array_equal(highest_density(draws[0].values, 0.95)[index], [0, 0])
        np.testing.assert_array_equal(highest_density(apart, 0.95), [[0, 0]])
        assert (posterior_mean(apart), larger(apart)) == (0, 0.5)
    assert np.isnan(column(draws[0], "mcc")).all()


def test_the_draws_of_one_patient_are_the_score_itself():
    pairs = make_pairs(patients=1)
    draws = score_draws([pairs, replace(pairs, predicted=pairs.reference)], bootstrap_of(draws=300))
    for drawn in draws:
        bounds = highest_density(drawn.values, 0.95)
        np.testing.assert_array_equal(bounds[:, 0], drawn.observed)
        np.testing.assert_array_equal(bounds[:, 1], drawn.observed)
        np.testing.assert_array_equal(posterior_mean(drawn.values), drawn.observed)


def test_a_grade_without_a_scored_disc_has_no_draws():
    pairs = make_pairs()
    pairs = pairs.subset(integral(FRACTIONAL[pairs.reference]) != 2)
    draws = score_draws([pairs], bootstrap_of(draws=50))[0]
    for metric in ("precision", "sensitivity", "f1", "jaccard"):
        assert np.isnan(column(draws, metric, 2.0)).all()
        assert np.isfinite(column(draws, metric, 3.0)).all()


def coverage(unit: str, metrics: list[str], studies: int = 120) -> np.ndarray:
    """Share of simulated studies whose 90 % interval of a score holds that of a large population."""
    truth = score_draws([make_pairs(999, patients=40_000, shared=1.5)], bootstrap_of(draws=1))[0]
    chosen = [truth.columns.index((metric, None)) for metric in metrics]
    expected = truth.observed[chosen]
    held = np.zeros(len(metrics))
    for seed in range(studies):
        draws = score_draws([make_pairs(seed, patients=50, shared=1.5)], bootstrap_of(unit, draws=400))[0]
        bounds = highest_density(draws.values[:, chosen], 0.9)
        held += (bounds[:, 0] <= expected) & (expected <= bounds[:, 1])
    return held / studies


@pytest.mark.slow
def test_intervals_cover_if_patients_are_weighed_and_are_too_narrow_if_discs_are():
    """Discs of a patient err together here; 90 % intervals hold in 90 % of studies, give or take 3 sigma of 120."""
    covered = coverage("patient", ["kappa_linear", "bias"])
    assert (covered >= 0.82).all()
    assert (covered <= 0.98).all()
    assert coverage("disc", ["bias"])[0] < 0.82
