"""Means over discs with credible intervals: the Bayesian bootstrap of `credible`, patients weighed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discgrade.reliability.bootstrap.summaries import SAME, highest_density
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals

_ABSENT = "no such disc"


@dataclass(frozen=True)
class Measure:
    """A mean over some discs.

    Attributes:
        metric: What it is the mean of.
        values: Of every disc, (N,); those of weight 0 are of no account.
        weights: Of every disc, (N,), at least 0.
        scope: What the discs are restricted by.
        group: Value of the scope.
        grade: Their integral reference grade; None for all.
    """

    metric: str
    values: Floats
    weights: Floats
    scope: str = "all"
    group: str = ""
    grade: float | None = None

    @property
    def mean(self) -> float:
        """The mean; NaN without a disc."""
        total = self.weights.sum()
        return float(self.values @ self.weights / total) if total > 0 else float("nan")


def mean_rows(
    measures: Sequence[Measure], patients: NDArray[np.object_], settings: Intervals
) -> Iterator[dict[str, Any]]:
    """Yield each mean with its highest-density interval, as columns of `certainty.CERTAINTY` but the run's.

    Args:
        measures: The means, all of the same N discs.
        patients: Patient of each disc, (N,).
        settings: Number of draws, their seed, and the probability that an interval holds.
    """
    names, owner = np.unique(patients.astype(str), return_inverse=True)
    present = [measure for measure in measures if measure.weights.any()]
    spans = iter(_spans(present, owner, len(names), settings))
    for measure in measures:
        chosen = measure.weights > 0
        lower, upper = next(spans) if chosen.any() else (float("nan"), float("nan"))
        yield {
            **{name: getattr(measure, name) for name in ("scope", "group", "grade", "metric")},
            **{"value": measure.mean, "n": int(chosen.sum()), "patients": len(set(owner[chosen]))},
            **{"reason": None if chosen.any() else _ABSENT, "lower": lower, "upper": upper},
            **drawn(settings, len(names)),
        }


def drawn(settings: Intervals, patients: int) -> dict[str, Any]:
    """Say how intervals were drawn, as columns of `intervals.DRAWS`."""
    how = {"probability": settings.probability, "unit": "patient", "units": patients}
    return how | {"draws": settings.draws, "bootstrap_seed": settings.seed}


def draws_of(score: Callable[[Floats], Floats], patients: int, settings: Intervals) -> Floats:
    """Return the draws (draws, scores) of scores, from a function of weights (n, patients) that returns (n, scores)."""
    with one_thread():
        return np.concatenate(
            [score(weights) for weights in unit_weights(patients, None, settings.draws, settings.seed)]
        )


def _spans(
    measures: Sequence[Measure], owner: NDArray[np.int64], patients: int, settings: Intervals
) -> list[tuple[float, float]]:
    """Return the interval of each mean, in order."""
    if not measures:
        return []
    sums, totals = (
        np.column_stack([np.bincount(owner, column, patients) for column in columns])
        for columns in (
            [np.where(measure.weights > 0, measure.values, 0.0) * measure.weights for measure in measures],
            [measure.weights for measure in measures],
        )
    )
    values = draws_of(lambda weights: (weights @ sums) / (weights @ totals), patients, settings)
    constant = np.ptp(values, axis=0) < SAME
    values[:, constant] = [measure.mean for measure, same in zip(measures, constant, strict=True) if same]
    return [(float(lower), float(upper)) for lower, upper in highest_density(values, settings.probability)]
