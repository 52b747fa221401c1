"""One sign: its size, how many permutations are as large, and its interval."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from discgrade import keyed
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.labels.labelled import Integers
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals

PERMUTATIONS = 2000


@dataclass(frozen=True)
class Sign:
    """What a sign is worth.

    Attributes:
        metric: shared, drift, careless or swapped.
        value: Its size; NaN where there is none.
        p: Share of permutations with as large a size, the observed one counted; NaN where there is none.
        n: Number of discs, of swapped that of pairs.
        patients: Number of patients.
        lower: Lower bound of its interval, of shared and drift; NaN for the others.
        upper: Upper bound of it.
        detail: The day of a careless one.
        reason: Why there is none.
    """

    metric: str
    value: float
    p: float
    n: int
    patients: int
    lower: float = nan
    upper: float = nan
    detail: str | None = None
    reason: str | None = None


def permuted_within(residual: Floats, groups: Integers, purpose: str, seed: int) -> Floats:
    """Return permutations of residuals within groups of discs, (PERMUTATIONS, N)."""
    generator = keyed.generator("label noise", purpose, seed)
    shuffled = np.tile(residual, (PERMUTATIONS, 1))
    for group in range(groups.max(initial=0) + 1):
        chosen = np.flatnonzero(groups == group)
        shuffled[:, chosen] = generator.permuted(shuffled[:, chosen], axis=1)
    return shuffled


def judged(
    metric: str,
    value: float,
    null: Floats,
    size: tuple[int, int],
    *,
    detail: str | None = None,
    shown: float | None = None,
) -> Sign:
    """Judge a sign by how many permutations are as large, itself counted; `shown` is given as its size instead."""
    p = (1 + int((null >= value - 1e-12).sum())) / (1 + len(null))
    return Sign(metric, value if shown is None else shown, p, *size, detail=detail)


def bounded(sign: Sign, drawn: Callable[[Floats], Floats], settings: Intervals) -> Sign:
    """Give a sign its interval, by a Bayesian bootstrap over patients."""
    with one_thread():
        draws = [drawn(weights) for weights in unit_weights(sign.patients, None, settings.draws, settings.seed)]
    lower, upper = highest_density(np.concatenate(draws)[:, None], settings.probability)[0]
    return replace(sign, lower=float(lower), upper=float(upper))
