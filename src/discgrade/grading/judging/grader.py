"""From regions of interest to grades: the networks of a bundle, its decoding, its calibration and its sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.decoding import decode
from discgrade.grades import grades_of, integral
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import Bundle
from discgrade.grading.judging.members import Ensemble
from discgrade.grading.locating.locator import locator_of
from discgrade.imaging.sampling import sample
from discgrade.reliability.certainty.calibration import calibrated, integral_probabilities, prediction_sets
from discgrade.reliability.certainty.novelty import distance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grade:
    """What a bundle says of one disc.

    Attributes:
        grade: Integral grade, 1 to 5.
        fractional: Fractional grade; None where the bundle knows whole grades only.
        continuous: Expected grade.
        probabilities: Of the integral grades; None on the continuous scale.
        set: Integral grades that hold the true one as often as promised; empty without calibration.
        members: Expected grade of each member.
        distance: From the training discs (`reliability.novelty`); None where the bundle cannot tell.
        outputs: Mean outputs of the members on the bundle's scale.
    """

    grade: int
    fractional: float | None
    continuous: float
    probabilities: tuple[float, ...] | None
    set: tuple[int, ...]
    members: tuple[float, ...]
    distance: float | None
    outputs: tuple[float, ...] = ()


class Grader:
    """A bundle at work.

    Args:
        bundle: The bundle.
        threads: How many members run side by side; no bit depends on it.

    Raises:
        BundleError: if it cannot be used.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.facts, self.digest = bundle.facts, bundle.digest
        if self.facts.decoding == "cuts" and (self.facts.calibration is None or self.facts.calibration.cuts is None):
            raise BundleError("The bundle decodes by cuts and holds none. Make it again, or recalibrate it")
        self.takes_level = any(member.takes_level for member in bundle.facts.members)
        self._ensemble = Ensemble(bundle, threads)
        self.locator = locator_of(bundle, threads)

    def grade(self, regions: Sequence[NDArray[np.uint16]], levels: Sequence[str]) -> list[Grade]:
        """Grade regions of interest as `imaging.roi.extract` cuts them out."""
        if not regions:
            return []
        made = self.facts.preprocessing
        views = [
            self._ensemble.outputs(
                np.stack([sample(one, made.resolution, view, made.border) for one in regions]), levels
            )
            for view in made.views
        ]
        members = np.mean([np.asarray(one.members, np.float64) for one in views], axis=0)
        away = None if self.facts.novelty is None else distance(views[0].embeddings, self.facts.novelty)
        return grades(members, self.facts, away)

    def expected(self, samples: NDArray[np.uint16], level: str) -> Floats:
        """Return the expected grade of samples (N, R, R) of one disc, of shape (N,)."""
        members = np.asarray(self._ensemble.outputs(samples, [level] * len(samples)).members, np.float64)
        return expectations(members.mean(axis=0), self.facts)


def grades(members: Floats, facts: BundleFacts, away: Floats | None) -> list[Grade]:
    """Turn the outputs of members into grades.

    Args:
        members: (M, N, K) outputs on the bundle's scale.
        facts: How they become grades.
        away: (N,) distances from the training discs.
    """
    mean = members.mean(axis=0)
    decoded = _decoded(mean, facts)
    whole, each = integral(decoded), np.stack([expectations(one, facts) for one in members])
    continuous, chances, sets = expectations(mean, facts), _probabilities(mean, facts), None
    if chances is not None and facts.calibration is not None:
        sets = prediction_sets(chances, facts.calibration.thresholds)
    return [
        Grade(
            grade=int(whole[disc]),
            fractional=None if facts.scale == "integral" else float(decoded[disc]),
            continuous=float(continuous[disc]),
            probabilities=None if chances is None else tuple(map(float, chances[disc])),
            set=() if sets is None else tuple(int(place) + 1 for place in np.flatnonzero(sets[disc])),
            members=tuple(map(float, each[:, disc])),
            distance=None if away is None else float(away[disc]),
            outputs=tuple(map(float, mean[disc])),
        )
        for disc in range(len(mean))
    ]


def expectations(outputs: Floats, facts: BundleFacts) -> Floats:
    """Return the expected grade of outputs (N, K), of shape (N,), from 1 to 5."""
    if facts.scale == "continuous":
        return np.asarray(outputs[:, 0].clip(1, 5))
    scale = grades_of(facts.scale)
    # One product for each disc: its bits do not depend on the discs beside it.
    return np.array([(one * scale).sum() / one.sum() for one in outputs])


def _decoded(mean: Floats, facts: BundleFacts) -> Floats:
    cuts = None if facts.calibration is None else facts.calibration.cuts
    # Each disc alone: the bits of a matrix product depend on its other rows.
    return np.concatenate([decode(one[None], facts.scale, facts.decoding, cuts) for one in mean])


def _probabilities(mean: Floats, facts: BundleFacts) -> Floats | None:
    if facts.scale == "continuous":
        return None
    if facts.calibration is None:
        return integral_probabilities(mean, facts.scale)
    return calibrated(mean, facts.scale, facts.calibration)
