"""Fit a bundle's cuts, probabilities and sets of grades to a site's readings, and judge that on patients left out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discgrade.decoding import decode
from discgrade.grades import INTEGRAL, integral, nearest, rank
from discgrade.grading.bundle.facts import BundleFacts, ScoreFact
from discgrade.grading.recalibration.readings import Read
from discgrade.private import RefusedError
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.bootstrap.weights import unit_weights
from discgrade.reliability.certainty.calibration import (
    Calibration,
    Floats,
    calibrated,
    integral_probabilities,
    prediction_sets,
)
from discgrade.reliability.certainty.mapping import Outputs, groups, learn, ranked_score
from discgrade.reliability.certainty.measures import calibration_error
from discgrade.reliability.scores.cuts import fit_cuts
from discgrade.reliability.scores.metrics import error_scores, global_scores
from discgrade.settings.model import Decoding

FEWEST = 30
"""Fewest patients that a bundle is recalibrated on."""
APART = 0.2
"""Share of the discs that would have to change their grade for the site's grades to be as those of the training, from
which on the two are said to depart."""

_COVERAGE = 0.9
_DRAWS, _SEED, _PROBABILITY = 4000, 1, 0.95


@dataclass(frozen=True)
class Worth:
    """How well a bundle's grades fit the readings.

    Attributes:
        kappa: Cohen's kappa, linear weights, on the integral grades; NaN where it is undefined.
        bias: Mean of predicted minus read, in grades.
        ece: Expected calibration error of the predicted grade's probability.
        rps: Ranked probability score.
        coverage: Share of the sets that hold the grade that was read; NaN without sets.
        size: Mean number of grades in a set; NaN without sets.
    """

    kappa: float
    bias: float
    ece: float
    rps: float
    coverage: float
    size: float


@dataclass(frozen=True)
class Recalibrated:
    """A bundle's facts after recalibration, and what it was worth on patients left out of the fit.

    Attributes:
        facts: The new facts, without `parent`.
        before: The bundle as it was.
        after: Recalibrated without the patient.
        shares: Shares of the integral grades, (5,): of the site's readings, and of the training's.
    """

    facts: BundleFacts
    before: Worth
    after: Worth
    shares: tuple[Floats, Floats]

    @property
    def apart(self) -> float:
        """Share of the discs that would have to change their grade for the two shares to be equal."""
        site, training = self.shares
        return float(np.abs(site - training).sum() / 2)


@dataclass(frozen=True)
class _Given:
    """What a bundle says of discs: decoded grades, integral probabilities, and sets if it has any."""

    grades: Floats
    probabilities: Floats
    sets: NDArray[np.bool_] | None


def recalibrate(facts: BundleFacts, read: Read) -> Recalibrated:
    """Refit cuts, map and sets of grades on a site's readings.

    The bundle decodes by cuts from then on, unless its own decoding agrees better with patients left out of the fit.

    Args:
        facts: The bundle's.
        read: Discs with outputs and readings.

    Raises:
        RefusedError: if the bundle is on the continuous scale, there are fewer than `FEWEST` patients, or all readings
            are of one grade.
    """
    patients = len(set(read.patients))
    if len(set(read.grades)) == 1:
        raise RefusedError(
            f"All readings are grade {read.grades[0]:g}: nothing can be learned of other grades. Read discs of several"
        )
    if facts.scale == "continuous":
        raise RefusedError("The bundle gives a grade and no probabilities: there is nothing to recalibrate")
    if patients < FEWEST:
        raise RefusedError(
            f"The readings are of {len(read.grades)} graded discs of {patients} patients. A bundle is recalibrated on "
            f"{FEWEST} patients or more: read some more first"
        )
    before = _apply(facts, facts.calibration, facts.decoding, read.outputs)
    crossed = {rule: _cross_fitted(facts, read, rule) for rule in dict.fromkeys((facts.decoding, "cuts"))}
    worth = {rule: _worth(given, read) for rule, given in crossed.items()}
    decoding: Decoding = "cuts" if worth["cuts"].kappa >= worth[facts.decoding].kappa else facts.decoding
    learned = _learn(facts, read, np.ones(len(read.grades), bool), decoding)
    sentence = (
        f"It was recalibrated on the readings of {learned.discs} discs of {learned.patients} patients of one site, and "
        "is for that site."
    )
    made = replace(
        facts,
        calibration=learned,
        decoding=decoding,
        scores=(*_scores(crossed[decoding], read), *map(_of_parent, facts.scores)),
        limits=(*facts.limits, sentence),
    )
    return Recalibrated(made, _worth(before, read), worth[decoding], (_shares(read.grades), _trained(facts)))


def _learn(facts: BundleFacts, read: Read, chosen: NDArray[np.bool_], decoding: Decoding) -> Calibration:
    """Fit map, sets and cuts on the chosen discs."""
    outputs = Outputs(
        read.outputs[chosen], facts.scale, rank(integral(read.grades[chosen]), "integral"), read.patients[chosen]
    )
    coverage = facts.calibration.coverage if facts.calibration else _COVERAGE
    cuts = fit_cuts(outputs.probabilities, rank(nearest(read.grades[chosen], facts.grades), facts.scale))
    return replace(learn(outputs, coverage), cuts=cuts if decoding == "cuts" else None)


def _apply(facts: BundleFacts, learned: Calibration | None, decoding: Decoding, outputs: Floats) -> _Given:
    grades = decode(outputs, facts.scale, decoding, learned.cuts if learned else None)
    if learned is None:
        return _Given(grades, integral_probabilities(outputs, facts.scale), None)
    probabilities = calibrated(outputs, facts.scale, learned)
    return _Given(grades, probabilities, prediction_sets(probabilities, learned.thresholds))


def _cross_fitted(facts: BundleFacts, read: Read, decoding: Decoding) -> _Given:
    """Return what each disc gets by what was fitted without its patient."""
    size = len(read.grades)
    grades, probabilities = np.zeros(size), np.zeros((size, len(INTEGRAL)))
    sets = np.zeros((size, len(INTEGRAL)), bool)
    for chosen in groups(read.patients):
        given = _apply(facts, _learn(facts, read, ~chosen, decoding), decoding, read.outputs[chosen])
        grades[chosen], probabilities[chosen] = given.grades, given.probabilities
        sets[chosen] = given.sets
    return _Given(grades, probabilities, sets)


def _worth(given: _Given, read: Read) -> Worth:
    truth, predicted = (rank(integral(values), "integral") for values in (read.grades, given.grades))
    own = np.arange(len(truth))
    return Worth(
        kappa=_kappa(np.bincount(5 * truth + predicted, minlength=25).astype(float)[None])[0],
        bias=float((given.grades - read.grades).mean()),
        ece=calibration_error(given.probabilities[own, predicted], predicted == truth),
        rps=float(ranked_score(given.probabilities, truth).mean()),
        coverage=float("nan") if given.sets is None else float(given.sets[own, truth].mean()),
        size=float("nan") if given.sets is None else float(given.sets.sum(axis=1).mean()),
    )


def _kappa(cells: Floats) -> Floats:
    """Return linear kappa of flattened confusion matrices (n, 25), (n,)."""
    return np.asarray(global_scores(cells.reshape(-1, 5, 5))["kappa_linear"])


def _scores(given: _Given, read: Read) -> list[ScoreFact]:
    """Return kappa and mean absolute error on patients left out, with intervals of a bootstrap of patients."""
    truth, predicted = (rank(integral(values), "integral") for values in (read.grades, given.grades))
    names, owner = np.unique(read.patients.astype(str), return_inverse=True)
    cells = np.bincount(25 * owner + 5 * truth + predicted, minlength=25 * len(names)).reshape(-1, 25).astype(float)
    drawn = np.concatenate([weights @ cells for weights in unit_weights(len(names), None, _DRAWS, _SEED)])
    how = f"the site's readings of {len(names)} patients, each graded by what was refitted without the patient"
    facts = []
    for metric, score in (("kappa_linear", _kappa), ("mae", _mae)):
        low, high = highest_density(score(drawn)[:, None], _PROBABILITY)[0]
        value = float(score(cells.sum(axis=0)[None])[0])
        if np.isfinite([value, low, high]).all():
            facts.append(ScoreFact(metric, value, float(low), float(high), _PROBABILITY, len(truth), how))
    return facts


def _mae(cells: Floats) -> Floats:
    """Return the mean absolute error of flattened confusion matrices (n, 25), (n,)."""
    return np.asarray(error_scores(cells.reshape(-1, 5, 5), INTEGRAL)["mae"])


def _of_parent(score: ScoreFact) -> ScoreFact:
    return replace(score, how=f"before recalibration: {score.how}")


def _shares(grades: Floats) -> Floats:
    return np.asarray(np.bincount(rank(integral(grades), "integral"), minlength=5) / len(grades))


def _trained(facts: BundleFacts) -> Floats:
    """Return the shares of the integral grades among the training's discs, (5,)."""
    counts = np.zeros(5)
    for grade, count in facts.training.grades.items():
        counts[rank(integral(float(grade)), "integral")] += count
    return np.asarray(counts / counts.sum())
