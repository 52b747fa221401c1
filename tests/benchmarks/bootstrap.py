"""Time the Bayesian bootstrap of one run against scikit-learn called with sample weights, draw by draw.

    python tests/benchmarks/bootstrap.py [--draws 40000] [--patients 1600]

Both compute the same scores from the same weights, on one core; printed are processor seconds, the ratio, the largest
difference between them and the peak memory. Goals: under 3 s and 1 GB, 240 times faster, equal to 1e-9.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from sklearn import metrics
from threadpoolctl import threadpool_limits

from discgrade.grades import FRACTIONAL, integral
from discgrade.reliability.bootstrap.draws import Bootstrap, score_draws
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.bootstrap.weights import unit_weights
from discgrade.reliability.scores.pairs import Column, Pairs
from discgrade.settings.model import Unit


def invent_run(patients: int, discs: int = 5) -> Pairs:
    """Draw a run of the paper's size: discs of normally distributed grades, most predicted exactly."""
    rng = np.random.default_rng(1)
    samples = patients * discs
    reference = np.clip(np.round(rng.normal(6.5, 2.5, samples)), 0, 12).astype(int)
    error = np.where(rng.random(samples) < 0.8, 0, np.round(rng.normal(0, 1.5, samples)))
    return Pairs(
        reference=reference,
        predicted=np.clip(reference + error, 0, 12).astype(int),
        disc=np.array([f"D{number:06d}" for number in range(samples)], object),
        patient=np.array([f"P{number // discs:06d}" for number in range(samples)], object),
        detail="fractional",
    )


def bootstrap_of(unit: Unit, draws: int) -> Bootstrap:
    """Return a bootstrap of so many draws, as the default study has it otherwise."""
    return Bootstrap(unit, draws, seed=1, probability=0.9973)


def scikit_learn_scores(pairs: Pairs, weight: np.ndarray) -> dict[Column, float]:
    """Compute what scikit-learn has of a draw's scores."""
    weighted = {"sample_weight": weight}
    fine = pairs.reference, pairs.predicted
    grades = FRACTIONAL[pairs.reference], FRACTIONAL[pairs.predicted]
    whole = tuple(integral(side).astype(int) for side in grades)
    labels = {"labels": [1, 2, 3, 4, 5], "zero_division": 0, "average": None} | weighted
    each = {
        "precision": metrics.precision_score(*whole, **labels),
        "sensitivity": metrics.recall_score(*whole, **labels),
        "f1": metrics.f1_score(*whole, **labels),
        "jaccard": metrics.jaccard_score(*whole, **labels),
    }
    scores: dict[Column, float] = {(name, None): values.mean() for name, values in each.items()}
    scores |= {(name, float(grade)): value for name, values in each.items() for grade, value in enumerate(values, 1)}
    return scores | {
        ("kappa_unweighted", None): metrics.cohen_kappa_score(*whole, **weighted),
        ("kappa_linear", None): metrics.cohen_kappa_score(*whole, weights="linear", **weighted),
        ("kappa_quadratic", None): metrics.cohen_kappa_score(*whole, weights="quadratic", **weighted),
        ("accuracy", None): metrics.accuracy_score(*whole, **weighted),
        ("mcc", None): metrics.matthews_corrcoef(*whole, **weighted),
        ("kappa_linear_fractional", None): metrics.cohen_kappa_score(*fine, weights="linear", **weighted),
        ("accuracy_fractional", None): metrics.accuracy_score(*fine, **weighted),
        ("mae", None): metrics.mean_absolute_error(*grades, **weighted),
    }


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=40_000)
    parser.add_argument("--patients", type=int, default=1_600)
    parser.add_argument("--checked", type=int, default=40, help="draws that scikit-learn computes too")
    arguments = parser.parse_args()
    run = invent_run(arguments.patients)
    score_draws([run], bootstrap_of("patient", 10))

    bootstrap = bootstrap_of("patient", draws=arguments.draws)
    start = time.process_time()
    draws = score_draws([run], bootstrap)[0]
    highest_density(draws.values, bootstrap.probability)
    ours = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    score_draws([run], bootstrap_of("disc", draws=arguments.draws))
    by_disc = time.process_time() - start

    weights = next(unit_weights(arguments.patients, None, arguments.checked, bootstrap.seed))
    weights = np.repeat(weights, len(run) // arguments.patients, axis=1)
    difference = 0.0
    with threadpool_limits(limits=1):
        start = time.process_time()
        expected = [scikit_learn_scores(run, weight) for weight in weights]
        theirs = (time.process_time() - start) / arguments.checked
    for row, scores in enumerate(expected):
        found = {column: draws.values[row, draws.columns.index(column)] for column in scores}
        difference = max(difference, *(abs(found[column] - score) for column, score in scores.items()))

    print(
        f"{len(run):,} discs of {arguments.patients:,} patients, {arguments.draws:,} draws, {len(draws.columns)} scores"
    )
    print(f"discgrade, patients as the unit, with intervals  {ours:8.2f} s   {memory:,.0f} MB at most")
    print(f"discgrade, discs as the unit                     {by_disc:8.2f} s")
    print(
        f"scikit-learn, {len(expected[0])} scores                          {theirs * arguments.draws:8.0f} s   "
        f"{1000 * theirs:.1f} ms a draw"
    )
    print(f"ratio {theirs * arguments.draws / ours:,.0f}; largest difference {difference:.1e}")


if __name__ == "__main__":
    main()
